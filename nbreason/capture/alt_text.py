"""Alternative text of matplotlib figures, because models read text better than pixels.

Uses the methods that all artists have; matplotlib itself is not imported.  It runs whenever a figure is shown,
so it reads each object once and counts what there may be thousands of.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.object_types import is_a
from nbreason.core.characters import one_line
from nbreason.core.phrases import counted

_MOST_AXES = 12
_MOST_MARKS = 8  # of one class, described one by one
_MOST_ENTRIES = 12
_LONGEST = 1_500


def alt_text(value: Any) -> str:
    """One line about a Figure or Axes: titles, axis labels, legend, how much is drawn; "" if that fails."""
    if is_a(value, "matplotlib", "FigureBase"):
        return value_or_none(lambda: _figure(value)) or ""
    if is_a(value, "matplotlib", "_AxesBase"):
        return value_or_none(lambda: one_line(_axes(value), _LONGEST)) or ""
    return ""


def _figure(figure: Any) -> str:
    suptitle = getattr(figure, "_suptitle", None)
    facts = [f'figure "{suptitle.get_text()}"'] if suptitle is not None and suptitle.get_text() else []
    panels = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    bars = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
    for index, axes in enumerate(panels[:_MOST_AXES], 1):
        text = _axes(axes)
        facts.append(f"panel {index} of {len(panels)}: {text}" if len(panels) > 1 else text)
    if len(panels) > _MOST_AXES:
        facts.append(counted(len(panels) - _MOST_AXES, "more panel"))
    facts += [f'colour bar "{axes.get_ylabel() or axes.get_xlabel()}"' for axes in bars[:4]]
    return one_line("; ".join(facts), _LONGEST)


def _axes(axes: Any) -> str:
    facts = []
    title = axes.title.get_text() or axes.get_title(loc="left") or axes.get_title(loc="right")
    if title:
        facts.append(f'title "{title}"')
    facts += [text for text in (_axis(axes, "x"), _axis(axes, "y"), _axis(axes, "z")) if text]
    facts += _marks(axes)
    legend = axes.get_legend()
    if legend is not None:
        entries = [text.get_text() for text in legend.get_texts()[:_MOST_ENTRIES]]
        facts.append("legend: " + ", ".join(entries))
    return ", ".join(facts) or "nothing labelled"


def _axis(axes: Any, letter: str) -> str:
    axis = getattr(axes, f"{letter}axis", None)
    if axis is None:
        return ""
    label, scale = axis.get_label_text(), axis.get_scale()
    scaled = "" if scale == "linear" else f" ({scale} scale)"
    return f'{letter} axis "{label}"{scaled}' if label or scaled else ""


def _marks(axes: Any) -> list[str]:
    """The marks drawn: what there may be many of is counted, the rest is described one by one."""
    by_type: dict[type, list[Any]] = {}
    for child in axes._children:
        by_type.setdefault(type(child), []).append(child)
    return [text for cls, marks in by_type.items() for text in _describer(cls)(marks)]


@lru_cache(maxsize=256)
def _describer(cls: type) -> Callable[[list[Any]], list[str]]:
    """The function that describes the marks of one class; each class is examined once."""
    names = {base.__name__ for base in cls.__mro__}
    describe = next((describe for name, describe in _DESCRIBED.items() if name in names), None)
    if describe:
        return partial(_each, describe)
    if "Text" in names:
        return _texts
    if "Patch" in names:
        return partial(_count, next((noun for name, noun in _COUNTED.items() if name in names), "shape"))
    return lambda marks: []


def _each(describe: Callable[[Any], str], marks: list[Any]) -> list[str]:
    more = [f"{len(marks) - _MOST_MARKS} more of these"] if len(marks) > _MOST_MARKS else []
    return [*map(describe, marks[:_MOST_MARKS]), *more]


def _texts(marks: list[Any]) -> list[str]:
    return ["texts: " + ", ".join(f'"{mark.get_text()}"' for mark in marks[:_MOST_MARKS])]


def _count(noun: str, marks: list[Any]) -> list[str]:
    return [counted(len(marks), noun)]


def _line(line: Any) -> str:
    label = str(line.get_label())
    named = "" if not label or label.startswith("_") else f' "{label}"'
    return f"line{named} of {counted(len(line.get_xdata(orig=True)), 'point')}"


def _image(image: Any) -> str:
    return f"image of {' x '.join(str(side) for side in image.get_array().shape)}"


_DESCRIBED: dict[str, Callable[[Any], str]] = {
    "Line2D": _line,
    "PathCollection": lambda scatter: f"scatter of {counted(len(scatter.get_offsets()), 'point')}",
    "QuadMesh": lambda mesh: f"heat map of {counted(mesh.get_array().size, 'cell')}",
    "LineCollection": lambda lines: counted(len(lines.get_paths()), "line segment"),
    "ContourSet": lambda contours: "contours",
    "Collection": lambda shapes: f"filled areas: {len(shapes.get_paths()):,}",
    "_ImageBase": _image,
}
_COUNTED = {"Rectangle": "bar", "Wedge": "wedge", "StepPatch": "step outline"}

"""Alternative text of matplotlib figures, because models read text better than pixels.

It is made when a figure is shown, which takes much longer: a figure that is closed afterwards is not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.object_types import is_a
from nbreason.capture.plots.axis import Axis
from nbreason.capture.plots.boxes import Mark
from nbreason.capture.plots.marks import marks_of
from nbreason.capture.plots.panel import Panel
from nbreason.core.characters import clean
from nbreason.core.phrases import counted

_MOST_AXES = 36
_MANY = 6  # panels, each of which is told with less
_MOST_ENTRIES = 24
_LONGEST = 5_000


def alt_text(value: Any) -> str:
    """A few lines about a Figure or Axes: titles, axes, what is drawn with its numbers, legend; "" if that fails."""
    if is_a(value, "matplotlib", "FigureBase"):
        return value_or_none(lambda: _figure(value)) or ""
    if is_a(value, "matplotlib", "_AxesBase"):
        return value_or_none(lambda: _within("\n".join(_alone(_told([value], [], False))))) or ""
    return ""


@dataclass
class _Told:
    """What one panel says, in pieces, so that what many panels say is said once."""

    title: str = ""
    axes: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    legend: str = ""

    @property
    def sort(self) -> tuple[str, ...]:
        """What is drawn, however many there are of it."""
        return tuple(re.sub(r"[\d,]+ (\w+?)s?\b", r"# \1", mark.what) for mark in self.marks)


def _figure(figure: Any) -> str:
    title = getattr(getattr(figure, "_suptitle", None), "get_text", str)()
    head = [f'figure "{" ".join(title.split())}"'] if title.strip() else []
    bars = [axes for axes in figure.axes if axes.get_label() == "<colorbar>" or hasattr(axes, "_colorbar")]
    places = _places([axes for axes in figure.axes if axes not in bars and axes.get_visible()])
    legends = list(figure.legends)
    brief = len(places) > _MANY
    panels = [_told(place, legends, brief) for place in places[:_MOST_AXES]]
    panels = [panel for panel in panels if panel.marks or panel.title or len(places) == 1]
    lines = _together(panels) if len(panels) > 1 else [line for panel in panels for line in _alone(panel)]
    more = [counted(len(places) - _MOST_AXES, "more panel")] if len(places) > _MOST_AXES else []
    named = [axes.get_ylabel() or axes.get_xlabel() or axes.get_title() for axes in bars[:4]]
    colours = [f'colour bar "{name}"' for name in named if name]
    marks = [mark for panel in panels for mark in panel.marks]
    outside = [entries for legend in legends if (entries := _entries(legend, marks))]
    return _within("\n".join([*head, *lines, *more, *colours, *outside]))


def _within(text: str) -> str:
    text = clean(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _places(shown: list[Any]) -> list[list[Any]]:
    """The axes by where they are: those with an axis on the other side lie upon each other."""
    found: dict[tuple[float, ...], list[Any]] = {}
    for axes in shown:
        found.setdefault(tuple(round(side, 4) for side in axes.get_position().bounds), []).append(axes)
    return list(found.values())


def _told(place: list[Any], legends: list[Any], brief: bool) -> _Told:
    """One panel, of all axes that lie there."""
    told = _Told()
    for axes in place:
        own = axes.get_legend()
        panel = Panel(axes, [*([own] if own else []), *legends], brief)
        marks = marks_of(panel)
        title = axes.title.get_text() or axes.get_title(loc="left") or axes.get_title(loc="right")
        told.title = told.title or " ".join(title.split())
        if not marks and len(place) > 1:
            continue
        right = bool(told.marks)
        told.axes += [line for line in _axes(axes, panel, right, brief) if line not in told.axes]
        told.marks += [Mark(f"{mark.what} (right axis)", mark.details) for mark in marks] if right else marks
        told.legend = told.legend or (_entries(own, marks) if own else "")
    return told


def _axes(axes: Any, panel: Panel, right: bool, brief: bool) -> list[str]:
    """The lines about x, y and z."""
    x, y = ("angle", "radius") if axes.name == "polar" else ("x", "right y" if right else "y")
    found = [panel.x.line(_label(axes, "x"), x, brief), panel.y.line(_label(axes, "y"), y, brief)]
    if hasattr(axes, "zaxis"):
        found.append(Axis(axes, "z").line(axes.get_zlabel(), "z", brief))
    return list(filter(None, found))


def _label(axes: Any, letter: str) -> str:
    """The label of the axis, or where panels share it the label at the edge of the row or column."""
    if own := getattr(axes, f"{letter}axis").get_label_text():
        return str(own)
    place = axes.get_subplotspec()
    for other in getattr(axes, f"get_shared_{letter}_axes")().get_siblings(axes) if place else []:
        there = other.get_subplotspec()
        span = "colspan" if letter == "x" else "rowspan"
        label = getattr(other, f"{letter}axis").get_label_text()
        if label and there and getattr(there, span) == getattr(place, span):
            return str(label)
    return ""


def _entries(legend: Any, marks: list[Mark]) -> str:
    """The legend with what the marks have not said: its title, entries without a mark of that name."""
    texts = [" ".join(text.get_text().split()) for text in legend.get_texts()[:_MOST_ENTRIES]]
    title = " ".join(legend.get_title().get_text().split())
    said = "\n".join(map(str, marks))
    unsaid = [text for text in texts if text and text not in said]
    if not unsaid and not title:
        return ""
    named = f'legend "{title}"' if title else "legend"
    return f"{named}: {', '.join(texts)}" if unsaid else named


def _alone(panel: _Told) -> list[str]:
    title = [f'title "{panel.title}"'] if panel.title else []
    head = "; ".join([*title, *panel.axes])
    return list(filter(None, [head, *map(str, panel.marks), panel.legend])) + ([] if panel.marks else ["nothing drawn"])


def _together(panels: list[_Told]) -> list[str]:
    """Panels that draw the same are told together: what all of them say once, then what each says alone."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, panel in enumerate(panels):
        groups.setdefault(panel.sort, []).append(index)
    lines = [f"{len(panels)} panels"]
    for members in groups.values():
        if len(members) == 1:
            first, *rest = _alone(panels[members[0]])
            lines += [f"panel {members[0] + 1}: {first}", *rest]
        else:
            lines += _group([(index + 1, panels[index]) for index in members], len(panels))
    return lines


def _group(members: list[tuple[int, _Told]], total: int) -> list[str]:
    every = [panel for _, panel in members]
    first = every[0]
    axes = [line for line in first.axes if all(line in panel.axes for panel in every)]
    legend = first.legend if all(panel.legend == first.legend for panel in every) else ""
    marks = []
    for index, mark in enumerate(first.marks):
        same = all(panel.marks[index] == mark for panel in every)
        alike = all(panel.marks[index].what == mark.what for panel in every)
        marks.append(str(mark) if same else mark.what if alike else "")
    numbers = ", ".join(str(number) for number, _ in members)
    which = f"in each of the {total}" if len(members) == total else f"in each of panels {numbers}"
    common = "; ".join(filter(None, [*axes, *marks, legend]))
    lines = [f"{which}: {common}"] if common else []
    for number, panel in members:
        own = [line for line in panel.axes if line not in axes]
        for mark, said in zip(panel.marks, marks, strict=True):
            own.append("" if said == str(mark) else mark.details if said else str(mark))
        own.append("" if panel.legend == legend else panel.legend)
        if panel.title or any(own):
            named = f' "{panel.title}"' if panel.title else ""
            lines.append(f"panel {number}{named}: {'; '.join(filter(None, own))}".removesuffix(": "))
    return lines

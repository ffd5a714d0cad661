"""bokeh figures and layouts, which only a browser can draw: title, axes, and the numbers of each glyph."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.plots.values import by_name, in_words, listed, numbers, points, text
from nbreason.capture.sent import Sent
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "pictures",
        "bokeh figures and layouts",
        "no picture, in words: title, axes, type, name and number of marks, and their numbers as of plotly",
    ),
)

_MARKS = 20
_PLACES = ("x", "y", "top", "right", "left")


def matches(value: object) -> bool:
    """Figures, and rows, columns and grids of them."""
    return is_a(value, "bokeh", "Plot") or (is_a(value, "bokeh", "LayoutDOM") and any(True for _ in _plots(value)))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text, figure after figure."""
    lines = ["A bokeh figure in words; only a browser can draw it."]
    for plot in _plots(value):
        lines += _plot(plot)
    return text_block(value, name, "figure", "\n".join(lines), limits)


def _plots(value: Any, depth: int = 0) -> Iterator[Any]:
    """The figures in a layout; a grid holds each with its row and column."""
    if is_a(value, "bokeh", "Plot"):
        yield value
    elif depth < 5:
        for child in value_or_none(lambda: list(value.children)) or []:
            yield from _plots(child[0] if isinstance(child, tuple) else child, depth + 1)


def _plot(plot: Any) -> Iterator[str]:
    title = value_or_none(lambda: plot.title.text)
    yield f'Figure "{one_line(str(title), 200)}":' if title else "Figure:"
    for letter, axes, limits in (("x", plot.xaxis, plot.x_range), ("y", plot.yaxis, plot.y_range)):
        names = [f' "{one_line(str(axis.axis_label), 100)}"' for axis in axes if axis.axis_label]
        told = value_or_none(lambda limits=limits: _range(limits)) or ""  # type: ignore[misc]
        if names or told:
            yield f"{letter} axis{', '.join(names)}{told}"
    for renderer in plot.renderers[:_MARKS]:
        if line := value_or_none(lambda renderer=renderer: _marks(renderer, _labels(plot))):  # type: ignore[misc]
            yield line


def _range(limits: Any) -> str:
    """Categories, or the range where its author has set one."""
    if factors := listed(getattr(limits, "factors", None)):
        return f": {in_words(factors)}"
    ends = numbers([getattr(limits, "start", None), getattr(limits, "end", None)])
    return f" {text(ends[0])} to {text(ends[1])}" if len(ends) == 2 else ""


def _labels(plot: Any) -> dict[Any, str]:
    """What the legend calls each mark, by its id."""
    items = [item for legend in plot.legend for item in legend.items]
    return {mark.id: text(getattr(item.label, "value", "")) for item in items for mark in item.renderers}


def _marks(renderer: Any, labels: dict[Any, str]) -> str:
    """One type of mark with the numbers that it is drawn from."""
    columns = {str(name): listed(column) for name, column in renderer.data_source.data.items()}
    size = max(map(len, columns.values()), default=0)
    glyph = renderer.glyph
    kind = type(glyph).__name__
    drawn = {name: columns[field] for name in _PLACES if (field := _field(glyph, name)) in columns}
    named = f' "{label}"' if (label := labels.get(renderer.id)) else ""
    across, along = ("y", "right") if kind == "HBar" else ("x", "top")
    if across in drawn and along in drawn:
        told = by_name(list(zip(drawn[across], drawn[along], strict=False)))
    elif {"left", "right", "top"} <= drawn.keys():
        bins = zip(drawn["left"], drawn["right"], drawn["top"], strict=False)
        told = by_name([(f"{text(low)} to {text(high)}", height) for low, high, height in bins])
    elif {"x", "y"} <= drawn.keys() and set(map(len, drawn.values())) == {size}:
        told = points(list(zip(drawn["x"], drawn["y"], strict=True)))
    else:
        told = "; ".join(f"{one_line(name, 60)} {in_words(column)}" for name, column in islice(columns.items(), 12))
    others = [name for name in columns if columns[name] not in list(drawn.values())] if drawn else []
    more = "".join(f"; {one_line(name, 60)} {in_words(columns[name])}" for name in others[:8] if name != "index")
    return f"- {kind}{named} of {counted(size, 'point')}: {told}{more}"


def _field(glyph: Any, name: str) -> str:
    """The column in which a glyph has its x, top …; "" for a constant."""
    place = getattr(glyph, name, None)
    return str(place if isinstance(place, str) else getattr(place, "field", "") or "")

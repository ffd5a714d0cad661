"""bokeh figures and layouts, which only a browser can draw: title, axes, and the data of each glyph in short."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "pictures",
        "bokeh figures and layouts",
        "no picture, as text: title, axis labels, type and number of marks, the first 8 values of each column",
    ),
)

_VALUES = 8
_MARKS = 20


def matches(value: object) -> bool:
    """Figures, and rows, columns and grids of them."""
    return is_a(value, "bokeh", "Plot") or (is_a(value, "bokeh", "LayoutDOM") and any(True for _ in _plots(value)))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text, figure after figure."""
    lines = ["A bokeh figure as its data; it cannot be drawn here without a browser."]
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
    for letter, axes in (("x", plot.xaxis), ("y", plot.yaxis)):
        yield from (f'{letter} axis "{one_line(str(axis.axis_label), 100)}"' for axis in axes if axis.axis_label)
    for renderer in plot.renderers[:_MARKS]:
        if line := value_or_none(lambda renderer=renderer: _marks(renderer)):  # type: ignore[misc]
            yield line


def _marks(renderer: Any) -> str:
    """One type of mark with the first values of the columns that it is drawn from."""
    columns = renderer.data_source.data
    size = max((len(column) for column in columns.values()), default=0)
    shown = [f"{one_line(str(name), 60)} {_first_values(column)}" for name, column in islice(columns.items(), 12)]
    return f"- {type(renderer.glyph).__name__} of {counted(size, 'point')}: {'; '.join(shown)}"


def _first_values(column: Any) -> str:
    more = ["…"] if len(column) > _VALUES else []
    return f"[{', '.join([*(short_repr(value, 40) for value in islice(column, _VALUES)), *more])}]"

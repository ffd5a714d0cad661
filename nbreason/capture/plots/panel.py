"""One panel of a figure: its axes and artists, what they are called, and which of them have been told."""

from __future__ import annotations

import sys
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.plots.axis import Axis

# The nearest of these is what people call a colour.
_COLOURS = {
    "black": (0, 0, 0), "grey": (0.5, 0.5, 0.5), "white": (1, 1, 1), "red": (0.87, 0.1, 0.1), "orange": (1, 0.52, 0.1),
    "yellow": (0.95, 0.9, 0.1), "green": (0.15, 0.6, 0.2), "cyan": (0.1, 0.75, 0.8), "blue": (0.12, 0.4, 0.75),
    "dark blue": (0, 0, 0.5), "purple": (0.55, 0.35, 0.75), "pink": (0.9, 0.5, 0.75), "brown": (0.5, 0.32, 0.27),
}  # fmt: skip


class Panel:
    """The artists of one panel.

    legends: those of the panel and of its figure
    brief:   whether much else is told beside this panel, so that details are left out
    """

    def __init__(self, axes: Any, legends: list[Any], brief: bool = False) -> None:
        self.axes, self.brief = axes, brief
        self.x, self.y = Axis(axes, "x"), Axis(axes, "y")
        self.children = [child for child in axes._children if value_or_none(lambda child=child: _is_shown(child))]  # type: ignore[misc]
        self._told: set[int] = set()
        self._entries = value_or_none(lambda: _entries(legends)) or {}
        # Of two lines of one colour, one of which has the name, the other has none; a fit has the name of its points.
        self._own = {(type(child), label_of(child)) for child in self.children if _draws(child)}
        self._coloured = len(self.of("Line2D", "PathCollection", "Polygon")) + len(self._bars()) > 1

    def of(self, *names: str) -> list[Any]:
        """The artists of classes with these names that have not been told."""
        return [
            child
            for child in self.children
            if id(child) not in self._told and any(cls.__name__ in names for cls in type(child).__mro__)
        ]

    def tell(self, *artists: Any) -> None:
        """Note that these have been told, or say nothing."""
        self._told |= set(map(id, artists))

    def tell_numbers(self, cells: int) -> None:
        """The numbers written into the cells of a heat map have been told."""
        texts = self.of("Text")
        if len(texts) >= cells > 1:
            self.tell(*texts)

    def name(self, artist: Any) -> str:
        """What an artist is called: by its label, or by the entry of the legend with its colour."""
        if label := label_of(artist):
            return label
        entry = value_or_none(lambda: self.entry(rgb(artist))) or ""
        return "" if (type(artist), entry) in self._own else entry

    def entry(self, colour: tuple[float, ...]) -> str:
        """The entry of the legend with this colour; "" if there is none."""
        return self._entries.get(colour, "")

    def quoted(self, artist: Any) -> str:
        """`` "model"``, to stand behind what it is; "" for an artist without a name."""
        name = self.name(artist)
        return f' "{name}"' if name else ""

    def colour(self, artist: Any) -> str:
        """``"red "`` where more than one thing is drawn, to stand before what it is."""
        if not self._coloured:
            return ""
        seen = value_or_none(lambda: rgb(artist))
        return f"{_nearest(seen)} " if seen else ""

    def in_data(self, artist: Any) -> tuple[bool, bool]:
        """Whether x and y of an artist are in units of the data, and not of the panel."""
        along_x, along_y = artist.get_transform().contains_branch_seperately(self.axes.transData)
        return bool(along_x), bool(along_y)

    def _bars(self) -> list[Any]:
        return [group for group in self.axes.containers if hasattr(group, "datavalues")]


def label_of(artist: Any) -> str:
    """The label that its author gave it; "" for one that matplotlib made up."""
    label = artist.get_label()
    return "" if label in (None, "None") or str(label).startswith("_") else " ".join(str(label).split())


def rgb(artist: Any) -> tuple[float, ...]:
    """Red, green and blue of an artist, each 0 to 1."""
    if hasattr(artist, "get_xydata"):
        lines = artist.get_linestyle() not in ("None", "", " ")
        colour = artist.get_color() if lines else artist.get_markerfacecolor()
    else:
        colour = artist.get_facecolor()
        if getattr(colour, "ndim", 1) == 2:
            colour = colour[0] if len(colour) else artist.get_edgecolor()[0]
    return tuple(round(float(part), 3) for part in sys.modules["matplotlib.colors"].to_rgb(colour))


def _entries(legends: list[Any]) -> dict[tuple[float, ...], str]:
    """The entries of legends by their colours."""
    found: dict[tuple[float, ...], str] = {}
    for legend in legends:
        for handle, text in zip(legend.legend_handles[:24], legend.get_texts(), strict=False):
            colour = value_or_none(lambda handle=handle: rgb(handle))  # type: ignore[misc]
            if colour:
                found.setdefault(colour, " ".join(text.get_text().split()))
    return found


def _is_shown(child: Any) -> bool:
    """Whether an artist is visible and can be read; raises for one that is broken."""
    if hasattr(child, "get_xydata"):
        child.get_xydata()
    return bool(child.get_visible())


def _draws(child: Any) -> bool:
    """Whether there is anything of an artist to see: seaborn adds empty ones for its legends."""
    if hasattr(child, "get_xydata"):  # `_is_shown` has tried this
        return len(child.get_xydata()) > 0
    return not hasattr(child, "get_width") or bool(child.get_width() or child.get_height())


def _nearest(colour: tuple[float, ...]) -> str:
    return min(_COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(_COLOURS[name], colour, strict=True)))

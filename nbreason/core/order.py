"""The order of the turns of a conversation: that of their cells in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Position = tuple[int, int]
"""The number of a cell in the document, and what orders the turns within it."""


@dataclass(frozen=True)
class CellsInOrder:
    """The ids of a notebook's cells, of all types, in the order of the document.

    source: the page that ran a cell, or the saved file
    at:     when it was sent or saved, in nanoseconds since 1970
    """

    ids: tuple[str, ...]
    source: Literal["page", "file"]
    at: int

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {cell: number for number, cell in enumerate(self.ids)}

    def holds(self, cell: str) -> bool:
        """Whether a cell is in the document."""
        return cell in self._numbers

    def position(self, owner: str | None, number: int, asked_at: float) -> Position | None:
        """Where a turn stands; None if its cell was deleted.

        owner:    as in `Place`; turns without a cell come first
        number:   its number in the order of asking
        asked_at: seconds since 1970; a cell that has asked since the file was saved is new, and comes last
        """
        if owner is None:
            return -1, number
        cell, _, ask = owner.rpartition("/")
        if cell in self._numbers:
            return self._numbers[cell], int(ask) if ask.isdecimal() else 0
        unsaved = self.source == "file" and asked_at * 1e9 > self.at
        return (len(self.ids), number) if unsaved else None


def position_of(cells: CellsInOrder | None, owner: str | None, number: int, asked_at: float) -> Position | None:
    """Where a turn stands in the document or, if its order is not known, in the order of asking."""
    return (0, number) if cells is None else cells.position(owner, number, asked_at)


def position_of_question(cells: CellsInOrder | None, owner: str | None, number: int) -> Position:
    """Where a question stands that is asked now; at the end, if its cell is not known or not in the document."""
    if cells is None:
        return 0, number
    known = owner is not None and cells.holds(owner.rpartition("/")[0])
    return (known and cells.position(owner, number, 0.0)) or (len(cells.ids) + 1, 0)

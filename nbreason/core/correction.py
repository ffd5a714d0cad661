"""A corrected version of a cell, and how it differs."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Correction:
    """What ``--fix`` gives.  cell: the number of the cell; before, after: its source"""

    cell: int
    before: str
    after: str

    def __str__(self) -> str:
        return self.after

    @property
    def difference(self) -> list[tuple[str, str]]:
        """All lines in order, each with ``-`` (only before), ``+`` (only after) or a space (both)."""
        before, after = self.before.splitlines(), self.after.splitlines()
        lines: list[tuple[str, str]] = []
        for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if what == "equal":
                lines += [(" ", line) for line in before[a:b]]
            else:
                lines += [*(("-", line) for line in before[a:b]), *(("+", line) for line in after[c:d])]
        return lines

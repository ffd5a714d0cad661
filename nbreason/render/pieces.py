"""Where an answer that is still being written can be cut, so that what stands before is finished for good.

    finished(text)       how much of the text no later text will change
    blocks(text)         the finished blocks one by one, and the rest
    settled(text)        the text without the mere beginning of a last line

The cuts are found by the reader that the page itself is made with, so both agree on what a block is.  A piece is
rendered with an empty line behind it, which says that its last formula is not still being written.  Two things reach
over a cut, and are right in the whole answer only: link targets and footnotes that are defined elsewhere.
"""

from __future__ import annotations

import itertools
import re

from nbreason.render import leaves
from nbreason.render.containers import Container, ContainerReader, Document
from nbreason.render.leaves import Leaf


class _Starts(ContainerReader):
    """Notes the lines on which a block outside of all containers begins."""

    def __init__(self) -> None:
        super().__init__(Document())
        self.starts: list[int] = []
        self.formulas: list[tuple[leaves.Maths, int]] = []
        self._number = 0
        self._doubtful = False

    def _line(self, lines: list[str], number: int) -> int:
        self._number = number
        following = super()._line(lines, number)
        if _may_open_maths(lines[number]) and not isinstance(self.leaf, leaves.Fence | leaves.Maths):
            self._doubtful = True
        return following

    def _begin(self, kind: str) -> Container:
        parent = super()._begin(kind)
        if len(self.stack) == 1 and not self._doubtful:
            self.starts.append(self._number)
        return parent

    def _start(self, leaf: Leaf) -> None:
        # A table is only seen on its second line.
        self._number -= isinstance(leaf, leaves.Table)
        known = len(self.starts)
        super()._start(leaf)
        if isinstance(leaf, leaves.Maths):
            self.formulas.append((leaf, known))

    def certain(self) -> list[int]:
        """The starts up to a formula that has no end yet: it may turn out to be text of the block before it."""
        return self.starts[: min((known for leaf, known in self.formulas if not leaf.closed), default=None)]


def _may_open_maths(line: str) -> bool:
    """Whether a formula may begin here that ends many blocks later; until then it is read as text."""
    bare = line.strip(" \t>-*+.)0123456789")
    return bare == "\\[" or (bare.startswith("\\begin{") and "\\end{" not in bare)


def starts(text: str) -> list[int]:
    """Where the blocks of a text begin whose beginning is certain; only whole lines count."""
    end = text.rfind("\n") + 1
    lines = text[:end].split("\n")
    reader = _Starts()
    reader.read(lines)
    offsets, at = [], 0
    for line in lines:
        offsets.append(at)
        at += len(line) + 1
    return sorted({offsets[number] for number in reader.certain()})


def finished(text: str) -> int:
    """The length of what is finished: all blocks but the last."""
    return next(iter(starts(text)[-1:]), 0)


def blocks(text: str) -> tuple[list[str], str]:
    """The finished blocks of a text, and the rest, which is not finished or not known to be."""
    cuts = starts(text)
    if not cuts:
        return [], text
    edges = [0, *(cut for cut in cuts if cut)]
    return [text[a:b] for a, b in itertools.pairwise(edges)], text[edges[-1] :]


# White space behind a mark belongs to the mark: two runs of it side by side could be shared out in as many ways as it
# is long.
_BEGUN = re.compile(r"[ \t>]*(?:(?:[-=*+_#]+|[0-9]{1,9}[.)]?)[ \t]*)?\Z")


def settled(text: str) -> str:
    """The text without a last line of which only a mark has come: of the next item, or does it underline a heading?"""
    last = text.rfind("\n") + 1
    return text[:last] if _BEGUN.match(text, last) else text

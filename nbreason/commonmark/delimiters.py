"""Emphasis and its like: CommonMark's stack of delimiters, over a row of pieces."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

Start = tuple[str, dict[str, str]]


@dataclass(slots=True)
class Piece:
    """A stretch of the text: tags that end before it, text or an element, tags that start after it.

    Of an element `text` is what it says without markup, for the description of an image.
    """

    text: str
    element: Element | None = None
    ends: list[str] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)


@dataclass(slots=True)
class Delimiter:
    """A run of one character on the stack; `count` of its characters are still unmatched.

    tags: of the elements that one character, and that two of them, enclose; "" if there is none
    """

    piece: Piece
    character: str
    tags: tuple[str, str]
    count: int
    length: int
    can_open: bool
    can_close: bool
    place: int
    before: Delimiter | None = None
    after: Delimiter | None = None

    def kind(self) -> tuple[str, bool, int]:
        return self.character, self.can_open, self.length % 3


class Stack:
    """The delimiters that are not yet matched: a linked row, so that any of them can be taken out."""

    def __init__(self) -> None:
        self.top: Delimiter | None = None
        self.pushed = 0

    def push(self, run: str, tags: tuple[str, str], can_open: bool, can_close: bool) -> Piece:
        """Put a run on the stack if it can be matched, and give the piece that stands for it."""
        piece = Piece(run)
        if can_open or can_close:
            self.pushed += 1
            size = len(run)
            delimiter = Delimiter(piece, run[0], tags, size, size, can_open, can_close, self.pushed, self.top)
            if self.top:
                self.top.after = delimiter
            self.top = delimiter
        return piece

    def match(self, below: Delimiter | None) -> None:
        """Match all delimiters above `below`, and take them off the stack."""
        floor = below.place if below else 0
        bottoms: dict[tuple[str, bool, int], int] = {}
        closer = self._first_above(below)
        while closer:
            if not closer.can_close:
                closer = closer.after
                continue
            opener = self._opener(closer, max(floor, bottoms.get(closer.kind(), 0)))
            if opener is None:
                bottoms[closer.kind()] = closer.before.place if closer.before else 0
                following = closer.after
                if not closer.can_open:
                    self._remove(closer)
                closer = following
                continue
            closer = self._pair(opener, closer)
        while self.top and self.top.place > floor:
            self._remove(self.top)

    def _first_above(self, below: Delimiter | None) -> Delimiter | None:
        if below:
            return below.after
        first = self.top
        while first and first.before:
            first = first.before
        return first

    def _opener(self, closer: Delimiter, floor: int) -> Delimiter | None:
        opener = closer.before
        while opener and opener.place > floor:
            if opener.character == closer.character and opener.can_open and _may_pair(opener, closer):
                return opener
            opener = opener.before
        return None

    def _pair(self, opener: Delimiter, closer: Delimiter) -> Delimiter | None:
        """Make one element of this pair, and give the delimiter to go on with."""
        used = 2 if opener.count >= 2 and closer.count >= 2 else 1
        tag = closer.tags[used - 1]
        while closer.before and closer.before is not opener:
            self._remove(closer.before)
        opener.piece.starts.insert(0, (tag, {}))
        closer.piece.ends.append(tag)
        for delimiter in (opener, closer):
            delimiter.count -= used
            delimiter.piece.text = delimiter.character * delimiter.count
        if not opener.count:
            self._remove(opener)
        if closer.count:
            return closer
        following = closer.after
        self._remove(closer)
        return following

    def _remove(self, delimiter: Delimiter) -> None:
        if delimiter.before:
            delimiter.before.after = delimiter.after
        if delimiter.after:
            delimiter.after.before = delimiter.before
        else:
            self.top = delimiter.before


def _may_pair(opener: Delimiter, closer: Delimiter) -> bool:
    """CommonMark's rule of three: `*a**b*` is one emphasis, not two halves of one."""
    if not (opener.can_close or closer.can_open):
        return True
    return (opener.length + closer.length) % 3 != 0 or (opener.length % 3 == 0 and closer.length % 3 == 0)


def flanking(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the run of delimiters from `start` to `end` can open an element, and whether it can close one."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    space_before, space_after = before.isspace(), after.isspace()
    mark_before, mark_after = _is_mark(before), _is_mark(after)
    left = not space_after and (not mark_after or space_before or mark_before)
    right = not space_before and (not mark_before or space_after or mark_after)
    if text[start] != "_":
        return left, right
    return left and (not right or mark_before), right and (not left or mark_after)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"

"""Styled text in lines, and cells in columns, for terminals; widths are in columns of the screen.

wrap(runs, width, paint)          a paragraph
table_lines(rows, width, paint)   a table
hanging(text, width)              help: explanations have a hanging indent
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

Run = tuple[str, tuple[str, ...]]
"""Text and the names of its styles."""
Paint = Callable[[str, Sequence[str]], str]
"""Gives text the codes of its styles."""
Word = list[Run]

GAP = "  "
"""Between columns."""
LEAST_BESIDE = 20
"""Columns; an explanation with less room beside its term goes below it."""


_HEAD = re.compile(r"( *\S+(?: \S+)*)  +(?=\S)")


@dataclass(frozen=True)
class Cell:
    """A cell of a table; align is ``left``, ``center``, ``right`` or nothing."""

    runs: tuple[Run, ...]
    align: str = ""


def breadth(text: str) -> int:
    """Columns that a text takes: two for wide characters, none for marks on the character before."""
    return len(text) if text.isascii() else sum(map(_breadth, text))


@lru_cache(maxsize=4096)
def _breadth(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def screen_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size().columns


def wrap(runs: Sequence[Run], width: int, paint: Paint) -> list[str]:
    """Lines of at most `width` columns; a word that is longer is broken."""
    return [line for line, _ in _lines(runs, max(width, 1), paint)]


def hanging(text: str, width: int) -> str:
    """Text with long lines wrapped; text after a gap of two spaces is continued below its own beginning."""
    return "\n".join(line for whole in text.split("\n") for line in _hung(whole, width))


def _hung(line: str, width: int) -> list[str]:
    if breadth(line) <= width:
        return [line]
    margin = " " * (len(line) - len(line.lstrip(" ")))
    parts = _HEAD.match(line)
    if not parts:
        return _indented(line, margin, width)
    head, words = parts[1], line[parts.end() :]
    if width - parts.end() < LEAST_BESIDE:
        return [*_indented(head, margin, width), *_indented(words, margin + "    ", width)]
    first, *others = _indented(words, " " * parts.end(), width)
    return [head + first[len(head) :], *others]


def _indented(text: str, margin: str, width: int) -> list[str]:
    return [margin + line for line in wrap([(text, ())], width - len(margin), unpainted)]


def unpainted(text: str, styles: Sequence[str]) -> str:
    """The paint of plain text."""
    return text


def table_lines(rows: Sequence[Sequence[Cell]], width: int, paint: Paint, head: bool = True) -> list[str]:
    """A table whose cells are wrapped if it is too wide.  head: whether the first row is a header"""
    columns = max(map(len, rows))
    if columns * (1 + len(GAP)) > width:
        return [line for row in rows for line in wrap(_joined(row), width, paint)]
    natural, longest = [0] * columns, [0] * columns
    for row in rows:
        for column, cell in enumerate(row):
            natural[column] = max(natural[column], _natural(cell))
            longest[column] = max(longest[column], _longest_word(cell))
    widths = _fitting(natural, longest, width - len(GAP) * (columns - 1))
    out: list[str] = []
    before = 1  # lines of the row before
    for number, row in enumerate(rows):
        lines = _row(row, widths, paint)
        if head and number == 1:
            out.append(GAP.join("─" * size for size in widths))
        elif head and number and max(before, len(lines)) > 1:
            out.append("")
        out += lines
        before = len(lines)
    if head and len(rows) == 1:
        out.append(GAP.join("─" * size for size in widths))
    return out


def _joined(row: Sequence[Cell]) -> list[Run]:
    """The cells of a row one after the other: of a table with more columns than fit."""
    runs: list[Run] = []
    for cell in row:
        runs += [*cell.runs, (" │ ", ())]
    return runs[:-1]


def _text(cell: Cell) -> str:
    return "".join(text for text, _ in cell.runs).strip()


def _natural(cell: Cell) -> int:
    return breadth(_text(cell))


def _longest_word(cell: Cell) -> int:
    return max(map(breadth, _text(cell).split()), default=0)


def _fitting(natural: Sequence[int], longest: Sequence[int], room: int) -> list[int]:
    """Column widths that fit; words are broken only where they do not fit beside each other, the longest first."""
    return _shrunk(natural, _shrunk(longest, [1] * len(longest), room), room)


def _shrunk(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widest columns give way first, and none gets less than its least, or than one column."""
    shrunk = [max(width, 1) for width in widths]
    floors = [max(floor, 1) for floor in least]
    over = sum(shrunk) - max(room, len(shrunk))
    while over > 0:
        wide = [index for index, width in enumerate(shrunk) if width > floors[index]]
        if not wide:
            break
        widest = max(shrunk[index] for index in wide)
        ones = [index for index in wide if shrunk[index] == widest]
        second = max((shrunk[index] for index in wide if shrunk[index] < widest), default=0)
        less = max(1, min(widest - second, over // len(ones)))
        for index in ones:
            if over > 0:
                narrower = max(floors[index], widest - less)
                over -= widest - narrower
                shrunk[index] = narrower
    return shrunk


def _row(row: Sequence[Cell], widths: Sequence[int], paint: Paint) -> list[str]:
    cells = [list(_lines(cell.runs, width, paint)) for cell, width in zip(row, widths, strict=False)]
    lines = []
    for number in range(max(map(len, cells), default=0)):
        pieces = []
        for cell, width, content in zip(row, widths, cells, strict=False):
            text, size = content[number] if number < len(content) else ("", 0)
            left = {"right": width - size, "center": (width - size) // 2}.get(cell.align, 0)
            pieces.append(" " * left + text + " " * (width - size - left))
        lines.append(GAP.join(pieces).rstrip())
    return lines or [""]


def _lines(runs: Sequence[Run], width: int, paint: Paint) -> Iterator[tuple[str, int]]:
    """Painted lines with their widths."""
    line: Word = []
    size = 0
    for word, space, ends in _words(runs):
        length = sum(breadth(text) for text, _ in word)
        if line and size + breadth(space[0]) + length > width:
            yield _painted(line, paint), size
            line, size = [], 0
        if line:
            line.append(space)
            size += breadth(space[0])
        for piece in _broken(word, width) if length > width else [word]:
            if piece is not word and line:
                yield _painted(line, paint), size
                line, size = [], 0
            line += piece
            size += sum(breadth(text) for text, _ in piece)
        if ends:
            yield _painted(line, paint), size
            line, size = [], 0
    if line:
        yield _painted(line, paint), size


def _words(runs: Sequence[Run]) -> Iterator[tuple[Word, Run, bool]]:
    """Each word, which several styles may share, with the space before it, and whether its line ends behind it."""
    word: Word = []
    space: Run = ("", ())
    for text, styles in runs:
        for piece in re.findall(r"\n|[ \t]+|[^ \t\n]+", text):
            if piece == "\n":
                yield word, space, True
                word, space = [], ("", ())
            elif piece.isspace():
                if word:
                    yield word, space, False
                    word = []
                space = (" ", styles)
            else:
                word.append((piece, styles))
    if word:
        yield word, space, False


def _broken(word: Word, width: int) -> Iterator[Word]:
    """A word that is longer than a line, in pieces that are not; behind a slash, a hyphen or the like if it can be."""
    piece: Word = []
    size = 0
    for text, styles in word:
        for character in text:
            if piece and size + _breadth(character) > width:
                cut = _joint(piece)
                yield piece[:cut]
                piece = piece[cut:]
                size = sum(breadth(held) for held, _ in piece)
            piece.append((character, styles))
            size += _breadth(character)
    yield piece


def _joint(piece: Word) -> int:
    """Where a piece of single characters is best cut: behind its last joint, if that is not too near its front."""
    joints = [place for place, (character, _) in enumerate(piece, 1) if character in "-_/:.,;=&?"]
    return joints[-1] if joints and joints[-1] > len(piece) // 2 else len(piece)


def _painted(line: Word, paint: Paint) -> str:
    """One line, neighbours of the same style together."""
    out: list[str] = []
    held = ""
    current: tuple[str, ...] = ()
    for text, styles in line:
        if styles != current:
            out.append(paint(held, current))
            held, current = "", styles
        held += text
    return "".join([*out, paint(held, current)])

"""Styled words in lines, and cells in columns, for terminals; widths are counted in columns of the screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

Run = tuple[str, tuple[str, ...]]
"""Text and the names of its styles."""
Paint = Callable[[str, Sequence[str]], str]
"""Gives text the codes of its styles."""
Word = list[Run]


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


def wrap(runs: Sequence[Run], width: int, paint: Paint) -> list[str]:
    """Lines of at most `width` columns; a word that is longer is broken."""
    return [line for line, _ in _lines(runs, max(width, 1), paint)]


def table_lines(rows: Sequence[Sequence[Cell]], width: int, paint: Paint) -> list[str]:
    """A table whose first row is its head; cells are wrapped where the table would be too wide."""
    columns = max(map(len, rows))
    filled = [[*row, *[Cell(())] * (columns - len(row))] for row in rows]
    natural = [max(_natural(row[column]) for row in filled) for column in range(columns)]
    widths = _shrunk(natural, width - 2 * (columns - 1))
    out: list[str] = []
    wrapped = widths != natural
    for number, row in enumerate(filled):
        out += _row(row, widths, paint)
        if number == 0:
            out.append("  ".join("─" * size for size in widths))
        elif wrapped and number < len(filled) - 1:
            out.append("")
    return out


def _natural(cell: Cell) -> int:
    return breadth("".join(text for text, _ in cell.runs).strip())


def _shrunk(widths: Sequence[int], room: int) -> list[int]:
    """Column widths that fit: the widest columns give way first, and each keeps at least one column."""
    shrunk = [max(width, 1) for width in widths]
    while sum(shrunk) > max(room, len(shrunk)):
        widest = max(shrunk)
        second = max((width for width in shrunk if width < widest), default=0)
        many = shrunk.count(widest)
        over = sum(shrunk) - max(room, len(shrunk))
        less = max(1, min(widest - second, over // many)) if second else max(1, over // many)
        for index, width in enumerate(shrunk):
            if width == widest and sum(shrunk) > max(room, len(shrunk)):
                shrunk[index] = max(1, width - less)
    return shrunk


def _row(row: Sequence[Cell], widths: Sequence[int], paint: Paint) -> list[str]:
    cells = [list(_lines(cell.runs, width, paint)) for cell, width in zip(row, widths, strict=True)]
    lines = []
    for number in range(max(map(len, cells), default=0)):
        pieces = []
        for cell, width, content in zip(row, widths, cells, strict=True):
            text, size = content[number] if number < len(content) else ("", 0)
            left = {"right": width - size, "center": (width - size) // 2}.get(cell.align, 0)
            pieces.append(" " * left + text + " " * (width - size - left))
        lines.append("  ".join(pieces).rstrip())
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
    """A word that is longer than a line, in pieces that are not."""
    piece: Word = []
    size = 0
    for text, styles in word:
        for character in text:
            if piece and size + _breadth(character) > width:
                yield piece
                piece, size = [], 0
            piece.append((character, styles))
            size += _breadth(character)
    yield piece


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

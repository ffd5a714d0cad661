"""The blocks that hold text and no other blocks: paragraphs, headings, code, tables, display maths.

Each class takes its lines one by one, as `nbreason.render.containers` finds them, and keeps what the tree
processor needs to build the element.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from nbreason.render import links

# So many cells may a table leave out and have all the same: short rows below a wide head would be millions.
MAX_FILLED = 65_536

RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?$", re.S)
_HEADING_END = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.S)
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$")
_CELL_END = re.compile(r"(?<!\\)\|")
# Environments that MathJax typesets wherever they stand; any other \begin is text.
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|alignat|gather|multline|eqnarray|flalign|cases|split)\*?)\}")


class Line:
    """What is left of a line, and the column where that begins: tabs count by columns."""

    __slots__ = ("column", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.column = 0

    @property
    def blank(self) -> bool:
        return not self.text.strip(" \t")

    def indent(self) -> int:
        """The width of the white space in front, in columns."""
        text = self.text
        rest = text.lstrip(" ")
        if not rest.startswith("\t"):
            return len(text) - len(rest)
        column = self.column
        for character in text:
            if character == "\t":
                column += 4 - column % 4
            elif character == " ":
                column += 1
            else:
                break
        return column - self.column

    def skip(self, columns: int) -> None:
        """Take off white space, at most so many columns; what is left of a split tab becomes spaces."""
        while columns > 0 and self.text[:1] in (" ", "\t"):
            width = 1 if self.text[0] == " " else 4 - self.column % 4
            if width > columns:
                self.text = " " * (width - columns) + self.text[1:]
                self.column += columns
                return
            self.text = self.text[1:]
            self.column += width
            columns -= width

    def drop(self, characters: int) -> None:
        """Take off characters that are not white space."""
        self.text = self.text[characters:]
        self.column += characters


class Leaf:
    """A block of text. `closed` says that it takes no more lines."""

    closed = False


class Paragraph(Leaf):
    """An open paragraph. Its text is not final before it is closed: it may turn into a heading or a table."""

    def __init__(self, line: Line) -> None:
        self.lines = [line.text.lstrip(" \t")]

    def add(self, line: Line) -> None:
        self.lines.append(line.text.lstrip(" \t"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip(" \t")


class Text(Leaf):
    """A closed paragraph."""

    def __init__(self, text: str) -> None:
        self.text = text


class Heading(Leaf):
    closed = True

    def __init__(self, level: int, text: str) -> None:
        self.level = level
        self.text = text


class Rule(Leaf):
    closed = True


class Code(Leaf):
    """Code in some language: `info` is what stood behind the fence."""

    info = ""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)


class Fence(Code):
    def __init__(self, fence: str, info: str, indent: int) -> None:
        super().__init__()
        self.info = info.strip()
        self.indent = indent
        self.end = re.compile(re.escape(fence[0]) + f"{{{len(fence)},}}[ \t]*$")

    def take(self, line: Line) -> bool:
        if line.indent() <= 3 and self.end.match(line.text.lstrip(" \t")):
            self.closed = True
        else:
            line.skip(self.indent)
            self.lines.append(line.text)
        return True


class Indented(Code):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self.take(line)

    def take(self, line: Line) -> bool:
        if line.indent() < 4 and not line.blank:
            return False
        line.skip(4)
        self.lines.append(line.text)
        return True

    @property
    def text(self) -> str:
        lines = list(self.lines)
        while lines and not lines[-1].strip(" \t"):
            lines.pop()
        return "".join(line + "\n" for line in lines)


class Maths(Leaf):
    """Display maths from `begin` to `end`, or a whole environment; not closed while it is being written."""

    def __init__(self, line: Line, number: int, begin: str, end: str, blanks: bool) -> None:
        self.first = line.text.lstrip(" \t")
        self.number = number
        self.end = end
        self.blanks = blanks
        self.environment = begin.startswith("\\begin")
        self.lines: list[str] = []
        self._add(self.first if self.environment else self.first[len(begin) :])

    def take(self, line: Line) -> bool:
        if line.blank and not self.blanks:
            return False
        self._add(line.text.strip(" \t"))
        return True

    def _add(self, text: str) -> None:
        body = _without_end(text, self.end)
        if body is None:
            self.lines.append(text)
            return
        self.lines.append(text if self.environment else body)
        self.closed = True

    @property
    def text(self) -> str:
        return "\n".join(line for line in self.lines if line.strip())


class Table(Leaf):
    """A table: the cells of its head, how the columns are aligned, and its rows."""

    def __init__(self, head: list[str], aligned: list[str]) -> None:
        self.head = head
        self.aligned = aligned
        self.filled = 0
        self.rows: list[list[str]] = []

    def add(self, line: Line) -> None:
        cells = _cells(line.text)[: len(self.head)]
        missing = len(self.head) - len(cells)
        self.filled += missing
        self.rows.append(cells + [""] * (missing if self.filled <= MAX_FILLED else 0))


class MathsEnds:
    """Where display maths can end, looked up before it is begun: an unclosed formula is text."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.ends: dict[str, list[int]] = {}
        self.blanks: list[int] | None = None
        self.forbidden = -1

    def forbid(self, number: int) -> None:
        """No display maths begins before this line: what looked like it did not end in its container."""
        self.forbidden = number

    def follow(self, number: int, end: str, blanks: bool) -> bool:
        """Whether `end` stands at the end of a later line, with no blank line before it unless `blanks`."""
        if end not in self.ends:
            self.ends[end] = [n for n, line in enumerate(self.lines) if _without_end(line, end) is not None]
        found = _after(self.ends[end], number)
        if found is None or blanks:
            return found is not None
        blank = self._blank_after(number)
        return blank is None or found < blank

    def written(self, number: int) -> bool:
        """Whether this line stands in the last paragraph: what it begins is perhaps still being written."""
        return self._blank_after(number) is None

    def _blank_after(self, number: int) -> int | None:
        if self.blanks is None:
            self.blanks = [n for n, line in enumerate(self.lines) if not line.strip(" \t>")]
        return _after(self.blanks, number)


def _after(numbers: list[int], number: int) -> int | None:
    index = bisect_left(numbers, number + 1)
    return numbers[index] if index < len(numbers) else None


def _without_end(text: str, end: str) -> str | None:
    """The text before the end of the formula, which a full stop may follow; None if there is no end."""
    text = text.rstrip(" \t")
    stop = ""
    if end != "$$" and text[-1:] in (".", ",", ";"):
        text, stop = text[:-1], text[-1]
    return text[: -len(end)] + stop if text.endswith(end) else None


def opened_by(line: Line, number: int, ends: MathsEnds) -> Leaf | None:
    """The leaf, other than a paragraph or a table, that begins on this line."""
    start = line.text.lstrip(" \t")
    first = start[0]
    if first == "#":
        return _heading(start)
    if first in "`~":
        match = _FENCE.match(start)
        return Fence(match[1] or match[3], match[2] or match[4] or "", line.indent()) if match else None
    if first in "-*_":
        return Rule() if RULE.match(start) else None
    if first in "$\\":
        return _maths(line, start, number, ends)
    return None


def _heading(start: str) -> Heading | None:
    match = _HEADING.match(start)
    if not match:
        return None
    return Heading(len(match[1]), _HEADING_END.sub("", match[2] or "").strip(" \t"))


def _maths(line: Line, start: str, number: int, ends: MathsEnds) -> Maths | None:
    if number < ends.forbidden:
        return None
    environment = _ENVIRONMENT.match(start)
    if environment:
        begin, end = environment[0], f"\\end{{{environment[1]}}}"
    elif start.startswith("$$"):
        begin = end = "$$"
    elif start.startswith("\\["):
        begin, end = "\\[", "\\]"
    else:
        return None
    rest = start[len(begin) :].rstrip(" \t")
    blanks = not rest and end != "$$"
    if _without_end(rest, end) is not None:
        whole = rest.count(end) == 1 and len(rest.strip("$")) > 0
        return Maths(line, number, begin, end, False) if whole else None
    if end in rest or not (ends.follow(number, end, blanks) or (not rest and ends.written(number))):
        return None
    return Maths(line, number, begin, end, blanks)


def underline(line: Line) -> int:
    """The level of the heading that this line underlines, or 0."""
    match = _UNDERLINE.match(line.text.lstrip(" \t"))
    return 0 if not match else 1 if match[1][0] == "=" else 2


def table_from(head: str, line: Line) -> Table | None:
    """The table whose head is `head` and whose second row is `line`, if that is one."""
    start = line.text.lstrip(" \t")
    if "|" not in head or start[0] not in "|-:" or start[:2] in ("- ", "-\t") or not _TABLE_RULE.match(start):
        return None
    cells = _cells(head)
    rules = [rule.strip(" \t") for rule in start.strip(" \t").strip("|").split("|")]
    if len(cells) != len(rules):
        return None
    return Table(cells, [_aligned(rule) for rule in rules])


def _aligned(rule: str) -> str:
    left, right = rule.startswith(":"), rule.endswith(":")
    return "center" if left and right else "right" if right else "left" if left else ""


def _cells(row: str) -> list[str]:
    """The cells of a row; a bar behind a backslash is part of its cell."""
    row = row.strip(" \t")
    cells = [cell.replace("\\|", "|").strip(" \t") for cell in _CELL_END.split(row)]
    if row.startswith("|"):
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return cells


def take_references(text: str, references: dict[str, str]) -> str:
    """Take the link definitions off the front of a paragraph, keep them, and give the rest of its text."""
    while text.startswith("["):
        found = links.definition(text)
        if found is None:
            break
        label, target, end = found
        references.setdefault(label, target)
        text = text[end:].lstrip(" \t\n")
    return text

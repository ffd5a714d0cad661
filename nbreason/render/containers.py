"""CommonMark's containers, handed to Python-Markdown as the four-space nesting that it reads.

Python-Markdown has its own idea of where a list begins and how deep an item is indented; models write
CommonMark. So a preprocessor reads the containers (quotes, items, footnotes) by CommonMark's rules, line by
line, and writes for each block one line that Python-Markdown cannot misread:

    -   ␂i0␃                an item of list 0
                            (blank)
        ␂b3␃                block 3, a paragraph of that item
                            (blank)
        > ␂q␃               a quote in that item

A mark stands for what four spaces cannot say: the text of a block, whether a list is loose, where it starts.
The tree processor of `nbreason.render.tree` puts the real thing in the place of each mark. STX and ETX, which
enclose a mark, are taken out of every answer first, so no answer can forge one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown import Markdown
from markdown.preprocessors import Preprocessor

from nbreason.render import leaves
from nbreason.render.leaves import Leaf, Line

# Deeper containers stay text: Python-Markdown recurses once for each level, and nobody reads level 25.
MAX_DEPTH = 24

QUOTE_MARK = "\x02q\x03"
BREAK_MARK = "\x02-\x03"

_ITEM = re.compile(r"([-+*]|[0-9]{1,9}[.)])(?=[ \t]|$)")
_NOTE = re.compile(r"\[\^([^\s\[\]]{1,200})\]:")


@dataclass(slots=True)
class ListRecord:
    """One list: what four-space nesting cannot tell of it."""

    key: str
    start: int
    number: int
    loose: bool = False

    @property
    def ordered(self) -> bool:
        return self.key in ".)"


@dataclass(slots=True)
class Container:
    """An open container.

    out, prefix: where its blocks are written, and behind what
    quotes: how many quotes it stands in, itself included
    width, least: how far the lines of an item are indented, and with how much they still belong to it
    record, open_list: the list it is an item of, and the list in it that a next item would continue
    children, last: how many blocks it has, and of what kind the last one is
    """

    kind: str
    out: list[str]
    prefix: str
    quotes: int
    width: int = 0
    least: int = 0
    record: ListRecord | None = None
    children: int = 0
    open_list: ListRecord | None = None
    last: str = ""

    def write(self, text: str) -> None:
        self.out.append(self.prefix.rstrip())
        self.out.append(self.prefix + text)


@dataclass(slots=True)
class Document:
    """All that marks stand for: blocks and lists by number, link targets and footnotes by label."""

    leaves: list[Leaf] = field(default_factory=list)
    lists: list[ListRecord] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)


class ContainerReader:
    """Reads the lines of one answer; `read` gives Python-Markdown's lines and fills `document`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.out: list[str] = []
        self.stack = [Container("root", self.out, "", 0)]
        self.leaf: Leaf | None = None
        self.matched = 0
        # How many quotes were around the blank line just before this one; None when it was not blank.
        self.blank: int | None = None
        self.maths = leaves.MathsEnds([])

    def read(self, lines: list[str]) -> list[str]:
        if lines and not lines[-1]:
            lines = lines[:-1]  # what stands behind the last line end is not a line
        self.maths = leaves.MathsEnds(lines)
        number = 0
        while number < len(lines):
            number = self._line(lines, number)
        self._settle(1)
        for index, body in enumerate(self.document.notes.values()):
            self.out += ["", BREAK_MARK] if index == 0 else []
            self.out += ["", f"1.  \x02n{index}\x03", *("    " + line if line else "" for line in body)]
        return self.out

    def _line(self, lines: list[str], number: int) -> int:
        """Read one line, and give the number of the next: an earlier one if maths turned out to be none."""
        line = Line(lines[number])
        self.matched = self._match(line)
        leaf = self.leaf
        here = self.matched == len(self.stack)
        if here and isinstance(leaf, (leaves.Fence, leaves.Indented, leaves.Maths)) and leaf.take(line):
            self.blank = self.stack[-1].quotes if line.blank and isinstance(leaf, leaves.Indented) else None
            if leaf.closed:
                self._close_leaf()
        elif isinstance(leaf, leaves.Maths):
            return self._give_up_maths(number)
        elif line.blank:
            self._settle(self.matched)
            self.blank = self.stack[-1].quotes
        else:
            self._blocks(line, number)
            self.blank = None
        return number + 1

    def _give_up_maths(self, number: int) -> int:
        """Read the lines of a formula that has no end in its container again, as text."""
        if isinstance(self.leaf, leaves.Maths):
            opener, self.leaf = self.leaf, leaves.Paragraph(Line(self.leaf.first))
            self.maths.forbid(number)
            self.blank = None
            number = opener.number + 1
        return number

    # Containers

    def _match(self, line: Line) -> int:
        """How many open containers this line continues; what marks them is taken off the line."""
        for depth, container in enumerate(self.stack):
            if container.kind == "quote":
                if line.blank or line.indent() > 3 or not line.text.lstrip(" \t").startswith(">"):
                    return depth
                _strip_quote(line)
            elif container.kind in ("item", "note"):
                if line.blank:
                    if not container.children:
                        return depth
                elif line.indent() < container.least:
                    return depth
                line.skip(container.width)
        return len(self.stack)

    def _settle(self, depth: int) -> None:
        """Close the open leaf and every container deeper than `depth`."""
        self._close_leaf()
        del self.stack[depth:]

    def _begin(self, kind: str) -> Container:
        """Make room for a new block in the deepest container that this line continues."""
        self._settle(self.matched)
        parent = self.stack[-1]
        if parent.children and parent.record and self.blank == parent.quotes:
            parent.record.loose = True
        parent.children += 1
        parent.open_list = None
        # Python-Markdown would join neighbouring lists, and neighbouring quotes.
        if kind in ("list", "quote") and parent.last in ("list", "quote"):
            parent.write(BREAK_MARK)
        parent.last = kind
        return parent

    def _push(self, container: Container) -> None:
        self.stack.append(container)
        self.matched = len(self.stack)

    def _open_container(self, line: Line) -> bool:
        if len(self.stack) > MAX_DEPTH:
            return False
        return self._open_quote(line) or self._open_note(line) or self._open_item(line)

    def _open_quote(self, line: Line) -> bool:
        if not line.text.lstrip(" \t").startswith(">"):
            return False
        _strip_quote(line)
        parent = self._begin("quote")
        parent.write("> " + QUOTE_MARK)
        self._push(Container("quote", parent.out, parent.prefix + "> ", parent.quotes + 1))
        return True

    def _open_note(self, line: Line) -> bool:
        match = _NOTE.match(line.text.lstrip(" \t"))
        if not match or match[1] in self.document.notes:
            return False
        line.skip(3)
        line.drop(match.end())
        line.skip(line.indent())
        parent = self._begin("note")
        parent.write(BREAK_MARK)
        body: list[str] = []
        self.document.notes[match[1]] = body
        self._push(Container("note", body, "", parent.quotes, 4, 4))
        return True

    def _open_item(self, line: Line) -> bool:
        indent = line.indent()
        start = line.text.lstrip(" \t")
        match = _ITEM.match(start)
        if not match or leaves.RULE.match(start):
            return False
        marker = match[1]
        empty = not start[match.end() :].strip(" \t")
        if self._in_paragraph() and (empty or int(marker[:-1] or 1) != 1):
            return False
        line.skip(indent)
        line.drop(len(marker))
        spaces = line.indent()
        padding = 1 if empty or spaces > 4 else spaces
        line.skip(padding)
        self._add_item(marker, indent, indent + len(marker) + padding)
        return True

    def _add_item(self, marker: str, indent: int, width: int) -> None:
        """Open an item, in the list that stands open here if it is of the same kind."""
        self._settle(self.matched)
        parent = self.stack[-1]
        record = parent.open_list
        if record is None or record.key != marker[-1]:
            parent = self._begin("list")
            start = int(marker[:-1]) if len(marker) > 1 else 1
            record = ListRecord(marker[-1], start, len(self.document.lists))
            self.document.lists.append(record)
            parent.open_list = record
        elif self.blank == parent.quotes:
            record.loose = True
        parent.write(f"{'1. ' if record.ordered else '-  '} \x02i{record.number}\x03")
        # CommonMark asks for the full width of the marker; below a wide one ("100. ") models indent by four.
        least = min(width, indent + 4)
        self._push(Container("item", parent.out, parent.prefix + "    ", parent.quotes, width, least, record))

    # Leaves

    def _in_paragraph(self) -> bool:
        """Whether a paragraph stands open in the container that this line continues."""
        return isinstance(self.leaf, leaves.Paragraph) and self.matched == len(self.stack)

    def _blocks(self, line: Line, number: int) -> None:
        """Open what begins on this line: containers first, one in the other, then a leaf or more text."""
        while line.indent() <= 3:
            if self._open_leaf(line, number):
                return
            if not self._open_container(line):
                break
            if line.blank:
                return
        if isinstance(self.leaf, leaves.Paragraph):
            # Even if this line leaves the paragraph's container: CommonMark's lazy continuation.
            self.leaf.add(line)
        elif line.indent() > 3:
            self._start(leaves.Indented(line))
        else:
            self._start(leaves.Paragraph(line))

    def _open_leaf(self, line: Line, number: int) -> bool:
        if isinstance(self.leaf, leaves.Paragraph) and self._in_paragraph():
            if self._tabulate(self.leaf, line) or self._underline(self.leaf, line):
                return True
        elif isinstance(self.leaf, leaves.Table) and self._continues_table(line, number):
            self.leaf.add(line)
            return True
        leaf = leaves.opened_by(line, number, self.maths)
        if leaf is None:
            return False
        self._start(leaf)
        if leaf.closed:
            self._close_leaf()
        return True

    def _continues_table(self, line: Line, number: int) -> bool:
        """Any line is a row, unless another block begins on it."""
        start = line.text.lstrip(" \t")
        here = self.matched == len(self.stack)
        if not here or start.startswith(">") or _ITEM.match(start) or _NOTE.match(start):
            return False
        return leaves.opened_by(line, number, self.maths) is None

    def _underline(self, paragraph: leaves.Paragraph, line: Line) -> bool:
        """Turn the open paragraph into a heading if this line underlines it."""
        level = leaves.underline(line)
        text = self._without_references(paragraph) if level else ""
        if not text:
            return False
        self.leaf = leaves.Heading(level, text)
        self._close_leaf()
        return True

    def _tabulate(self, paragraph: leaves.Paragraph, line: Line) -> bool:
        """Turn the last line of the open paragraph into a table's head if this line is its second row."""
        table = leaves.table_from(paragraph.lines[-1], line)
        if table is None:
            return False
        paragraph.lines.pop()
        if paragraph.lines:
            self._start(table)
        else:
            self.leaf = table
        return True

    def _start(self, leaf: Leaf) -> None:
        self._begin("leaf")
        self.leaf = leaf

    def _without_references(self, paragraph: leaves.Paragraph) -> str:
        return leaves.take_references(paragraph.text, self.document.references)

    def _close_leaf(self) -> None:
        leaf, self.leaf = self.leaf, None
        if leaf is None:
            return
        if isinstance(leaf, leaves.Paragraph):
            text = self._without_references(leaf)
            if not text:
                self.stack[-1].write(BREAK_MARK)
                return
            leaf = leaves.Text(text)
        before = "#" * leaf.level + " " if isinstance(leaf, leaves.Heading) else ""
        self.stack[-1].write(f"{before}\x02b{len(self.document.leaves)}\x03")
        self.document.leaves.append(leaf)


def _strip_quote(line: Line) -> None:
    line.skip(3)
    line.drop(1)
    line.skip(1)


class Containers(Preprocessor):
    """The preprocessor: CommonMark's lines in, Python-Markdown's lines out."""

    def __init__(self, md: Markdown, document: Document) -> None:
        super().__init__(md)
        self.document = document

    def run(self, lines: list[str]) -> list[str]:
        return ContainerReader(self.document).read(lines)

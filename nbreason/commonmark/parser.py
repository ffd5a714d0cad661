"""The block parser: goes through the lines and asks the rules what begins on each.

A line is read in three steps, as the specification describes: which open containers it continues, which blocks begin on
what is left of it, and whether the rest is text of an open paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.util import Registry

from nbreason.commonmark.blocks.paragraph import Paragraph
from nbreason.commonmark.line import Line
from nbreason.commonmark.state import States

# Deeper containers stay text: everything that walks the tree recurses, and nobody reads level 25.
MAX_DEPTH = 24

# A rule looks at what is left of a line and returns whether a block begins there.  If so it has consumed something and
# added an element (`Parser.add`), a block that takes later lines (`Parser.open`) or a container (`Parser.push`).
Rule = Callable[["Parser", Line], bool]


class Container:
    """An open block that holds other blocks; this one is the document.

    quotes: how many quotes it stands in, itself included
    children: how many blocks it has
    items: the list in it that a next item would continue
    """

    def __init__(self, element: Element, quotes: int = 0) -> None:
        self.element = element
        self.quotes = quotes
        self.children = 0
        self.items: Any = None

    def continues(self, line: Line) -> bool:
        """Whether a line belongs to it; its marker is taken off the line."""
        return True

    def separate(self) -> None:
        """Called when a blank line separates two of its blocks."""


class TextBlock(Protocol):
    """An open block that takes lines on which no other block begins; a lazy one also those of an outer container."""

    lazy: bool

    def add(self, line: Line) -> None: ...

    def close(self, parent: Element, md: Markdown) -> None: ...


class Parser(BlockParser):
    """Turns lines into an element tree; the inline processor then parses the text in it.

    matched: how many of the open containers the present line continues
    blank: how many quotes were around the blank line just before this one; None if it was not blank
    starts: the lines on which the blocks begin that stand in no container
    undecided: the first line of which later lines will say what it is; None if there is none
    states: what rules remember about this text; when_done: called at the end of it
    """

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.rules: Registry[Rule] = Registry()
        self._reset([])

    def _reset(self, lines: list[str]) -> None:
        self.lines = lines
        self.number = 0
        self.root = Element(self.md.doc_tag)
        self.stack = [Container(self.root)]
        self.leaf: TextBlock | None = None
        self.matched = 1
        self.blank: int | None = None
        self.starts: list[int] = []
        self.undecided: int | None = None
        self.states = States()
        self.when_done: list[Callable[[], None]] = []

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802
        """Read the lines of a text."""
        self._reset(list(lines))
        if self.lines and not self.lines[-1]:
            del self.lines[-1]  # what follows the last line end is not a line
        while self.number < len(self.lines):
            self._read(Line(self.lines[self.number], self.number))
            self.number += 1
        self.close(1)
        for finish in self.when_done:
            finish()
        return ElementTree(self.root)

    def _read(self, line: Line) -> None:
        self.matched = next((n for n, open_ in enumerate(self.stack) if not open_.continues(line)), len(self.stack))
        if line.blank:
            self.close(self.matched)
            self.blank = self.stack[-1].quotes
            return
        while not line.blank and any(rule(self, line) for rule in self.rules):
            pass
        if not line.blank:
            self._text(line)
        self.blank = None

    def _text(self, line: Line) -> None:
        if self.leaf and (self.leaf.lazy or self.matched == len(self.stack)):
            self.leaf.add(line)
        else:
            self.open(Paragraph(line), line)

    # What rules look at

    @property
    def paragraph(self) -> Paragraph | None:
        """The open paragraph, if this line could be more of it without being lazy."""
        return self.leaf if isinstance(self.leaf, Paragraph) and self.matched == len(self.stack) else None

    @property
    def deep(self) -> bool:
        """Whether no more containers may be opened here."""
        return len(self.stack) > MAX_DEPTH

    def following(self) -> Iterator[Line]:
        """The next lines, as long as they belong to the containers that this line belongs to.

        A rule that takes them sets `number` to the last one taken.
        """
        containers = self.stack[: self.matched]
        for number in range(self.number + 1, len(self.lines)):
            line = Line(self.lines[number], number)
            if not all(container.continues(line) for container in containers):
                return
            yield line

    # What rules do

    def begin(self, number: int | None = None) -> Container:
        """Close what this line does not continue, and give the container in which a new block begins.

        number: the line on which it begins, if that is not the present one
        """
        self.close(self.matched)
        parent = self.stack[-1]
        if parent.children and self.blank == parent.quotes:
            parent.separate()
        parent.children += 1
        parent.items = None
        if len(self.stack) == 1:
            self.starts.append(self.number if number is None else number)
        return parent

    def add(self, tag: str, line: Line) -> Element:
        """Begin a block that takes the rest of the line, and no other lines unless its rule takes them."""
        line.end()
        return SubElement(self.begin().element, tag)

    def open(self, leaf: TextBlock, line: Line, number: int | None = None) -> None:
        """Begin a block that takes the rest of the line, and later lines of text."""
        line.end()
        self.begin(number)
        self.leaf = leaf

    def replace(self, tag: str, line: Line) -> Element:
        """Put an element that takes the rest of the line in the place of the open paragraph."""
        line.end()
        self.leaf = None
        return SubElement(self.stack[-1].element, tag)

    def split(self, leaf: TextBlock, line: Line) -> None:
        """Open a block that begins with the last line of the open paragraph."""
        paragraph = self.paragraph
        if paragraph and len(paragraph.lines) > 1:
            paragraph.lines.pop()
            self.open(leaf, line, self.number - 1)
        else:
            line.end()
            self.leaf = leaf

    def push(self, container: Container) -> None:
        """Open a container; what is left of the line is read in it."""
        self.stack.append(container)
        self.matched = len(self.stack)

    def close(self, depth: int) -> None:
        """Close the open block of text, and the containers deeper than `depth`."""
        if self.leaf:
            leaf, self.leaf = self.leaf, None
            leaf.close(self.stack[-1].element, self.md)
        del self.stack[depth:]

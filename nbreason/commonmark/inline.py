"""The text inside a block: emphasis, code, links, by CommonMark's rules and in linear time.

Python-Markdown tries each of its patterns at each place, so that a hostile paragraph keeps it busy for minutes.
This parser goes through a text once.  Its rules find a row of pieces; emphasis is matched on them afterwards with
CommonMark's stack of delimiters, and only then are elements built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, Registry

from nbreason.commonmark.delimiters import Piece, Stack
from nbreason.commonmark.state import States

# Everything that walks a tree recurses, and a thousand nested emphases look like one.
MAX_DEPTH = 16


class Rule(NamedTuple):
    """A rule for one kind of markup.

    start: a short pattern, without lookaround, that matches how the markup begins
    apply: parses the markup at `position`, adds what it stands for, moves `position` on and returns True; or returns
        False and leaves everything as it is
    """

    start: str
    apply: Callable[[InlineParser], bool]


class RuleTable:
    """The rules in their order, found by how their markup begins."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(rules)
        starts = dict.fromkeys(rule.start for rule in self.rules)
        self.search = re.compile("|".join(starts) or "(?!)", re.I).search
        self.known: dict[str, list[Rule]] = {}

    def for_start(self, start: str) -> list[Rule]:
        if start not in self.known:
            self.known[start] = [rule for rule in self.rules if re.match(rule.start, start, re.I)]
        return self.known[start]


class InlineProcessor(Treeprocessor):
    """Parses the text in a tree, except where it is an `AtomicString`."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.rules: Registry[Rule] = Registry()
        self.table = RuleTable(())

    def run(self, root: Element) -> None:
        self.table = RuleTable(self.rules)
        self.read(root)

    def read(self, element: Element) -> None:
        """Parse the text in an element and its descendants."""
        children, text = list(element), element.text
        element[:] = []
        element.text = None
        self._append(element, text)
        for child in children:
            text, child.tail = child.tail, None
            element.append(child)
            self.read(child)
            self._append(element, text)

    def _append(self, element: Element, text: str | None) -> None:
        if not text:
            return
        if isinstance(text, AtomicString) or not self.table.search(text):
            append_text(element, text)
        else:
            InlineParser(text, self, element).parse()


class InlineParser:
    """Parses one text and appends the result to an element.

    parent: the element
    position: the place that the rules look at
    pieces, delimiters: what was found so far; states: what rules remember about it
    """

    def __init__(self, text: str, processor: InlineProcessor, parent: Element) -> None:
        self.text = text
        self.md = processor.md
        self.table = processor.table
        self.parent = parent
        self.position = 0
        self.pieces: list[Piece] = []
        self.delimiters = Stack()
        self.states = States()

    def parse(self) -> None:
        text, length, table = self.text, len(self.text), self.table
        while self.position < length:
            match = table.search(text, self.position)
            start = match.start() if match else length
            if start > self.position:
                self.say(start)
            if match and not any(rule.apply(self) for rule in table.for_start(match[0])):
                self.say(start + 1)
        self.delimiters.match(None)
        _build(self.pieces, self.parent)

    # What rules do

    def say(self, end: int, text: str | None = None) -> None:
        """Add text, that up to `end` if no other is given, and go on at `end`."""
        self.pieces.append(Piece(self.text[self.position : end] if text is None else text))
        self.position = end

    def show(self, element: Element, end: int, plain: str) -> None:
        """Add an element, which says `plain` without markup, and go on at `end`."""
        self.pieces.append(Piece(plain, element))
        self.position = end

    def wrap(self, tag: str, attributes: dict[str, str], text: str, end: int) -> None:
        """Add an element around a text, and go on at `end`."""
        self.pieces += [Piece("", starts=[(tag, attributes)]), Piece(text), Piece("", ends=[tag])]
        self.position = end


def _build(pieces: Iterable[Piece], parent: Element) -> None:
    """Append pieces to an element."""
    opened = [parent]
    tags: list[bool] = []  # of the elements that were started: whether they are shown
    text: list[str] = []

    def flush() -> None:
        if text:
            append_text(opened[-1], "".join(text))
            text.clear()

    for piece in pieces:
        for _ in piece.ends:
            if tags and tags.pop():
                flush()
                opened.pop()
        if piece.element is not None:
            flush()
            opened[-1].append(piece.element)
        elif piece.text:
            text.append(piece.text)
        for tag, attributes in piece.starts:
            # A link in a link (an address in a link's text, say) and what is too deep keeps its text only.
            nested = tag == "a" and any(element.tag == "a" for element in opened[1:])
            tags.append(not nested and len(opened) <= MAX_DEPTH)
            if tags[-1]:
                flush()
                opened.append(SubElement(opened[-1], tag, attributes))
    flush()


def append_text(parent: Element, text: str) -> None:
    """Append text behind what an element holds."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text if parent.text else text

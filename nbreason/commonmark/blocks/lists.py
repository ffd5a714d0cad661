"""Lists and their items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Container, Parser

_MARKER = re.compile(r"([-+*]|[0-9]{1,9}[.)])(?=[ \t]|$)")


@dataclass(slots=True)
class List:
    """A list: the last character of its markers, and whether blank lines stand between its blocks."""

    element: Element
    kind: str
    loose: bool = False

    def finish(self) -> None:
        """Make text of the paragraphs of a tight list."""
        if not self.loose:
            for item in self.element:
                _unwrap(item)


def _unwrap(item: Element) -> None:
    children = list(item)
    item[:] = []
    for child in children:
        if child.tag != "p":
            item.append(child)
        elif len(item):
            item[-1].tail = "\n".join(filter(None, (item[-1].tail, child.text)))
        else:
            item.text = "\n".join(filter(None, (item.text, child.text)))


class Item(Container):
    """An open item.

    width: how far its lines are indented; least: with how much they still belong to it
    empty: whether nothing follows its marker
    """

    def __init__(self, of: List, quotes: int, width: int, least: int, empty: bool) -> None:
        super().__init__(SubElement(of.element, "li"), quotes)
        self.of = of
        self.width = width
        self.least = least
        self.empty = empty

    def continues(self, line: Line) -> bool:
        if line.blank:
            belongs = self.children > 0 or not self.empty
        else:
            belongs = line.indent >= self.least
        if belongs:
            line.skip(self.width)
        return belongs

    def separate(self) -> None:
        self.of.loose = True


def item(parser: Parser, line: Line) -> bool:
    match = line.match(_MARKER)
    if not match or parser.deep:
        return False
    marker = match[1]
    number = int(marker[:-1]) if len(marker) > 1 else 1
    empty = not line.text[match.end() :].strip(" \t")
    if parser.paragraph and (empty or number != 1):
        return False
    indent = line.indent
    line.drop(len(marker))
    padding = 1 if empty or line.indent > 4 else line.indent
    line.skip(padding)
    width = indent + len(marker) + padding
    # The specification asks for the full width; below a wide number ("100. ") models indent by four.
    least = min(width, indent + 4) if len(marker) > 1 else width
    found = _list_for(parser, marker[-1], number)
    parser.push(Item(found, parser.stack[-1].quotes, width, least, empty))
    return True


def _list_for(parser: Parser, kind: str, number: int) -> List:
    """The list that a new item belongs to: the one that is open here if it is of the same kind."""
    parser.close(parser.matched)
    parent = parser.stack[-1]
    found: List | None = parent.items
    if found is not None and found.kind == kind:
        found.loose = found.loose or parser.blank == parent.quotes
        return found
    parser.begin()
    ordered = kind in ".)"
    found = List(SubElement(parent.element, "ol" if ordered else "ul"), kind)
    if ordered and number != 1:
        found.element.set("start", str(number))
    parser.when_done.append(found.finish)
    parent.items = found
    return found

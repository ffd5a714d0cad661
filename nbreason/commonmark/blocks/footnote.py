"""Footnotes: `[^label]: text`, with further blocks indented by four.  They are shown at the end of the document."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Container, Parser

_LABEL = re.compile(r"\[\^([^\s\[\]]{1,200})\]:")


class Footnote(Container):
    """A footnote; its number is 0 until it is referred to."""

    number = 0

    def continues(self, line: Line) -> bool:
        belongs = self.children > 0 if line.blank else line.indent >= 4
        if belongs:
            line.skip(4)
        return belongs


class Footnotes:
    """The footnotes of a document by label, and those that were referred to in the order of their numbers."""

    def __init__(self) -> None:
        self.labelled: dict[str, Footnote] = {}
        self.cited: list[Footnote] = []

    def cite(self, note: Footnote) -> int:
        """The number of a footnote."""
        if not note.number:
            self.cited.append(note)
            note.number = len(self.cited)
        return note.number


def footnote(parser: Parser, line: Line) -> bool:
    match = line.match(_LABEL)
    notes = parser.states.of(Footnotes).labelled
    if not match or parser.deep or match[1] in notes:
        return False
    line.drop(len(match[0]))
    line.skip(line.indent)
    note = notes[match[1]] = Footnote(Element("li"), parser.begin().quotes)
    parser.push(note)
    return True

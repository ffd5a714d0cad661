"""References to footnotes, `[^label]`, and the footnotes at the end of the document."""

from __future__ import annotations

import re
from typing import cast
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from nbreason.commonmark.blocks.footnote import Footnotes
from nbreason.commonmark.inline import InlineParser, InlineProcessor, Rule
from nbreason.commonmark.parser import Parser

_REFERENCE = re.compile(r"\[\^([^\s\[\]]{1,200})\]")


def _notes(md: Markdown) -> Footnotes:
    return cast(Parser, md.parser).states.of(Footnotes)


def _reference(parser: InlineParser) -> bool:
    match = _REFERENCE.match(parser.text, parser.position)
    notes = _notes(parser.md)
    if not match or match[1] not in notes.labelled:
        return False
    element = Element("sup", {"class": "footnote"})
    element.text = f"[{notes.cite(notes.labelled[match[1]])}]"
    parser.show(element, match.end(), element.text)
    return True


class FootnoteSection(Treeprocessor):
    """Appends the footnotes in the order in which they are referred to; those that nobody refers to come last."""

    def run(self, root: Element) -> None:
        notes = _notes(self.md)
        if not notes.labelled:
            return
        inline = cast(InlineProcessor, self.md.treeprocessors["inline"])
        shown = SubElement(SubElement(root, "div", {"class": "footnote"}), "ol")
        others = iter(notes.labelled.values())
        for place in range(len(notes.labelled)):
            if place == len(notes.cited):
                notes.cite(next(note for note in others if not note.number))
            note = notes.cited[place].element
            shown.append(note)
            inline.read(note)  # which may refer to more of them


RULE = Rule(r"\[", _reference)

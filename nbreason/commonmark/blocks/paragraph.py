"""Paragraphs, and the link definitions in front of them."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from nbreason.commonmark import targets
from nbreason.commonmark.line import Line


class Paragraph:
    """An open paragraph.  While it is open it may still turn into a heading or a table."""

    lazy = True

    def __init__(self, line: Line) -> None:
        self.lines = [line.trimmed]

    def add(self, line: Line) -> None:
        self.lines.append(line.trimmed)

    def close(self, parent: Element, md: Markdown) -> None:
        text = self.text(md)
        if text:
            SubElement(parent, "p").text = text

    def text(self, md: Markdown) -> str:
        """Its text; the link definitions in front are taken off, and kept in `md.references`."""
        text, position = "\n".join(self.lines).rstrip(" \t"), 0
        while text.startswith("[", position):
            found = targets.definition(text, position)
            if found is None:
                break
            label, target, position = found
            md.references.setdefault(label, target)
        return text[position:].lstrip(" \t\n") if position else text

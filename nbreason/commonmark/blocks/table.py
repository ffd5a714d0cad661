"""Tables as GitHub reads them: a head, a row of hyphens, rows until another block begins."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Parser

# How many missing cells a table gets: short rows below a wide head could need millions.
MAX_FILLED = 65_536

_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$")
_ITEM = re.compile(r"-[ \t]")
_CELL_END = re.compile(r"(?<!\\)\|")


class Table:
    """An open table."""

    lazy = False

    def __init__(self, head: list[str], aligned: list[str]) -> None:
        self.aligned = aligned
        self.element = Element("table")
        self.body: Element | None = None
        self.filled = 0
        self._row(SubElement(self.element, "thead"), "th", head)

    def add(self, line: Line) -> None:
        if self.body is None:
            self.body = SubElement(self.element, "tbody")
        row = cells(line.trimmed)[: len(self.aligned)]
        missing = len(self.aligned) - len(row)
        self.filled += missing
        self._row(self.body, "td", row + [""] * (missing if self.filled <= MAX_FILLED else 0))

    def _row(self, parent: Element, tag: str, texts: list[str]) -> None:
        row = SubElement(parent, "tr")
        for text, side in zip(texts, self.aligned, strict=False):
            SubElement(row, tag, {"align": side} if side else {}).text = text

    def close(self, parent: Element, md: Markdown) -> None:
        parent.append(self.element)


def table(parser: Parser, line: Line) -> bool:
    """The row of hyphens that makes a table's head of the last line of the open paragraph."""
    paragraph = parser.paragraph
    if not paragraph or "|" not in paragraph.lines[-1] or line.match(_ITEM):
        return False
    match = line.match(_RULE)
    head = cells(paragraph.lines[-1]) if match else []
    rules = [rule.strip(" \t") for rule in line.trimmed.strip(" \t").strip("|").split("|")] if match else []
    if not head or len(head) != len(rules):
        return False
    parser.split(Table(head, [_aligned(rule) for rule in rules]), line)
    return True


def _aligned(rule: str) -> str:
    left, right = rule.startswith(":"), rule.endswith(":")
    return "center" if left and right else "right" if right else "left" if left else ""


def cells(row: str) -> list[str]:
    """The cells of a row; a bar behind a backslash is part of its cell."""
    row = row.strip(" \t")
    found = [cell.replace("\\|", "|").strip(" \t") for cell in _CELL_END.split(row)]
    if row.startswith("|"):
        del found[0]
    if found and not found[-1]:
        del found[-1]
    return found

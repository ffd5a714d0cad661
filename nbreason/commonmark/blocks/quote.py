"""Quotes: lines behind `>`."""

from __future__ import annotations

import re
from xml.etree.ElementTree import SubElement

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Container, Parser

_MARK = re.compile(">")


class Quote(Container):
    """An open quote."""

    def continues(self, line: Line) -> bool:
        return _strip(line)


def quote(parser: Parser, line: Line) -> bool:
    if parser.deep or not _strip(line):
        return False
    parent = parser.begin()
    parser.push(Quote(SubElement(parent.element, "blockquote"), parent.quotes + 1))
    return True


def _strip(line: Line) -> bool:
    """Take the mark off a line that has one."""
    if not line.match(_MARK):
        return False
    line.drop(1)
    line.skip(1)
    return True

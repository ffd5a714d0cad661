"""Thematic breaks: a line of at least three `-`, `*` or `_`."""

from __future__ import annotations

import re

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Parser

BREAK = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*$")


def thematic_break(parser: Parser, line: Line) -> bool:
    if not line.match(BREAK):
        return False
    parser.add("hr", line)
    return True

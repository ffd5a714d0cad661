"""Headings: `# text`, and text that is underlined."""

from __future__ import annotations

import re

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Parser

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?$", re.S)
_HEADING_END = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")


def heading(parser: Parser, line: Line) -> bool:
    match = line.match(_HEADING)
    if not match:
        return False
    text = _HEADING_END.sub("", match[2] or "").strip(" \t")
    parser.add(f"h{len(match[1])}", line).text = text
    return True


def underline(parser: Parser, line: Line) -> bool:
    """The line that makes a heading of the open paragraph; one of link definitions alone has no text for it."""
    paragraph = parser.paragraph
    match = line.match(_UNDERLINE) if paragraph else None
    text = paragraph.text(parser.md) if paragraph and match else ""
    if not match or not text:
        return False
    parser.replace("h1" if match[1][0] == "=" else "h2", line).text = text
    return True

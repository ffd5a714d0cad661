"""Code blocks: between fences, and indented."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from nbreason.commonmark import targets
from nbreason.commonmark.blocks.paragraph import Paragraph
from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Parser

_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.S)


def fence(parser: Parser, line: Line) -> bool:
    match = line.match(_FENCE)
    if not match:
        return False
    mark, info, indent = match[1] or match[3], match[2] or match[4] or "", line.indent
    pre = parser.add("pre", line)
    lines = []
    for inner in parser.following():
        parser.number = inner.number
        if _ends(inner, mark):
            break
        inner.skip(indent)
        lines.append(inner.rest)
    language = targets.unescape(info).split()
    code(pre, lines, {"class": f"language-{language[0]}"} if language else {})
    return True


def _ends(line: Line, mark: str) -> bool:
    text = line.trimmed.rstrip(" \t")
    return line.indent < 4 and len(text) >= len(mark) and not text.strip(mark[0])


def indented(parser: Parser, line: Line) -> bool:
    if line.indent < 4 or isinstance(parser.leaf, Paragraph):
        return False
    line.skip(4)
    lines = [line.rest]
    pre = parser.add("pre", line)
    blank: list[str] = []
    for inner in parser.following():
        inner_blank = inner.blank
        if not inner_blank and inner.indent < 4:
            break
        inner.skip(4)
        blank.append(inner.rest)
        if not inner_blank:
            lines += blank
            blank = []
            parser.number = inner.number
    code(pre, lines, {})
    return True


def code(pre: Element, lines: list[str], attributes: dict[str, str]) -> None:
    """Put lines of code into a `pre`."""
    SubElement(pre, "code", attributes).text = AtomicString("".join(line + "\n" for line in lines))

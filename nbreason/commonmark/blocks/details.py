"""What opens on a click: `<details>` on a line of its own, with a `<summary>`, up to `</details>`.

Other HTML is text.  What is never closed is text too; while a text is written, its end may still come.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import SubElement

from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Container, Parser

_OPEN = re.compile(r"<details(?:\s+open(?:=\"\")?)?>", re.I)
_SUMMARY = re.compile(r"<summary>(.*?)</summary>[ \t]*$", re.I)
_CLOSE = re.compile(r"</details>[ \t]*$", re.I)
_EMPHASIS = re.compile(r"</?(?:b|strong|i|em|code|h[1-6])>", re.I)


class Details(Container):
    """An open one; the line that closes it takes it off the stack."""


class Ends:
    """The last line that could close one; found once for a text."""

    last = -1
    known = False

    def after(self, parser: Parser) -> bool:
        if not self.known:
            closing = (n for n in range(len(parser.lines) - 1, -1, -1) if _CLOSE.match(parser.lines[n].lstrip(" \t>")))
            self.last, self.known = next(closing, -1), True
        return self.last > parser.number


def details(parser: Parser, line: Line) -> bool:
    if _end(parser, line) or _summary(parser, line):
        return True
    match = line.match(_OPEN)
    if not match or parser.deep:
        return False
    if not parser.states.of(Ends).after(parser):
        if parser.undecided is None:
            parser.undecided = line.number
        return False
    line.drop(len(match[0]))
    line.skip(line.indent)
    parent = parser.begin()
    parser.push(Details(SubElement(parent.element, "details"), parent.quotes))
    return True


def _summary(parser: Parser, line: Line) -> bool:
    """The title, which is the first thing in it."""
    match = line.match(_SUMMARY)
    inside = parser.stack[parser.matched - 1]
    if not match or not isinstance(inside, Details) or inside.children:
        return False
    parser.add("summary", line).text = _EMPHASIS.sub("", match[1]).strip()
    return True


def _end(parser: Parser, line: Line) -> bool:
    if not line.match(_CLOSE):
        return False
    open_ = next((n for n in range(parser.matched - 1, 0, -1) if isinstance(parser.stack[n], Details)), 0)
    if not open_:
        return False
    line.end()
    parser.close(open_)
    parser.matched = open_
    return True

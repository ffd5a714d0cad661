"""Backslashes: before punctuation, which then is plain text, and at the end of a line, which they break."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from nbreason.commonmark.inline import InlineParser, Rule
from nbreason.commonmark.inlines.line_end import next_line
from nbreason.commonmark.targets import PUNCTUATION

_ESCAPABLE = re.compile(rf"[{PUNCTUATION}]")


def _escape(parser: InlineParser) -> bool:
    following = parser.text[parser.position + 1 : parser.position + 2]
    if following == "\n":
        parser.show(Element("br"), parser.position + 1, "")
        next_line(parser)
    elif _ESCAPABLE.match(following):
        parser.say(parser.position + 2, following)
    else:
        return False
    return True


RULE = Rule(r"\\", _escape)

"""`<br>` in the cell of a table, which has no other way to break a line."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from nbreason.commonmark.inline import InlineParser, Rule

_TAG = re.compile(r"<br ?/?>", re.I)


def _break_tag(parser: InlineParser) -> bool:
    match = _TAG.match(parser.text, parser.position) if parser.parent.tag in ("td", "th") else None
    if match:
        # The tag is made anew, so nothing of it is let through.
        parser.show(Element("br"), match.end(), " ")
    return bool(match)


RULE = Rule("<", _break_tag)

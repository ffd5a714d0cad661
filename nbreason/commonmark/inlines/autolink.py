"""Addresses in angle brackets: `<https://example.org>`, `<name@example.org>`."""

from __future__ import annotations

import re

from nbreason.commonmark.inline import InlineParser, Rule
from nbreason.commonmark.targets import quoted

_ADDRESS = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x20]{0,2000})>")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL = re.compile(rf"<([A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{0,8}})>")


def _autolink(parser: InlineParser) -> bool:
    match, scheme = _ADDRESS.match(parser.text, parser.position), ""
    if not match:
        match, scheme = _MAIL.match(parser.text, parser.position), "mailto:"
    if not match:
        return False
    parser.wrap("a", {"href": scheme + quoted(match[1])}, match[1], match.end())
    return True


RULE = Rule("<", _autolink)

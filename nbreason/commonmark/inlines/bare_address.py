"""Web addresses without any markup."""

from __future__ import annotations

import re

from nbreason.commonmark.inline import InlineParser, Rule
from nbreason.commonmark.targets import quoted

_BARE = re.compile(r"(?:https?://|www\.)[^\s<>\[\]\"`\\|，。；：！？、）】」』]{1,2000}", re.I)


def bare(text: str, position: int) -> str | None:
    """The bare web address at this position, without the punctuation of the sentence around it."""
    match = _BARE.match(text, position)
    if not match or (position and (text[position - 1].isalnum() or text[position - 1] in "/@")):
        return None
    address = match[0]
    while address:
        if address[-1] in "?!.,:;*_~'$" or (address[-1] == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    scheme, _, host = address.rpartition("://")
    return address if host and (scheme or "." in host[4:]) else None


def _address(parser: InlineParser) -> bool:
    address = bare(parser.text, parser.position)
    if address is None:
        return False
    target = address if "://" in address else "http://" + address
    parser.wrap("a", {"href": quoted(target)}, address, parser.position + len(address))
    return True


RULE = Rule(r"https?://|www\.", _address)

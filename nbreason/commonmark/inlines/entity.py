"""Entities: `&eacute;`, `&#233;`."""

from __future__ import annotations

from nbreason.commonmark.inline import InlineParser, Rule
from nbreason.commonmark.targets import ENTITY, entity


def _entity(parser: InlineParser) -> bool:
    match = ENTITY.match(parser.text, parser.position)
    if match:
        parser.say(match.end(), entity(match[0]))
    return bool(match)


RULE = Rule("&", _entity)

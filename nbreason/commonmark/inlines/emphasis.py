"""Emphasis between `*` or `_`, and what is struck out between `~~`."""

from __future__ import annotations

from nbreason.commonmark.delimiters import flanking
from nbreason.commonmark.inline import InlineParser, Rule


def _emphasis(parser: InlineParser) -> bool:
    end = _run_end(parser)
    _push(parser, end, ("em", "strong"))
    return True


def _strikethrough(parser: InlineParser) -> bool:
    """Two tildes strike out.  One means "about", as in ~5, also in front of two (~~~5 of them~~)."""
    end = _run_end(parser)
    length = end - parser.position
    if length == 3 and parser.text[end : end + 1].isdigit():
        parser.say(parser.position + 1)
        length = 2
    if length == 2:
        _push(parser, end, ("", "del"))
    else:
        parser.say(end)
    return True


def _run_end(parser: InlineParser) -> int:
    text, end = parser.text, parser.position
    while end < len(text) and text[end] == text[parser.position]:
        end += 1
    return end


def _push(parser: InlineParser, end: int, tags: tuple[str, str]) -> None:
    text, start = parser.text, parser.position
    can_open, can_close = flanking(text, start, end)
    parser.pieces.append(parser.delimiters.push(text[start:end], tags, can_open, can_close))
    parser.position = end


EMPHASIS = Rule("[*_]", _emphasis)
STRIKETHROUGH = Rule("~", _strikethrough)

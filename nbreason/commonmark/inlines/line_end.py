"""Line ends: a break if two spaces stand before them."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from nbreason.commonmark.inline import InlineParser, Rule


def _line_end(parser: InlineParser) -> bool:
    last = parser.pieces[-1] if parser.pieces else None
    if last and not last.element:
        hard = last.text.endswith("  ")
        last.text = last.text.rstrip(" ")
        if hard:
            parser.show(Element("br"), parser.position, "")
    next_line(parser)
    return True


def next_line(parser: InlineParser) -> None:
    """Go on where the text of the next line begins."""
    end = parser.position + 1
    while parser.text[end : end + 1] in (" ", "\t"):
        end += 1
    parser.say(end, "\n")


RULE = Rule("\n", _line_end)

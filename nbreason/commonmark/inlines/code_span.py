"""Code in a line, between backticks."""

from __future__ import annotations

import re
from bisect import bisect_left
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

from nbreason.commonmark.inline import InlineParser, Rule

_RUN = re.compile("`+")


class _Runs:
    """Where the runs of backticks begin, by their length."""

    def __init__(self) -> None:
        self.places: dict[int, list[int]] = {}

    def following(self, text: str, length: int, position: int) -> int | None:
        """Where the next run of this length begins."""
        if not self.places:
            for match in _RUN.finditer(text):
                self.places.setdefault(len(match[0]), []).append(match.start())
        places = self.places.get(length, [])
        index = bisect_left(places, position)
        return places[index] if index < len(places) else None


def _code(parser: InlineParser) -> bool:
    run = _RUN.match(parser.text, parser.position)
    start = run.end() if run else parser.position + 1
    length = start - parser.position
    end = parser.states.of(_Runs).following(parser.text, length, start)
    if end is None:
        parser.say(start)
        return True
    code = parser.text[start:end].replace("\n", " ")
    if code.startswith(" ") and code.endswith(" ") and code.strip(" "):
        code = code[1:-1]
    element = Element("code")
    element.text = AtomicString(code)
    parser.show(element, end + length, code)
    return True


RULE = Rule("`", _code)

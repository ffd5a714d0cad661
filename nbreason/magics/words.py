"""The words of a magic line: where they end, what their quotes mean, and which of them select something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbreason.errors import UsageError

PAIRS = {"(": ")", "[": "]", "{": "}"}
QUOTED = re.compile(r"""'(?P<single>(?:\\.|[^'\\])*)'|"(?P<double>(?:\\.|[^"\\])*)\"""", re.DOTALL)


def take(text: str) -> tuple[str, str]:
    """The first word of a line with its quotes, and the rest.

    White space inside brackets or quotes does not end a word, so that expressions need no quoting.
    """
    closing: list[str] = []
    quote = ""
    escaped = False
    end = len(text)
    for position, character in enumerate(text):
        if quote:
            if character == quote and not escaped:
                quote = ""
            escaped = character == "\\" and not escaped
        elif character in "'\"":
            quote = character
        elif character in PAIRS:
            closing.append(PAIRS[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character.isspace() and not closing:
            end = position
            break
    if quote or closing:
        raise UsageError(f"This does not end: {text[:60]!r} ({quote or closing[-1]} is missing). Nothing was sent.")
    return text[:end], text[end:].lstrip()


def plain(word: str) -> str:
    """A word without its quotes, as a shell takes them off, wherever they stand in it."""
    return QUOTED.sub(_inside, word)


def unquote(word: str) -> str:
    """A word without the quotes around all of it; quotes inside belong to it, as those of an expression do."""
    found = QUOTED.fullmatch(word)
    return _inside(found) if found else word


def _inside(found: re.Match[str]) -> str:
    # Of backslashes only those before the quote are taken off: others stand in paths and formulas.
    quote = "'" if found["single"] is not None else '"'
    return (found["single"] or found["double"] or "").replace("\\" + quote, quote)


@dataclass(frozen=True)
class Selector:
    """What an option with an optional value selects.

    item: the form of one thing, of which several may stand with commas between them; examples: of all forms, in words
    """

    item: str
    examples: str

    def begins(self, text: str) -> str:
        """The first word of a text if it is meant as a selector, well formed or not; else nothing."""
        found = re.match(r"\S*", text)
        word = found[0] if found else ""
        meant = re.match(r"-?\d|[Ii][Nn]\[|\[\d", word) or self._fits(unquote(word))
        return word if meant else ""

    def read(self, word: str) -> list[str]:
        """The selectors of a word; an empty one is the last thing.  Raises ValueError with those that there are."""
        if word and not self._fits(word):
            raise ValueError(f"{word!r} is none of {self.examples}")
        return ["In[:]"] if word == "all" else word.split(",")

    def _fits(self, word: str) -> bool:
        return re.fullmatch(rf"all|\d+|{self.item}(,({self.item}))*", word) is not None


RANGE = r"In\[\d*:\d*\]"
FIGURES = Selector(
    rf"(?:In\[\d+\](?:\.\d+)?|{RANGE})", "2, In[5], In[5].2, In[2:5], all, or several In[…] with commas and no spaces"
)
CELLS = Selector(rf"(?:In\[\d+\]|{RANGE})", "3, In[5], In[2:5], all, or several In[…] with commas and no spaces")

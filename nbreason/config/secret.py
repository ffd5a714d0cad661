"""A key as a value that nothing prints."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import NoReturn

from nbreason.core.secrets import SHORTEST

STRAY = " \t\r\n\f\v'\"`\u00a0\u200b\ufeff\u2018\u2019\u201c\u201d"
"""White space and quotes of all kinds."""
LONGEST = 1024 * 1024


class Secret:
    """A key that cannot be printed, formatted, compared by sight or pickled.

    It can be looked for in a text, and be hidden there, without being taken out.  `reveal` does take it out, in two
    places: where the header of a request is written, and where a login hands it to the keyring.  Callers of `reveal`
    give its result no name: verbose tracebacks print local variables, and attributes as well.  `source` says where
    the key came from, for messages.
    """

    __slots__ = ("_open", "_patterns", "source")

    def __init__(self, value: str, source: str = "") -> None:
        self.source = source
        # In C, behind a call: a traceback calls nothing, and no frame of Python is entered that would hold the value.
        self._open = repeat(value).__next__
        self._patterns: Callable[[], tuple[re.Pattern[str], re.Pattern[str]]] | None = None

    @classmethod
    def cleaned(cls, read: Callable[[], str | None], source: str = "") -> Secret:
        """A key without what comes along when it is copied: white space and quotes around it, ``Bearer`` in front.

        read: returns the key; as an argument it would be a local variable of this frame
        """
        made = cls("", source)
        made._open = repeat((read() or "").strip(STRAY).removeprefix("Bearer ").strip(STRAY)).__next__
        return made

    @property
    def empty(self) -> bool:
        """Whether it is the empty string."""
        return not self._open()

    @property
    def valid(self) -> bool:
        """Whether it could be a key at all: visible ASCII, no space, no ``<YOUR_KEY>`` from an example."""
        return not self.empty and all("!" <= letter <= "~" and letter not in "<>" for letter in self._open())

    def reveal(self) -> str:
        """The key itself."""
        return self._open()

    def same_as(self, other: Secret) -> bool:
        """Whether it is the same key."""
        return self._open() == other._open()

    def places(self, text: str, shortest: int = 1) -> list[tuple[int, int]]:
        """Where it occurs in a text, as (start, end); an empty list if the key is shorter than `shortest`."""
        if self.empty or len(self._open()) < shortest:
            return []
        found = []
        start = text.find(self._open())
        while start >= 0:
            found.append((start, start + len(self._open())))
            start = text.find(self._open(), found[-1][1])
        return found

    @property
    def distinctive(self) -> bool:
        """Whether it cannot be an ordinary word, as a placeholder or a very short key could."""
        return bool(self.source) and len(self._open()) >= SHORTEST

    def hide(self, text: str) -> str:
        """The text with the key replaced by where it came from: some servers repeat the key that they refuse.

        Also found where it is escaped as in JSON or in a URL, or part of a base64 text, in texts of up to 1 MB.
        """
        if self.empty or not self.source:
            return text
        if not self.distinctive or len(text) > LONGEST:
            return text.replace(self._open(), repr(self))
        if self._patterns is None:
            self._patterns = repeat((self._pattern(_plain), self._pattern(_escaped))).__next__
        return self._patterns()["%" in text or "\\" in text].sub(repr(self).replace("\\", r"\\"), text)

    def overlap(self, text: str) -> int:
        """How many characters at the end of a text could be the start of the key."""
        sizes = range(min(len(text), len(self._open()) - 1), 0, -1)
        return next((size for size in sizes if text.endswith(self._open()[:size])), 0)

    def _pattern(self, spelling: Callable[[str], str]) -> re.Pattern[str]:
        """Finds the key, also in base64.  spelling: the regular expression for a letter"""
        return re.compile("|".join("".join(map(spelling, form())) for form in self._forms()))

    def _forms(self) -> Iterator[Callable[[], str]]:
        """The key, and its three forms in base64 by where in the encoded text it begins; each behind a call."""
        yield self._open
        for before, start in enumerate((0, 2, 3)):  # the letters in front also depend on what is before the key
            end = (before + len(self._open())) * 4 // 3
            yield repeat(b64encode(bytes(before) + self._open().encode()).decode()[start:end]).__next__

    def __repr__(self) -> str:
        return f"<key from {self.source}>" if self.source else "<key>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


def _plain(letter: str) -> str:
    """The regular expression for a letter as it is, which for two of them is another one in base64 for URLs."""
    return {"+": "[+-]", "/": "[/_]"}.get(letter, re.escape(letter))


def _escaped(letter: str) -> str:
    """The regular expression for a letter as it is, or escaped as in JSON, in a URL, or in both, up to four times."""
    if letter == "\\":
        return r"(?:\\|%(?:25){0,3}5[cC]){1,8}+"
    code = f"{ord(letter):02x}"
    escapes = r"(?:\\|%(?:25){0,3}5[cC]){0,4}+" if letter in '"/' else ""
    return rf"(?:{escapes}(?:{_plain(letter)}|(?i:%(?:25){{0,3}}{code}))|(?i:\\{{1,4}}+u00{code}))"

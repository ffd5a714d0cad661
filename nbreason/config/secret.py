"""A key as a value that nothing prints."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import NoReturn

STRAY = " \t\r\n\f\v'\"`\u00a0\u200b\ufeff\u2018\u2019\u201c\u201d"
"""White space and quotes of all kinds."""


class Secret:
    """A key that cannot be printed, formatted, compared by sight or pickled.

    It can be looked for in a text, and be hidden there, without being taken out.  `reveal` does take it out, in two
    places: where the header of a request is written, and where a login hands it to the keyring.  Callers of `reveal`
    give its result no name: verbose tracebacks print local variables, and attributes as well.  `source` says where
    the key came from, for messages.
    """

    __slots__ = ("_open", "source")

    def __init__(self, value: str, source: str = "") -> None:
        self.source = source
        # In C, behind a call: a traceback calls nothing, and no frame of Python is entered that would hold the value.
        self._open = repeat(value).__next__

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

    def hide(self, text: str) -> str:
        """The text with the key replaced by where it came from: some servers repeat the key that they refuse."""
        # A placeholder has no source and is an ordinary word.
        return text if self.empty or not self.source else text.replace(self._open(), repr(self))

    def __repr__(self) -> str:
        return f"<key from {self.source}>" if self.source else "<key>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")

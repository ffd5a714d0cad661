"""Keys, which nothing prints: found in the environment, which is hidden like they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import repeat
from typing import NoReturn

STRAY = " \t\r\n\f\v'\"`\u00a0\u200b\ufeff\u2018\u2019\u201c\u201d"
"""White space and quotes of all kinds."""


class Secret:
    """A key that cannot be printed, formatted, compared by sight or pickled.

    It can be looked for in a text, and be hidden there, without being taken out.  `reveal` does take it out: where the
    header of a request is written, where a login hands it to the keyring, and where `Logins` gives it as the value of
    a variable, out of which `find_key` makes a Secret again.  Whoever calls it gives no name to what comes: verbose
    tracebacks print local variables, and attributes as well.  `source` names the variable it came from, for messages.
    """

    __slots__ = ("_open", "source")

    def __init__(self, value: str, source: str = "") -> None:
        self.source = source
        # In C, behind a call: a traceback calls nothing, and no frame of Python is entered that would hold the value.
        self._open = repeat(value).__next__

    @classmethod
    def cleaned(cls, take: Callable[[], str | None], source: str = "") -> Secret:
        """A key without what comes along when it is copied: white space and quotes around it, ``Bearer`` in front.

        take: gives it; as an argument it would stand in this frame
        """
        made = cls("", source)
        made._open = repeat((take() or "").strip(STRAY).removeprefix("Bearer ").strip(STRAY)).__next__
        return made

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self._open()

    @property
    def sound(self) -> bool:
        """Whether it could be a key at all: visible ASCII, no space, no ``<YOUR_KEY>`` from an example."""
        return not self.empty and all("!" <= letter <= "~" and letter not in "<>" for letter in self._open())

    def reveal(self) -> str:
        """The key itself."""
        return self._open()

    def places(self, text: str, shortest: int = 1) -> list[tuple[int, int]]:
        """Where it stands in a text, from character to character; nowhere if it is shorter than `shortest`."""
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
        # A placeholder comes from nowhere and is an ordinary word.
        return text if self.empty or not self.source else text.replace(self._open(), repr(self))

    def __repr__(self) -> str:
        return f"<key from {self.source}>" if self.source else "<key>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


class Environment(Mapping[str, str]):
    """Environment variables that cannot be printed or pickled: verbose tracebacks show what a frame holds, and the
    environment holds keys."""

    __slots__ = ("_variables",)

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = repeat(variables).__next__  # behind a call, as a key is

    def __getitem__(self, name: str) -> str:
        return self._variables()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables())

    def __len__(self) -> int:
        return len(self._variables())

    def origin(self, name: str) -> str:
        """Where the value of a name comes from, in words: here its variable."""
        return name

    def __repr__(self) -> str:
        return f"<{len(self)} environment variables>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the environment is never pickled")


def process_environment() -> Environment:
    """The variables of this process, as they are at each look."""
    return Environment(os.environ)


def find_key(names: tuple[str, ...], environment: Mapping[str, str]) -> Secret | None:
    """The key in the first of these variables that holds one."""
    for name in names:
        origin = environment.origin(name) if isinstance(environment, Environment) else name
        if not (found := Secret.cleaned(partial(environment.get, name), origin)).empty:
            return found
    return None

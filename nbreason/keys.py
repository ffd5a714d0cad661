"""Keys: found in the environment, which is hidden like they are, and opened only by the transport."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NoReturn

STRAY = " \t\r\n\f\v'\"`\u00a0\u200b\ufeff\u2018\u2019\u201c\u201d"
"""White space and quotes of all kinds."""


class Secret:
    """A key that cannot be printed, formatted, compared by sight or pickled.

    `source` names the variable it came from, for messages.  `reveal` is called in the transport, and where a login
    hands its key to the keyring.
    """

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str = "") -> None:
        self._value = value
        self.source = source

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self._value

    @property
    def sound(self) -> bool:
        """Whether it could be a key at all: visible ASCII, no space, no ``<YOUR_KEY>`` from an example."""
        return bool(self._value) and all("!" <= letter <= "~" and letter not in "<>" for letter in self._value)

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def hide(self, text: str) -> str:
        """The text with the key replaced by where it came from: some servers repeat the key that they refuse."""
        # A placeholder comes from nowhere and is an ordinary word.
        return text.replace(self._value, repr(self)) if self._value and self.source else text

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
        self._variables = variables

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def origin(self, name: str) -> str:
        """Where the value of a name comes from, in words: here its variable."""
        return name

    def __repr__(self) -> str:
        return f"<{len(self)} environment variables>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the environment is never pickled")


def surroundings() -> Environment:
    """The variables of this process, as they are at each look."""
    return Environment(os.environ)


def find_key(names: tuple[str, ...], environment: Mapping[str, str]) -> Secret | None:
    """The key in the first of these variables that holds one.

    White space and quotes around it, and ``Bearer`` in front, are dropped: no provider's key has any.
    """
    for name in names:
        if value := cleaned(environment.get(name, "")):
            return Secret(value, environment.origin(name) if isinstance(environment, Environment) else name)
    return None


def cleaned(value: str) -> str:
    """A key without what comes along when it is copied."""
    return value.strip(STRAY).removeprefix("Bearer ").strip(STRAY)

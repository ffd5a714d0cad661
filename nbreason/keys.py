"""Keys: found in the environment, hidden everywhere, opened only by the transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

STRAY = " \t\r\n\f\v'\"`\u00a0\u200b\ufeff\u2018\u2019\u201c\u201d"
"""White space and quotes of all kinds."""


class Secret:
    """A key that cannot be printed, formatted, compared by sight or pickled.

    `source` names the variable it came from, for messages.  `reveal` is called in the transport only.
    """

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str = "") -> None:
        self._value = value
        self.source = source

    @property
    def sound(self) -> bool:
        """Whether it could be a key at all: visible ASCII, no space, no ``<YOUR_KEY>`` from an example."""
        return bool(self._value) and all("!" <= letter <= "~" and letter not in "<>" for letter in self._value)

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __repr__(self) -> str:
        return f"<key from {self.source}>" if self.source else "<key>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


def find_key(names: tuple[str, ...], environment: Mapping[str, str]) -> Secret | None:
    """The key in the first of these variables that holds one.

    White space and quotes around it, and ``Bearer`` in front, are dropped: they come from copying, and no
    provider's key has any.
    """
    for name in names:
        value = environment.get(name, "").strip(STRAY)
        value = value.removeprefix("Bearer ").strip(STRAY)
        if value:
            return Secret(value, name)
    return None

"""The variables of the environment, which hold keys and are therefore hidden from tracebacks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import NoReturn


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

    def __repr__(self) -> str:
        return f"<{len(self)} environment variables>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the environment is never pickled")


def process_environment() -> Environment:
    """The variables of this process, as they are at each look-up."""
    return Environment(os.environ)

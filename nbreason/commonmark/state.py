"""What rules remember about one text."""

from __future__ import annotations

from typing import Any, TypeVar

State = TypeVar("State")


class States:
    """One object per class, created on first use."""

    def __init__(self) -> None:
        self._made: dict[type, Any] = {}

    def of(self, kind: type[State]) -> State:
        if kind not in self._made:
            self._made[kind] = kind()
        made: State = self._made[kind]
        return made

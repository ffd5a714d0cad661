"""The text an object is described by, for tests."""

from __future__ import annotations

from typing import Any

from nbreason.capture import Limits, describe
from nbreason.core.parts import Text


def text(value: Any, name: str = "x", limits: Limits | None = None) -> str:
    """The text of the one part an object is described by."""
    (part,) = describe(value, name, limits) if limits else describe(value, name)
    assert isinstance(part, Text), part
    return part.text


def body(value: Any) -> str:
    """The same without the marks around it."""
    return text(value).split("\n", 1)[1].removesuffix("\n</data>")

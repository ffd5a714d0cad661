"""Exceptions in variables: type, message, notes, causes, and the lines they came through."""

from __future__ import annotations

from nbreason.capture.blocks import text_block
from nbreason.capture.errors import error_lines
from nbreason.capture.limits import Limits
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (Sent("code", "exceptions", "what is sent of the last error, without a cell and local variables"),)


def matches(value: object) -> bool:
    """Instances of exceptions."""
    return isinstance(value, BaseException)


def describe(value: BaseException, name: str, limits: Limits) -> list[Part]:
    """One block of text, the exception first and its causes after it."""
    return text_block(value, name, "exception", "\n".join(error_lines(value)), limits)

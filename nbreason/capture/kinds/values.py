"""Text and single values: strings, bytes, numbers, dates, None."""

from __future__ import annotations

from typing import Any

from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent("values", "strings", "the text, cut in the middle where it is too long"),
    Sent("values", "bytes", "the first 1,000"),
    Sent("values", "numbers", "the number in full"),
    Sent("values", "dates, decimals, regular expressions, paths of `pathlib`, None", "their repr"),
    Sent("values", "`HTML`, `Markdown`, `Latex` of IPython", "their source"),
)

_NUMBERS = (int, float, complex)
_MODULES = {"datetime", "decimal", "fractions", "uuid", "pathlib", "zoneinfo", "ipaddress", "enum", "re"}


def matches(value: object) -> bool:
    """Built-in text and values, numpy's scalars, dates and the like."""
    return (
        value is None
        or isinstance(value, (str, bytes, bytearray, *_NUMBERS))
        or type(value).__module__ in _MODULES
        or is_a(value, "numpy", "generic")
        or is_a(value, "IPython", "TextDisplayObject")
    )


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block: text as it is (cut in the middle when long), a value by its repr."""
    if is_a(value, "IPython", "TextDisplayObject"):  # HTML, Markdown, Latex
        value = str(value.data or value.url or "")
    if isinstance(value, str):
        text = str.__str__(value)
        return text_block(value, name, "text", text, limits, shape=counted(len(text), "character"))
    if isinstance(value, (bytes, bytearray)):
        return text_block(value, name, "bytes", repr(bytes(value[:1000])), limits, shape=str(len(value)))
    plain = value.item() if is_a(value, "numpy", "number") else value
    if type(plain) is float:  # a single number is not shortened: its last digits may be the question
        return text_block(value, name, "number", repr(plain), limits)
    if type(plain) in _NUMBERS:
        return text_block(value, name, "number", format_number(plain), limits)
    return text_block(value, name, "value", short_repr(plain, 1000), limits)

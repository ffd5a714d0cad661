"""Text and single values: strings, bytes, numbers, dates, None."""

from __future__ import annotations

from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import brief, number, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "values",
        "strings",
        "the text, cut in the middle where it is too long",
    ),
    Sent(
        "values",
        "bytes",
        "the first 1,000",
    ),
    Sent(
        "values",
        "numbers",
        "the number in full",
    ),
    Sent(
        "values",
        "dates, decimals, regular expressions, paths of `pathlib`, None",
        "their repr",
    ),
    Sent(
        "values",
        "`HTML`, `Markdown`, `Latex` of IPython",
        "what was written",
    ),
)

_NUMBERS = (int, float, complex)
_VALUES = {"datetime", "decimal", "fractions", "uuid", "pathlib", "zoneinfo", "ipaddress", "enum", "re"}


def matches(value: object) -> bool:
    """Built-in text and values, numpy's and pandas' scalars, dates and the like."""
    if is_a(value, "IPython", "TextDisplayObject"):
        return True
    if value is None or isinstance(value, (str, bytes, bytearray, *_NUMBERS)):
        return True
    return type(value).__module__ in _VALUES or is_a(value, "numpy", "generic")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block: text as it is (cut in the middle when long), a value by its repr."""
    characters = limits.characters
    if is_a(value, "IPython", "TextDisplayObject"):  # HTML, Markdown, Latex: what was written
        value = str(value.data or value.url or "")
    if isinstance(value, str):
        text = str.__str__(value)
        shape = counted(len(text), "character")
        block = data_block(text, name=name, kind="text", type=type_name(value), shape=shape, characters=characters)
    elif isinstance(value, (bytes, bytearray)):
        shown = repr(bytes(value[:1000]))
        block = data_block(
            shown,
            name=name,
            kind="bytes",
            type=type_name(value),
            shape=str(len(value)),
            characters=characters,
        )
    else:
        plain = value.item() if is_a(value, "numpy", "number") else value
        said = number(plain) if type(plain) in _NUMBERS else brief(plain, 1000)
        # A single number is not shortened: its last digits may be the question.
        said = repr(plain) if type(plain) is float else said
        kind = "number" if type(plain) in _NUMBERS else "value"
        block = data_block(said, name=name, kind=kind, type=type_name(value), characters=characters)
    return [Text(block, name)]

"""What no other kind describes: type, repr and attributes, as far as they can be read without side effects."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbreason.capture.attempt import attempt
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import message_of, short_repr, without_addresses
from nbreason.core.characters import clean, cut_middle
from nbreason.core.parts import Part

SENT = (
    Sent(
        "objects",
        "sparse matrices of scipy",
        "type, shape, number of stored values; these if they are up to 24",
    ),
    Sent(
        "objects",
        "generators, iterators, coroutines",
        "their type; nothing is taken from them, nothing is awaited",
    ),
    Sent(
        "objects",
        "anything else",
        "type, repr (at most 3,000 characters, so whatever the class shows there: an open file its path), 24 "
        "public attributes in short, arrays of up to 24 values with them; no property is run",
    ),
)

ORDER = 100

_REPR = 3_000
_ATTRIBUTES = 24


def matches(value: object) -> bool:
    """Always."""
    return True


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    lines = [_repr(value), *_use_up_note(value), *_attributes(value)]
    body = "\n".join(line for line in lines if line) or "Nothing more is known about it."
    return text_block(value, name, "object", body, limits)


def _repr(value: object) -> str:
    """Its repr if its class defines one, with its line breaks."""
    if type(value).__repr__ is object.__repr__:
        return ""
    text = attempt(
        lambda: str.__str__(repr(value)),
        lambda error: f"Its repr raises {type(error).__name__}: {message_of(error)}",
    )
    return cut_middle(clean(without_addresses(text[: 4 * _REPR])), _REPR)


def _use_up_note(value: object) -> list[str]:
    """A note about what reading would use up."""
    if inspect.iscoroutine(value) or is_a(value, "asyncio", "Future") or is_a(value, "_asyncio", "Future"):
        return ["An awaitable; it was not awaited."]
    if isinstance(value, Iterator):
        return ["An iterator; nothing was taken from it."]
    return []


def _attributes(value: object) -> list[str]:
    """What is stored on the instance itself; properties are not run."""
    try:
        stored = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    if not isinstance(stored, dict):
        return []
    public = [key for key in islice(dict.keys(stored), 1_000) if isinstance(key, str) and not key.startswith("_")]
    # What was learned before what was given: libraries that follow scikit-learn end its names in an underscore.
    public.sort(key=lambda key: not key.endswith("_"))
    shown = [f"- {key}: {short_repr(dict.get(stored, key), 240)}" for key in public[:_ATTRIBUTES]]
    if not shown:
        return []
    more = f" ({len(shown)} of {len(stored):,} are shown)" if len(stored) > len(shown) else ""
    return [f"Attributes{more}:", *shown]

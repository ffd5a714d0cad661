"""What no other kind knows: type, repr and attributes, as far as they can be had without side effects."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import attempt, brief, clean, clip, message_of, type_name, without_addresses
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "objects",
        "scikit-learn estimators and pipelines",
        "their repr, and the plain values stored on them (`rank_: 2`); of arrays such as `coef_` the shape",
    ),
    Sent(
        "objects",
        "sparse matrices of scipy",
        "type, shape, number of stored values; none of them",
    ),
    Sent(
        "objects",
        "xarray",
        "its repr: dimensions, coordinates, attributes, some values",
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
        "public attributes in short; no property is run",
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
    lines = [_shown(value), *_state(value), *_attributes(value)]
    body = "\n".join(line for line in lines if line) or "No more is known of it."
    block = data_block(body, name=name, kind="object", type=type_name(value), characters=limits.characters)
    return [Text(block, name)]


def _shown(value: object) -> str:
    """Its repr, where its class has written one: over several lines if need be, those say more than one."""
    if type(value).__repr__ is object.__repr__:
        return ""
    text = attempt(
        lambda: str.__str__(repr(value)),
        lambda error: f"Its repr raises {type(error).__name__}: {message_of(error)}",
    )
    return clip(clean(without_addresses(text[: 4 * _REPR])), _REPR)


def _state(value: object) -> list[str]:
    """What must not be touched: these are used up by looking."""
    if inspect.iscoroutine(value) or is_a(value, "asyncio", "Future") or is_a(value, "_asyncio", "Future"):
        return ["Something to await; it was not awaited."]
    if isinstance(value, Iterator):
        return ["An iterator; nothing was taken from it."]
    return []


def _attributes(value: object) -> list[str]:
    """What is stored on the instance itself; properties are not run."""
    try:
        stored = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    if not isinstance(stored, dict) or not stored:
        return []
    shown = [
        f"- {key}: {brief(entry, 160)}"
        for key, entry in islice(dict.items(stored), 2 * _ATTRIBUTES)
        if isinstance(key, str) and not key.startswith("_")
    ][:_ATTRIBUTES]
    if not shown:
        return []
    more = f" ({len(shown)} of {len(stored):,} are shown)" if len(stored) > len(shown) else ""
    return [f"Attributes{more}:", *shown]

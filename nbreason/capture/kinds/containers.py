"""dicts, lists, tuples, sets, ranges and dataclasses: how many, of what type, and the first of them."""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Iterable
from itertools import islice
from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.safe import attempt, brief, class_name, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "objects",
        "dicts, lists, tuples, sets, ranges",
        "how many, of what types, and the first 60 in short",
    ),
    Sent(
        "objects",
        "dataclasses, named tuples",
        "their fields in short; not those that the class keeps out of its repr",
    ),
)

_COUNTED = 10_000  # elements whose types are counted
_SHOWN = 60
_ELEMENT = 240  # characters
_SEQUENCES = (list, tuple, set, frozenset, deque, range)


def matches(value: object) -> bool:
    """The built-in containers and classes made from them, and instances of dataclasses."""
    return isinstance(value, (dict, *_SEQUENCES)) or _is_record(value)


def _is_record(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text, one element a line."""
    if _is_record(value):
        kind, size, lines = "dataclass", len(dataclasses.fields(value)), _fields(value)
    elif isinstance(value, tuple) and hasattr(type(value), "_fields"):
        kind, size, lines = "named tuple", len(value), _named(value)
    elif isinstance(value, dict):
        kind, size, lines = "dict", dict.__len__(value), _entries(value)
    else:
        kind, size, lines = "sequence", len(value), _elements(value)
    room = limits.characters - 300
    shown = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    left = size - len(shown) + (1 if kind in ("dict", "sequence") else 0)
    if left > 0:
        shown.append(f"… {left:,} more")
    body = "\n".join(shown) or "Empty."
    block = data_block(body, name=name, kind=kind, type=type_name(value), shape=str(size), characters=limits.characters)
    return [Text(block, name)]


def _fields(record: Any) -> Iterable[str]:
    for field in dataclasses.fields(record):
        if field.repr:
            yield f"{field.name}: {_attribute(record, field.name)}"
        else:
            yield f"{field.name}: (not shown: its class keeps it out of the repr)"


def _attribute(record: Any, field: str) -> str:
    """A field as stored; a dataclass may have lost one, or put a property in its place."""
    return attempt(
        lambda: brief(object.__getattribute__(record, field), _ELEMENT),
        lambda error: f"(raises {type(error).__name__})",
    )


def _named(value: Any) -> Iterable[str]:
    for field, element in zip(type(value)._fields, tuple.__iter__(value), strict=False):
        yield f"{field}: {brief(element, _ELEMENT)}"


def _entries(mapping: dict[Any, Any]) -> Iterable[str]:
    """Types first, then entries; through `dict` itself, because a subclass may compute on access."""
    types = Counter(class_name(type(entry)) for entry in islice(dict.values(mapping), _COUNTED))
    yield _types("Values", types, dict.__len__(mapping))
    for key, entry in islice(dict.items(mapping), _SHOWN):
        yield f"{brief(key, 80)}: {brief(entry, _ELEMENT)}"


def _elements(sequence: Any) -> Iterable[str]:
    types = Counter(class_name(type(element)) for element in islice(sequence, _COUNTED))
    yield _types("Elements", types, len(sequence))
    first: Iterable[Any] = islice(sequence, _SHOWN)
    if isinstance(sequence, (set, frozenset)):
        # The order of a set of strings changes with every kernel; sorted, the same set reads the same.
        yield from sorted(brief(element, _ELEMENT) for element in islice(sequence, _COUNTED))[:_SHOWN]
        return
    for element in first:
        yield brief(element, _ELEMENT)


def _types(what: str, types: Counter[str], size: int) -> str:
    named = ", ".join(f"{kind} {count:,}" for kind, count in types.most_common(6))
    looked = f" (of the first {_COUNTED:,})" if size > _COUNTED else ""
    return f"{what}{looked}: {named or 'none'}"

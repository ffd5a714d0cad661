"""dicts, lists, tuples, sets, ranges and dataclasses: how many, of what type, and the first of them."""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbreason.capture.attempt import attempt
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import class_name
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.parts import Part

SENT = (
    Sent("objects", "dicts, lists, tuples, sets, ranges", "how many, of what types, and the first 60 in short"),
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
    return isinstance(value, (dict, *_SEQUENCES)) or _is_dataclass(value)


def _is_dataclass(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text, one element a line."""
    if _is_dataclass(value):
        kind, size, lines = "dataclass", len(dataclasses.fields(value)), _dataclass_fields(value)
    elif isinstance(value, tuple) and hasattr(type(value), "_fields"):
        kind, size, lines = "named tuple", len(value), _tuple_fields(value)
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
    return text_block(value, name, kind, "\n".join(shown) or "Empty.", limits, shape=str(size))


def _dataclass_fields(record: Any) -> Iterator[str]:
    for field in dataclasses.fields(record):
        if field.repr:
            yield f"{field.name}: {_stored(record, field.name)}"
        else:
            yield f"{field.name}: (not shown: its class keeps it out of the repr)"


def _stored(record: Any, field: str) -> str:
    """A field as stored; a dataclass may have lost one, or put a property in its place."""
    return attempt(
        lambda: short_repr(object.__getattribute__(record, field), _ELEMENT),
        lambda error: f"(raises {type(error).__name__})",
    )


def _tuple_fields(value: Any) -> Iterator[str]:
    for field, element in zip(type(value)._fields, tuple.__iter__(value), strict=False):
        yield f"{field}: {short_repr(element, _ELEMENT)}"


def _entries(mapping: Any) -> Iterator[str]:
    """The entries, read past the methods of a subclass, which may compute on access."""
    yield _types("Values", dict.values(mapping), dict.__len__(mapping))
    for key, entry in islice(dict.items(mapping), _SHOWN):
        yield f"{short_repr(key, 80)}: {short_repr(entry, _ELEMENT)}"


def _elements(sequence: Any) -> Iterator[str]:
    yield _types("Elements", sequence, len(sequence))
    if isinstance(sequence, (set, frozenset)):
        # The order of a set of strings changes with every kernel; sorted, the same set reads the same.
        yield from sorted(short_repr(element, _ELEMENT) for element in islice(sequence, _COUNTED))[:_SHOWN]
        return
    for element in islice(sequence, _SHOWN):
        yield short_repr(element, _ELEMENT)


def _types(what: str, elements: Any, size: int) -> str:
    types = Counter(class_name(type(element)) for element in islice(elements, _COUNTED))
    listed = ", ".join(f"{kind} {count:,}" for kind, count in types.most_common(6))
    of_first = f" (of the first {_COUNTED:,})" if size > _COUNTED else ""
    return f"{what}{of_first}: {listed or 'none'}"

"""dicts, lists, tuples, sets, ranges and dataclasses: how many, of what type, and the first of them."""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from nbreason.capture.attempt import attempt, value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.kinds import pandas_tables, polars_tables
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import class_name, defines, is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.parts import Part

SENT = (
    Sent(
        "objects",
        "dicts, lists, tuples, sets, ranges",
        "as in Python if short, text and numbers alone up to 3,500 characters; else how many, of what types, and the "
        "first 60 in short: arrays of up to 24 values and tables of up to 9 rows with their values",
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
_LINE = 300  # characters up to which a container is written in one line
_NAMES = 3_500  # the same of one that holds text and numbers only, such as names of columns
_TABLE = 1_000  # characters of a table inside a container
_TABLE_ROWS = 9
_PLAIN: dict[type, str] = {dict: "dict", list: "sequence", tuple: "sequence", set: "sequence", frozenset: "sequence"}
_Write = Callable[[Any], str]
_SEQUENCES = (list, tuple, set, frozenset, deque, range)


def matches(value: object) -> bool:
    """The built-in containers and classes made from them, and instances of dataclasses that show nothing else."""
    return isinstance(value, (dict, *_SEQUENCES)) or (_is_dataclass(value) and not defines(value, "_repr_html_"))


def _is_dataclass(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text: a short one as in Python, else one element a line."""
    room = _NAMES if type(value) in _PLAIN and all(map(_is_plain, _first_pairs(value))) else _LINE
    if type(value) in _PLAIN and "…" not in (line := short_repr(value, room)) and not _holds_tables(value):
        return text_block(value, name, _PLAIN[type(value)], line, limits, shape=str(len(value)))
    element = partial(_element, rows=min(_TABLE_ROWS, limits.whole_rows))
    if _is_dataclass(value):
        kind, size, lines = "dataclass", len(dataclasses.fields(value)), _dataclass_fields(value, element)
    elif isinstance(value, tuple) and hasattr(type(value), "_fields"):
        kind, size, lines = "named tuple", len(value), _tuple_fields(value, element)
    elif isinstance(value, dict):
        kind, size, lines = "dict", dict.__len__(value), _entries(value, element)
    else:
        kind, size, lines = "sequence", len(value), _elements(value, element)
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


def _first_pairs(value: Any) -> Iterator[Any]:
    """Elements, or keys and values, as many as may be written in one line."""
    held = value.items() if isinstance(value, dict) else ((None, one) for one in value)
    return (one for pair in islice(held, _NAMES) for one in pair)


def _is_plain(value: object) -> bool:
    return value is None or type(value) in (str, int, float, bool)


def _dataclass_fields(record: Any, element: _Write) -> Iterator[str]:
    for field in dataclasses.fields(record):
        if field.repr:
            yield f"{field.name}: {_stored(record, field.name, element)}"
        else:
            yield f"{field.name}: (not shown: its class keeps it out of the repr)"


def _stored(record: Any, field: str, element: _Write) -> str:
    """A field as stored; a dataclass may have lost one, or put a property in its place."""
    return attempt(
        lambda: element(object.__getattribute__(record, field)),
        lambda error: f"(raises {type(error).__name__})",
    )


def _tuple_fields(value: Any, element: _Write) -> Iterator[str]:
    for field, held in zip(type(value)._fields, tuple.__iter__(value), strict=False):
        yield f"{field}: {element(held)}"
    for field in getattr(type(value), "_extra_fields", ()):  # of scipy's results
        yield f"{field}: {attempt(lambda field=field: element(getattr(value, field)), lambda error: '(unknown)')}"  # type: ignore[misc]


def _entries(mapping: Any, element: _Write) -> Iterator[str]:
    """The entries, read past the methods of a subclass, which may compute on access."""
    yield _types("Values", dict.values(mapping), dict.__len__(mapping))
    for key, entry in islice(dict.items(mapping), _SHOWN):
        yield f"{short_repr(key, 80)}: {element(entry)}"


def _elements(sequence: Any, element: _Write) -> Iterator[str]:
    yield _types("Elements", sequence, len(sequence))
    if isinstance(sequence, (set, frozenset)):
        # The order of a set of strings changes with every kernel; sorted, the same set reads the same.
        yield from sorted(short_repr(held, _ELEMENT) for held in islice(sequence, _COUNTED))[:_SHOWN]
        return
    yield from map(element, islice(sequence, _SHOWN))


def _element(value: Any, rows: int) -> str:
    """One line for an element, and the rows of a table that has at most so many."""
    if not _is_small_table(value, rows):
        return short_repr(value, _TABLE if _holds_tables(value) else _ELEMENT)
    line = f"<{class_name(type(value))} {value.shape[0]} x {value.shape[1]}>"
    module = pandas_tables if is_a(value, "pandas", "DataFrame") else polars_tables
    lines = value_or_none(lambda: module.rows_of(value).csv(value.shape[1], 30))
    return "\n  ".join([line, *lines]) if lines and sum(map(len, lines)) <= _TABLE else line


def _is_small_table(value: object, rows: int = _TABLE_ROWS) -> bool:
    is_table = is_a(value, "pandas", "DataFrame") or is_a(value, "polars", "DataFrame")
    return is_table and value.shape[0] <= rows and value.shape[1] > 0  # type: ignore[attr-defined]


def _holds_tables(value: Any, depth: int = 2) -> bool:
    """Whether a built-in container holds small tables, also inside another one."""
    if type(value) not in _PLAIN:
        return False
    held = islice(value.values() if isinstance(value, dict) else value, _SHOWN)
    return any(_is_small_table(one) or (depth > 1 and _holds_tables(one, depth - 1)) for one in held)


def _types(what: str, elements: Any, size: int) -> str:
    types = Counter(class_name(type(element)) for element in islice(elements, _COUNTED))
    listed = ", ".join(f"{kind} {count:,}" for kind, count in types.most_common(6))
    of_first = f" (of the first {_COUNTED:,})" if size > _COUNTED else ""
    return f"{what}{of_first}: {listed or 'none'}"

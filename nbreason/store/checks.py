"""What stored values may be: SQLite takes any value in any column, and so does JSON in any field.

A file can be damaged or written by someone else.  Values are checked where they are read, so that the rest of the
package can rely on their types.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, get_args

from nbreason.core.turns import ChangeKind, State
from nbreason.errors import StoreError

Check = Callable[[Any], bool]
LARGEST = 10**15
"""Counts of anything are below."""
LATEST = 32_503_680_000
"""The year 3000 as seconds since 1970: not every system's calendar goes on further."""
RESET = "%nbreason reset starts a new conversation."


class Unreadable(StoreError, ValueError):
    """Something was stored that this package has not written: the file is damaged, or someone else wrote it."""

    def __init__(self, what: str, remedy: str = RESET) -> None:
        super().__init__(f"A stored {what} cannot be read: it is damaged, or was not written by nbreason. {remedy}")


def string(value: object) -> bool:
    """Any text."""
    return type(value) is str


def text(value: object) -> bool:
    """Text that SQLite can hold: JSON can also spell half a character."""
    try:
        return type(value) is str and value.encode() is not None
    except UnicodeEncodeError:
        return False


def integer(value: Any) -> bool:
    """An integer of either sign."""
    return type(value) is int and abs(value) < LARGEST


def count(value: Any) -> bool:
    """A count or an id."""
    return type(value) is int and 0 <= value < LARGEST


def number(value: Any) -> bool:
    """A finite number."""
    return type(value) in (int, float) and abs(value) < 1e18


def seconds(value: Any) -> bool:
    """Seconds since 1970, or how many something took."""
    return type(value) in (int, float) and 0 <= value <= LATEST


def optional(check: Check) -> Check:
    """Such a value, or None."""
    return lambda value: value is None or check(value)


COLUMNS: dict[str, Check] = {
    **dict.fromkeys(
        ("notebook", "thread", "asked", "system", "question", "digest", "question_digest", "context"), text
    ),
    **dict.fromkeys(("problem", "mime", "unit"), text),
    "turns": lambda value: type(value) is str and re.fullmatch(r"\d{1,15}(,\d{1,15})*", value) is not None,
    **dict.fromkeys(("owner", "effort", "answer"), optional(text)),
    **dict.fromkeys(("id", "conversation_id", "place", "process", "width", "height"), count),
    **dict.fromkeys(("current", "alone", "pinned", "kept", "imported", "surplus", "undone"), count),
    **dict.fromkeys(("created_at", "asked_at", "set_at"), seconds),
    "removed_at": optional(seconds),
    "state": lambda value: value in get_args(State),
    "kind": lambda value: value in get_args(ChangeKind),
    "data": lambda value: type(value) is bytes,
    "amount": lambda value: type(value) in (int, float) and value >= 0,  # a budget of any size
}
"""Columns, which mean the same in every table, and what they may hold."""


def check_values(names: Iterable[str], values: Iterable[Any], what: str = "turn", remedy: str = RESET) -> None:
    """Raise Unreadable when a value is not one that the column of its name may hold."""
    if not all(COLUMNS[name](value) for name, value in zip(names, values, strict=True)):
        raise Unreadable(what, remedy)


def checked(cursor: sqlite3.Cursor, what: str = "turn", remedy: str = RESET) -> list[Any]:
    """All rows of a query over columns of these names.  Raises Unreadable."""
    checks = [COLUMNS[column[0]] for column in cursor.description]
    rows = cursor.fetchall()
    for check, column in zip(checks, zip(*rows, strict=True), strict=False):  # there are no columns without rows
        if not all(map(check, column)):
            raise Unreadable(what, remedy)
    return rows

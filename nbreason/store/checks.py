"""What the columns of the file may hold: SQLite takes any value in any column, and so does JSON in any field.

A file can be damaged, or made by somebody else.  What it holds is looked at where it is read, so that whatever is done
with it afterwards can rely on its kinds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

from nbreason.core.turns import State
from nbreason.errors import StoreError

Kind = Callable[[Any], bool]
LARGEST = 10**15
"""Counts of anything are below."""
LATEST = 32_503_680_000
"""The year 3000 as seconds since 1970: not every system's calendar goes on further."""
ANEW = "%nbreason reset begins the conversation anew."


class Unreadable(StoreError, ValueError):
    """Something was stored that this package has not written: the file was damaged, or made by somebody else."""

    def __init__(self, what: str, remedy: str = ANEW) -> None:
        super().__init__(f"A stored {what} cannot be read: it was damaged, or not written by nbreason. {remedy}")


def string(value: object) -> bool:
    """Any text."""
    return type(value) is str


def text(value: object) -> bool:
    """Text that SQLite can hold: JSON can also spell half a character."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def data(value: object) -> bool:
    """Bytes."""
    return type(value) is bytes


def integer(value: Any) -> bool:
    """A whole number of either sign."""
    return type(value) is int and abs(value) < LARGEST


def whole(value: Any) -> bool:
    """A count or an id."""
    return integer(value) and value >= 0


def number(value: Any) -> bool:
    """A number that one can do sums with."""
    return type(value) in (int, float) and abs(value) < 1e18


def moment(value: Any) -> bool:
    """Seconds since 1970, or how many something took."""
    return number(value) and 0 <= value <= LATEST


def limit(value: Any) -> bool:
    """The amount of a budget, of any size."""
    return type(value) in (int, float) and value >= 0


def state(value: object) -> bool:
    """The state of a turn."""
    return value in get_args(State)


def decoded(stored: bytes) -> str | bytes:
    """Text as it is stored, for `text_factory`; what is none stays bytes, which no column of text may hold.

    SQLite's own error would come in the middle of reading, and what was read so far could keep its lock on the file.
    """
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def optional(kind: Kind) -> Kind:
    """Such a value, or none."""
    return lambda value: value is None or kind(value)


COLUMNS: dict[str, Kind] = {
    **dict.fromkeys(("notebook", "thread", "asked", "system", "question", "digest", "context"), text),
    **dict.fromkeys(("problem", "removed_how", "mime", "unit"), text),
    **dict.fromkeys(("owner", "effort", "answer"), optional(text)),
    **dict.fromkeys(("id", "conversation_id", "place", "process", "width", "height"), whole),
    **dict.fromkeys(("current", "alone", "pinned", "kept"), whole),
    **dict.fromkeys(("created_at", "asked_at", "set_at"), moment),
    "removed_at": optional(moment),
    "state": state,
    "data": data,
    "amount": limit,
}
"""Columns, which mean the same in every table, and what they may hold."""


def insist(names: Iterable[str], row: Iterable[Any], what: str = "turn", remedy: str = ANEW) -> None:
    """Raise Unreadable when one of the values is none that the column of its name may hold."""
    if not all(COLUMNS[name](value) for name, value in zip(names, row, strict=True)):
        raise Unreadable(what, remedy)


def checked(cursor: sqlite3.Cursor, what: str = "turn", remedy: str = ANEW) -> Sequence[Any]:
    """All rows of columns.  Raises Unreadable."""
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    for row in rows:
        insist(names, row, what, remedy)
    return rows

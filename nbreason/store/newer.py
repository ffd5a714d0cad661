"""A file that a newer version of this package has written: read, and never written.

Its turns and budgets are copied into this process's memory, as far as this version knows them, and the conversation
goes on there.  Pictures stay in the file until a turn that shows one is read.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from nbreason.core.parts import Image
from nbreason.errors import StoreError
from nbreason.store.codec import answer_from_json, parts_from_json
from nbreason.store.columns import Unreadable, checked, decoded, insist
from nbreason.store.processes import alive
from nbreason.store.schema import MIGRATIONS

WRITTEN = "The conversations were written by a newer nbreason:"
UNTIL = (
    "{path} is not changed, and what is asked or changed now lives with this kernel only."
    " Update to save again: pip install -U nbreason."
)
DISPENSABLE = frozenset({"context", "effort", "kept", "pinned", "problem", "removed_how", "system"})
"""Columns without which a turn still means the same; a table that lacks any other is not one that we know."""
MAGIC = b"SQLite format 3\x00"
WAL = b"\x02\x02"


class Newer(StoreError):
    """The file was written by a newer version of this package."""


class NewerFile:
    """Such a file.

    timeout: seconds to wait for a process that is writing it
    `legible` tells whether its turns could be copied.  Its header is read once: closing a file gives up the locks
    that this process has on it (https://www.sqlite.org/howtocorrupt.html), so that is not done again and again.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self._timeout = timeout
        self.legible = False
        self._wal = _head(path)[18:20] == WAL

    def copy(self, memory: sqlite3.Connection) -> str:
        """Copy what this version knows into `memory`, which has the tables of this version and nothing in them.

        Returns the line for the person.  From a file that cannot be read nothing is copied, and the line says so.
        """
        until = UNTIL.format(path=self.path)
        try:
            with self._opened() as file:
                memory.execute("BEGIN")
                try:
                    left_out = _copy(file, memory)
                except BaseException:
                    memory.execute("ROLLBACK")
                    raise
                memory.execute("COMMIT")
        except (sqlite3.Error, StoreError) as error:
            why = f"this version cannot read them ({error}), so neither their answers nor their budgets count here"
            return f"{WRITTEN} {why}; {until}"
        self.legible = True
        but = f", but for {left_out} that only the newer one understands" if left_out else ""
        return f"{WRITTEN} this version reads them{but}; {until}"

    def image(self, digest: str) -> Image | None:
        """A picture.  None when it is not in the file, or no longer, or is none that this version knows."""
        try:
            with self._opened() as file:
                found = file.execute("SELECT data, mime, width, height FROM image WHERE digest = ?", (digest,))
                return next((Image(*row) for row in checked(found, "picture")), None)
        except (sqlite3.Error, ValueError):
            return None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write, inside one transaction, so that all it reads is of one moment."""
        # Without a log beside it nobody has the file open; SQLite would leave two files there only to find that out.
        at_rest = self._wal and not self.path.with_name(f"{self.path.name}-wal").exists()
        address = f"{self.path.absolute().as_uri()}?mode=ro{'&immutable=1' if at_rest else ''}"
        with closing(sqlite3.connect(address, timeout=self._timeout, isolation_level=None, uri=True)) as db:
            db.text_factory = decoded
            db.execute("PRAGMA query_only = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("BEGIN")
            yield db


def is_newer(path: Path) -> bool:
    """Whether the header of a database says so.  SQLite is not asked: opening it to write could repair the file."""
    head = _head(path)
    return head.startswith(MAGIC) and int.from_bytes(head[60:64], "big", signed=True) > len(MIGRATIONS)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _copy(file: sqlite3.Connection, memory: sqlite3.Connection) -> int:
    """Copy all tables but the pictures; returns how many turns could not be read, and are left out."""
    for table in ("conversation", "budget"):
        columns = _columns(file, memory, table)
        found = file.execute(f"SELECT {', '.join(columns)} FROM {table}")
        try:
            memory.executemany(_insert(table, columns), checked(found))
        except Unreadable:  # a budget is not left out without a word
            raise StoreError(f"a stored {table} has another form") from None
    columns = _columns(file, memory, "turn")
    found = file.execute(f"SELECT {', '.join(columns)} FROM turn ORDER BY id")
    turns = (dict(zip(columns, row, strict=True)) for row in found)
    seen = 0
    for turn in turns:
        if turn["state"] == "pending" and turn["process"] != os.getpid() and alive(turn["process"]):
            continue  # its answer will be written where this process does not see it
        seen += 1
        if _legible(turn):
            memory.execute(_insert("turn", columns), tuple(turn.values()))
    return seen - int(memory.execute("SELECT count(*) FROM turn").fetchone()[0])


def _legible(turn: dict[str, Any]) -> bool:
    try:
        insist(turn, turn.values())
        parts_from_json(turn["question"], lambda digest: None)
        if turn["answer"] is not None or turn["current"]:
            answer_from_json(turn["answer"])
    except Unreadable:
        return False
    return True


def _columns(file: sqlite3.Connection, memory: sqlite3.Connection, table: str) -> list[str]:
    """The columns that both have.  Raises StoreError when the file lacks what we need."""
    # An ordinary table has a page of its own; a view or a virtual table of that name has none.
    ordinary = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?"
    if file.execute(ordinary, (table,)).fetchone() is None:
        raise StoreError(f"there is no table {table}")
    ours, theirs = ([str(row[1]) for row in db.execute(f"PRAGMA table_info({table})")] for db in (memory, file))
    lacking = [column for column in ours if column not in theirs and column not in DISPENSABLE]
    if lacking:
        raise StoreError(f"there is no {table}.{lacking[0]}")
    return [column for column in ours if column in theirs]


def _insert(table: str, columns: list[str]) -> str:
    """What does not fit the rules of this version's table (a state that it does not know) is left out."""
    return f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"

"""One SQLite file: opened, kept private, brought up to date, and set aside when it is damaged.

A connection is opened for each operation and closed after it.  That costs a fraction of a millisecond beside
a durable commit, and makes threads, forks and a file that is deleted meanwhile ordinary cases.  Rollback
journal with ``synchronous=FULL``; every write begins with ``BEGIN IMMEDIATE``, because deferred transactions
fail at once under several writers (https://www.sqlite.org/lang_transaction.html).

A file that exists is opened by SQLite alone: closing any other handle would give up the locks that this process has
on it (https://www.sqlite.org/howtocorrupt.html).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from nbreason.errors import StoreError
from nbreason.store.home import DATABASE, private_file
from nbreason.store.schema import MIGRATIONS

BUSY_TIMEOUT = 20.0
DAMAGED = ("not a database", "malformed")
NEWER = (
    "{path} was written by a newer nbreason and is left as it is: this conversation is in memory only."
    " Update (pip install -U nbreason) and restart the kernel."
)
_creating = threading.Lock()
"""Held while a file is created, which does open and close it without SQLite."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_creating.acquire, after_in_parent=_creating.release, after_in_child=_creating.release)


class NewerFile(Exception):
    """The file was written by a newer version of this package."""


class Database:
    """The file in `folder`, or memory when that is None, cannot be written, or was written by a newer version.

    `warning` is a line for the person when nothing can be saved or a file had to be set aside, else empty.
    """

    def __init__(self, folder: Path | None) -> None:
        self.warning = ""
        self._memory = f"file:nbreason-{uuid.uuid4().hex}?mode=memory&cache=shared"
        self.location = self._memory if folder is None else str(folder / DATABASE)
        # Connections to one memory do not wait for each other, whatever the timeout: one at a time there.
        self._turnstile = threading.Lock()
        if folder is None:
            self._go_to_memory("")
        else:
            self._open_file(folder)

    def _open_file(self, folder: Path) -> None:
        try:
            private_file(folder, DATABASE)
            with self.read():
                pass
        except (OSError, StoreError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self._go_to_memory(
                f"The conversation is not saved: {folder} cannot be used ({reason})."
                " Set NBREASON_HOME to a folder that can."
            )

    def _go_to_memory(self, warning: str) -> None:
        # A shared in-memory database lives as long as one connection does.
        anchor = sqlite3.connect(self._memory, uri=True, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, anchor.close)
        self.warning, self.location = warning, self._memory

    @property
    def on_disk(self) -> bool:
        """Whether what is written outlives this process."""
        return self.location != self._memory

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction that is committed, durably, at the end."""
        with self.read() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection with the current tables.  Raises StoreError with one line."""
        try:
            with ExitStack() as stack:
                yield self._enter(stack)
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.DatabaseError) and self._damaged(error):
                self._set_aside()  # the damage was in a page that nobody had read before
                raise StoreError(self.warning) from None
            raise StoreError(f"The conversation could not be read or written ({error}): {self.location}.") from None

    def _enter(self, stack: ExitStack) -> sqlite3.Connection:
        """A connection that is closed with the stack."""
        if self.on_disk:
            path = self.location
            try:
                return stack.enter_context(closing(self._connect()))
            except NewerFile:  # also when another environment is updated while this kernel runs
                self._go_to_memory(NEWER.format(path=path))
        stack.enter_context(self._turnstile)
        return stack.enter_context(closing(self._connect()))

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if not self._damaged(error):
                raise
            self._set_aside()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        if self.on_disk:
            self._create_if_missing()
        db = sqlite3.connect(self.location, timeout=BUSY_TIMEOUT, isolation_level=None, uri=not self.on_disk)
        # One damaged character must not end the reading half-way.
        db.text_factory = lambda stored: stored.decode(errors="replace")
        try:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            migrate(db)
            refuse_strangers(db)
        except BaseException:
            db.close()
            raise
        return db

    def _create_if_missing(self) -> None:
        """The file may have been deleted meanwhile, and SQLite would create it readable to others."""
        with _creating:
            if not os.path.exists(self.location):
                path = Path(self.location)
                private_file(path.parent, path.name)

    def _damaged(self, error: sqlite3.DatabaseError) -> bool:
        return self.on_disk and any(word in str(error) for word in DAMAGED)

    def _set_aside(self) -> None:
        """Keep a damaged file under another name; a new one is created by the next connection."""
        path = Path(self.location)
        names = (path.with_name(f"{path.stem}{number or ''}.bak") for number in range(1000))
        aside = next(name for name in names if not name.exists())
        os.replace(path, aside)
        journal = Path(f"{path}-journal")
        if journal.exists():
            os.replace(journal, f"{aside}-journal")  # it belongs to the damaged file, not to the new one
        self.warning = f"The conversations were damaged: the file was set aside as {aside}, and a new one was created."


def migrate(db: sqlite3.Connection, migrations: list[str] = MIGRATIONS) -> None:
    """Bring the tables up to date; ``user_version`` counts the migrations that a file has seen.

    Raises NewerFile when the file has seen more than this version has.
    """
    if _version(db) == len(migrations):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # another process may have been faster
        if version > len(migrations):
            raise NewerFile
        for script in migrations[version:]:
            for statement in script.split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(migrations)}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def refuse_strangers(db: sqlite3.Connection) -> None:
    """Raise DatabaseError when the file holds triggers or views; this package creates tables and indexes only.

    A trigger in a file that someone left in a shared home could change what is written, a view what is read
    (https://www.sqlite.org/security.html).
    """
    strange = db.execute("SELECT type FROM sqlite_master WHERE type NOT IN ('table', 'index') LIMIT 1").fetchone()
    if strange is not None:
        raise sqlite3.DatabaseError(f"malformed: it holds a {strange[0]}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])

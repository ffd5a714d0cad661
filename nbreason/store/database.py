"""One SQLite file: opened, kept private, brought up to date, and set aside when it is damaged.

A connection is opened for each operation and closed after it.  That costs a fraction of a millisecond beside
a durable commit, and makes threads, forks and a file that is deleted meanwhile ordinary cases.  Rollback
journal with ``synchronous=FULL``; every write begins with ``BEGIN IMMEDIATE``, because deferred transactions
fail at once under several writers (https://www.sqlite.org/lang_transaction.html).

`shared` gives one database for each file and process: looking at a file without SQLite, as is done before it is opened
first, would give up the locks that this process has on it (https://www.sqlite.org/howtocorrupt.html).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from pathlib import Path

from nbreason.errors import StoreError
from nbreason.store.columns import decoded
from nbreason.store.home import DATABASE, private_file
from nbreason.store.newer import Newer, NewerFile, is_newer
from nbreason.store.schema import MIGRATIONS

BUSY_TIMEOUT = 20.0
DAMAGED = ("not a database", "malformed")
_databases: weakref.WeakValueDictionary[str, Database] = weakref.WeakValueDictionary()
_opening = threading.Lock()


def shared(folder: Path | None) -> Database:
    """The database in `folder`: the one that this process has open, or else a new one."""
    if folder is None:
        return Database(None)
    with _opening:
        place = os.path.realpath(folder)
        known = _databases.get(place)
        if known is None or not known.usable():
            known = Database(folder)
            if known.on_disk:
                _databases[place] = known
        return known


def _unlock() -> None:
    """In a forked child, where nobody is left to let go of what other threads of its parent were holding."""
    global _opening
    _opening = threading.Lock()
    for database in list(_databases.values()):
        database.unlock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


class Database:
    """The file in `folder`, or memory when that is None or cannot be written.

    `warning` is a line for the person when nothing can be saved or a file had to be set aside, else empty.
    `newer` is the file that a newer version has written; then this is memory, with a copy of what could be read.
    """

    def __init__(self, folder: Path | None) -> None:
        self.warning = ""
        self.location = ""
        self.newer: NewerFile | None = None
        self._anchor: sqlite3.Connection | None = None
        self.unlock()
        # Connections to one memory do not wait for each other, whatever the timeout: one at a time there.
        self._turnstile: AbstractContextManager[object] = nullcontext()
        if folder is not None:
            self._open_file(folder)
        if not self.location:
            self._go_to_memory()

    def _open_file(self, folder: Path) -> None:
        try:
            path = private_file(folder, DATABASE)
            if is_newer(path):
                self._go_to_memory(NewerFile(path, BUSY_TIMEOUT))
                return
            self.location = str(path)
            with self.read():
                pass
        except (OSError, StoreError) as error:
            self.location = ""
            reason = error.strerror if isinstance(error, OSError) else error
            self.warning = (
                f"The conversation is not saved: {folder} cannot be used ({reason})."
                " Set NBREASON_HOME to a folder that can."
            )

    def _go_to_memory(self, newer: NewerFile | None = None) -> None:
        """Keep everything in memory from now on, beginning with what can be read of a newer version's file."""
        location = f"file:nbreason-{uuid.uuid4().hex}?mode=memory&cache=shared"
        # A shared in-memory database lives as long as one connection does.
        anchor = sqlite3.connect(location, uri=True, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, anchor.close)
        if newer is not None:
            migrate(anchor)
            self.warning = newer.copy(anchor)
        # The location comes last: whoever sees it sees the rest as well.
        self.newer, self._anchor, self._turnstile, self.location = newer, anchor, threading.Lock(), location

    def _leave_to_newer(self) -> None:
        """A newer version has written the file while it was open here; turns keep their ids."""
        with self._moving:
            if self.on_disk:
                self._go_to_memory(NewerFile(Path(self.location), BUSY_TIMEOUT))

    def unlock(self) -> None:
        """Nobody is using it."""
        self._moving = threading.Lock()
        self._connections = 0

    def usable(self) -> bool:
        """Whether another store may use it as well: it is still kept on disk, and its file is what it should be.

        While somebody uses it the file is not looked at, which would give up the locks on it.
        """
        with self._moving:
            if self._connections or not self.on_disk:
                return self.on_disk
            path = Path(self.location)
            with suppress(OSError):
                return not is_newer(private_file(path.parent, path.name))
            return False

    @property
    def on_disk(self) -> bool:
        """Whether what is written outlives this process."""
        return self._anchor is None

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
        """A connection with the newest tables.  Raises StoreError with one line."""
        try:
            with ExitStack() as stack:
                yield self._entered(stack)
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.DatabaseError) and self._damaged(error):
                self._set_aside()  # the damage was in a page that nobody had read before
                raise StoreError(self.warning) from None
            raise StoreError(f"The conversation could not be read or written ({error}): {self.location}.") from None

    def _entered(self, stack: ExitStack) -> sqlite3.Connection:
        """A connection that is closed with the stack."""
        stack.enter_context(self._counted())
        try:
            stack.enter_context(self._turnstile)
            return stack.enter_context(closing(self._connect()))
        except Newer:
            self._leave_to_newer()
            stack.enter_context(self._turnstile)
            return stack.enter_context(closing(self._connect()))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._moving:
            self._connections += 1
        try:
            yield
        finally:
            with self._moving:
                self._connections -= 1

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if not self._damaged(error):
                raise
            self._set_aside()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        if self.on_disk and not os.path.exists(self.location):
            self._make_anew()
        db = sqlite3.connect(self.location, timeout=BUSY_TIMEOUT, isolation_level=None, uri=not self.on_disk)
        db.text_factory = decoded
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

    def _make_anew(self) -> None:
        """The file was deleted meanwhile: SQLite would make it readable to others."""
        path = Path(self.location)
        with self._moving:
            if not path.exists():  # else another thread was faster, and may have locked it already
                private_file(path.parent, path.name)

    def _damaged(self, error: sqlite3.DatabaseError) -> bool:
        return self.on_disk and any(word in str(error) for word in DAMAGED)

    def _set_aside(self) -> None:
        """Keep a damaged file under another name, and begin a new one."""
        path = Path(self.location)
        names = (path.with_name(f"{path.stem}{number or ''}.bak") for number in range(1000))
        aside = next(name for name in names if not name.exists())
        os.replace(path, aside)
        journal = Path(f"{path}-journal")
        if journal.exists():
            os.replace(journal, f"{aside}-journal")  # it belongs to the damaged file, not to the new one
        private_file(path.parent, path.name)
        self.warning = f"The conversations were damaged; the file was set aside as {aside}, and a new one begun."


def migrate(db: sqlite3.Connection, migrations: list[str] = MIGRATIONS) -> None:
    """Bring the tables up to date; ``user_version`` counts the migrations that a file has seen.

    Raises Newer when the file has seen more than this version knows.
    """
    if _version(db) == len(migrations):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # another process may have been faster
        if version > len(migrations):
            raise Newer("The conversations were written by a newer nbreason.")
        for script in migrations[version:]:
            for statement in script.split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(migrations)}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def refuse_strangers(db: sqlite3.Connection) -> None:
    """Raise DatabaseError when the file holds what runs by itself; this package makes tables and indexes only.

    A trigger in a file that somebody left in a shared home could change what is written, a view what is read
    (https://www.sqlite.org/security.html).
    """
    strange = db.execute("SELECT type FROM sqlite_master WHERE type NOT IN ('table', 'index') LIMIT 1").fetchone()
    if strange is not None:
        raise sqlite3.DatabaseError(f"malformed: it holds a {strange[0]}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])

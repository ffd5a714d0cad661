"""The store: every question is on disk before it is sent, every answer when it has come.

A connection is opened for each operation and closed after it.  That costs a fraction of a millisecond beside
a durable commit, and makes threads, forks and a database that is deleted meanwhile ordinary cases.  Rollback
journal with ``synchronous=FULL``; every write begins with ``BEGIN IMMEDIATE``, because deferred transactions
fail at once under several writers (https://www.sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbreason.core.events import Answer
from nbreason.core.parts import Image
from nbreason.core.question import Place, Question, headline
from nbreason.core.turns import State, Turn
from nbreason.errors import StoreTrouble
from nbreason.store.codec import answer_from_json, answer_to_json, parts_from_json, parts_to_json
from nbreason.store.home import DATABASE, private_file
from nbreason.store.schema import MIGRATIONS

BUSY_TIMEOUT = 20.0


@dataclass(frozen=True)
class Record:
    """A stored turn, for people.  `number` counts from 1 in the order of the conversation."""

    number: int
    state: State
    asked: str
    asked_at: float
    question: str
    answer: Answer | None
    problem: str
    owner: str | None
    versions: int


class Store:
    """Conversations in one SQLite file.

    folder: where the file is; None keeps everything in memory
    clock:  seconds since 1970
    `warning` is a line for the person when nothing can be saved, else empty.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.warning = ""
        self._anchor: sqlite3.Connection | None = None
        self.location = ""
        if folder is not None:
            try:
                self.location = str(private_file(folder, DATABASE))
            except OSError as error:
                self.warning = (
                    f"The conversation is not saved: {folder} cannot be written ({error.strerror})."
                    " Set NBREASON_HOME to a folder that can."
                )
        if not self.location:
            # A shared in-memory database lives as long as one connection does.
            self.location = f"file:nbreason-{uuid.uuid4().hex}?mode=memory&cache=shared"
            self._anchor = sqlite3.connect(self.location, uri=True, check_same_thread=False)

    @property
    def on_disk(self) -> bool:
        """Whether the conversation outlives this process."""
        return self._anchor is None

    def begin(self, question: Question, asked: str, digest: str) -> int:
        """Write a question down before it is sent; returns the id of its turn, whose state is `pending`."""
        place = question.place
        with self._write() as db:
            conversation = self._conversation(db, place)
            for part in question.parts:
                if isinstance(part, Image):
                    db.execute(
                        "INSERT OR IGNORE INTO image VALUES (?, ?, ?, ?, ?)",
                        (part.digest, part.mime, part.width, part.height, part.data),
                    )
            cursor = db.execute(
                "INSERT INTO turn (conversation_id, owner, place, alone, state, asked_at, process, asked, effort,"
                " system, question, digest) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)",
                (
                    conversation,
                    place.owner,
                    self._place(db, conversation, place.owner),
                    question.alone,
                    self._clock(),
                    os.getpid(),
                    asked,
                    question.options.effort,
                    question.system,
                    parts_to_json(question.parts),
                    digest,
                ),
            )
            return int(cursor.lastrowid or 0)

    def finish(self, turn: int, state: State, answer: Answer, problem: str = "") -> None:
        """Write down what became of a question.  A turn with an answer replaces its cell's earlier version."""
        with self._write() as db:
            if state in ("done", "partial"):
                db.execute(
                    "UPDATE turn SET current = 0 WHERE (conversation_id, place) ="
                    " (SELECT conversation_id, place FROM turn WHERE id = ?)",
                    (turn,),
                )
            db.execute(
                "UPDATE turn SET state = ?, answer = ?, problem = ?, current = ? WHERE id = ?",
                (state, answer_to_json(answer), problem, state in ("done", "partial"), turn),
            )

    def turns_before(self, place: Place) -> list[Turn]:
        """The turns that are the context of a question asked at `place`, oldest first."""
        with self._read() as db:
            conversation = self._find(db, place)
            if conversation is None:
                return []
            limit = self._place(db, conversation, place.owner)
            rows = db.execute(
                "SELECT question, answer FROM turn WHERE conversation_id = ? AND place < ? AND current = 1"
                " AND alone = 0 AND removed_at IS NULL ORDER BY place",
                (conversation, limit),
            ).fetchall()
            turns = []
            for question, answer in rows:
                parts = parts_from_json(question, lambda digest: self._image(db, digest))
                turns.append(Turn(parts, answer_from_json(answer).text))
            return [turn for turn in turns if turn.answer]

    def history(self, place: Place) -> list[Record]:
        """The turns of a conversation as they stand: of each turn the newest version."""
        with self._read() as db:
            conversation = self._find(db, place)
            rows = db.execute(
                "SELECT max(id), state, asked, asked_at, question, answer, problem, owner, count(*) FROM turn"
                " WHERE conversation_id = ? AND removed_at IS NULL GROUP BY place ORDER BY place",
                (conversation,),
            ).fetchall()
        records = []
        for number, (_, state, asked, asked_at, question, answer, problem, owner, versions) in enumerate(rows, 1):
            words = headline(parts_from_json(question, lambda digest: None))
            kept = answer_from_json(answer) if answer else None
            records.append(Record(number, state, asked, asked_at, words, kept, problem, owner, versions))
        return records

    def reset(self, place: Place) -> int:
        """Begin the conversation anew; the turns stay in the file, marked as removed.  Returns how many."""
        with self._write() as db:
            conversation = self._find(db, place)
            cursor = db.execute(
                "UPDATE turn SET removed_at = ?, current = 0 WHERE conversation_id = ? AND removed_at IS NULL",
                (self._clock(), conversation),
            )
            return cursor.rowcount

    def unknown_outcomes(self, place: Place) -> int:
        """How many questions of this conversation were under way when their process ended."""
        with self._read() as db:
            rows = db.execute(
                "SELECT process FROM turn WHERE conversation_id = ? AND state = 'pending' AND removed_at IS NULL",
                (self._find(db, place),),
            ).fetchall()
        return sum(not alive(process) for (process,) in rows)

    def _conversation(self, db: sqlite3.Connection, place: Place) -> int:
        db.execute(
            "INSERT OR IGNORE INTO conversation (notebook, thread, created_at) VALUES (?, ?, ?)",
            (place.notebook, place.thread, self._clock()),
        )
        found = self._find(db, place)
        assert found is not None
        return found

    def _find(self, db: sqlite3.Connection, place: Place) -> int | None:
        row = db.execute(
            "SELECT id FROM conversation WHERE notebook = ? AND thread = ?", (place.notebook, place.thread)
        ).fetchone()
        return row[0] if row else None

    def _place(self, db: sqlite3.Connection, conversation: int, owner: str | None) -> int:
        """The place that a cell's turn has, or the next free one."""
        if owner is not None:
            row = db.execute(
                "SELECT place FROM turn WHERE conversation_id = ? AND owner = ? AND removed_at IS NULL LIMIT 1",
                (conversation, owner),
            ).fetchone()
            if row:
                return int(row[0])
        row = db.execute("SELECT coalesce(max(place), 0) + 1 FROM turn WHERE conversation_id = ?", (conversation,))
        return int(row.fetchone()[0])

    def _image(self, db: sqlite3.Connection, digest: str) -> Image | None:
        row = db.execute("SELECT data, mime, width, height FROM image WHERE digest = ?", (digest,)).fetchone()
        return Image(*row) if row else None

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction that is committed, durably, at the end."""
        with self._read() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """A connection with the newest tables.  Raises StoreTrouble with one line."""
        try:
            with closing(self._connect()) as db:
                yield db
        except sqlite3.Error as error:
            raise StoreTrouble(f"The conversation could not be read or written ({error}): {self.location}.") from None

    def _connect(self) -> sqlite3.Connection:
        if self.on_disk and not os.path.exists(self.location):
            path = Path(self.location)
            private_file(path.parent, path.name)  # it was deleted meanwhile: SQLite would make it readable to others
        db = sqlite3.connect(self.location, timeout=BUSY_TIMEOUT, isolation_level=None, uri=not self.on_disk)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        migrate(db)
        return db


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables up to date; ``user_version`` counts the migrations that a file has seen."""
    if _version(db) == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # another process may have been faster
        if version > len(MIGRATIONS):
            raise StoreTrouble(
                "The conversations were written by a newer nbreason. Update it: pip install -U nbreason."
            )
        for script in MIGRATIONS[version:]:
            for statement in script.split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def alive(process: int) -> bool:
    """Whether a process of that number runs; a number in use by a stranger counts as alive."""
    if process == os.getpid() or sys.platform == "win32":
        return True  # on Windows, asking by signal 0 would send Ctrl-C
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

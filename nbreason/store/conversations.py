"""The store: every question is on disk before it is sent, every answer when it has come."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from nbreason.core.events import Answer
from nbreason.core.models import Options
from nbreason.core.parts import Image
from nbreason.core.question import Place, Question
from nbreason.core.turns import State, Turn
from nbreason.errors import StoreError
from nbreason.store import history
from nbreason.store.codec import answer_from_json, answer_to_json, parts_from_json, parts_to_json
from nbreason.store.columns import Unreadable, checked
from nbreason.store.database import shared
from nbreason.store.exchanges import Exchange, exchanges
from nbreason.store.history import Record
from nbreason.store.processes import alive

NEW = (
    "INSERT INTO turn (conversation_id, owner, place, alone, state, asked_at, process, asked, effort, system, question,"
    " digest, context, pinned) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Store:
    """Conversations in one SQLite file.

    folder: where the file is; None keeps everything in memory
    clock:  seconds since 1970
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.database = shared(folder)
        self._clock = clock

    @property
    def location(self) -> str:
        """The path of the file."""
        return self.database.location

    @property
    def on_disk(self) -> bool:
        """Whether the conversation outlives this process."""
        return self.database.on_disk

    @property
    def kept_in(self) -> str:
        """Where the conversation is, in words."""
        if self.on_disk:
            return self.location
        if (newer := self.database.newer) is None:
            return "memory only"
        what = "what was there before is read from" if newer.legible else "not read:"
        return f"memory only; {what} {newer.path}, which a newer nbreason has written and which is not changed"

    @property
    def warning(self) -> str:
        """A line for the person when nothing can be saved or a file had to be set aside, else empty."""
        return self.database.warning

    @warning.setter
    def warning(self, line: str) -> None:
        self.database.warning = line

    def begin(self, question: Question, asked: str, digest: str) -> int:
        """Write a question down before it is sent; returns the id of its turn, whose state is `pending`."""
        with self.database.write() as db:
            return self._begin(db, question, asked, digest)

    def finish(self, turn: int, state: State, answer: Answer, problem: str = "") -> None:
        """Write down what became of a question.  A turn with an answer replaces its cell's earlier version."""
        with self.database.write() as db:
            self._finish(db, turn, state, answer, problem)

    def kept(self, asked: str, digest: str) -> Answer | None:
        """The newest whole answer to the very same request, from whichever notebook it was asked."""
        with self.database.read() as db, suppress(Unreadable):  # what is damaged is asked anew
            cursor = db.execute(
                "SELECT answer FROM turn WHERE digest = ? AND asked = ? AND state = 'done' ORDER BY id DESC LIMIT 1",
                (digest, asked),
            )
            return next((answer_from_json(answer) for (answer,) in checked(cursor)), None)
        return None

    def keep(self, question: Question, asked: str, digest: str, answer: Answer) -> None:
        """Note that a question was answered by a kept answer; nothing is written where it stands already."""
        with self.database.write() as db:
            conversation = self._conversation(db, question.place)
            place = self._place(db, conversation, question.place.owner)
            same = db.execute(
                "SELECT 1 FROM turn WHERE conversation_id = ? AND place = ? AND current = 1 AND digest = ?"
                " AND asked = ?",
                (conversation, place, digest, asked),
            ).fetchone()
            if same is None:
                turn = self._begin(db, question, asked, digest)
                self._finish(db, turn, "done" if answer.complete else "partial", answer, "")
                db.execute("UPDATE turn SET kept = 1 WHERE id = ?", (turn,))

    def turns_before(self, place: Place) -> list[Turn]:
        """The turns that are the context of a question asked at `place`, oldest first."""
        with self.database.read() as db:
            conversation = self._find(db, place)
            if conversation is None:
                return []
            cursor = db.execute(
                f"SELECT question, answer, pinned FROM turn WHERE {history.CONTEXT} ORDER BY place",
                (conversation, self._place(db, conversation, place.owner)),
            )
            turns = []
            for question, answer, pinned in checked(cursor):
                parts = parts_from_json(question, lambda digest: self._image(db, digest))
                turns.append(Turn(parts, answer_from_json(answer).text, bool(pinned)))
            return [turn for turn in turns if turn.answer]

    def history(self, place: Place, versions: bool = False) -> list[Record]:
        """The turns of a conversation as they stand: of each the newest version, or all `versions`."""
        with self.database.read() as db:
            return history.records(db, self._find(db, place), versions)

    def threads(self, place: Place) -> list[tuple[str, int]]:
        """The conversations of a notebook and how many turns each has."""
        with self.database.read() as db:
            cursor = db.execute(
                "SELECT thread, count(DISTINCT place) AS place FROM conversation"
                " JOIN turn ON conversation_id = conversation.id"
                " WHERE notebook = ? AND removed_at IS NULL GROUP BY thread ORDER BY thread",
                (place.notebook,),
            )
            return list(checked(cursor, "conversation"))

    def exchanges(self, place: Place) -> list[Exchange]:
        """The answered turns of a conversation, with everything that is stored of them."""
        with self.database.read() as db:
            return exchanges(db, self._find(db, place), lambda digest: self._image(db, digest))

    def add(self, place: Place, turns: Sequence[Exchange]) -> None:
        """Add turns at the end of a conversation; they were paid for elsewhere, so they count as kept."""
        for turn in turns:
            options = Options(effort=turn.effort)
            question = Question(turn.parts, replace(place, owner=turn.owner), options=options, system=turn.system)
            self.keep(question, turn.asked, turn.digest, turn.answer)

    def reset(self, place: Place) -> int:
        """Begin the conversation anew; the turns are put away, and `undo` brings them back.  Returns how many."""
        with self.database.write() as db:
            return history.put_away(db, self._find(db, place), self._clock())

    def undo(self, place: Place) -> str:
        """Undo the last reset or, if something was asked since, the last turn; returns what was undone in words."""
        with self.database.write() as db:
            return history.undo(db, self._find(db, place), self._clock())

    def pin(self, place: Place, number: int, pinned: bool) -> bool:
        """Keep the n-th turn in the context whatever happens, or no longer; whether there is such a turn."""
        with self.database.write() as db:
            return history.pin(db, self._find(db, place), number, pinned)

    def unknown_outcomes(self, place: Place) -> int:
        """How many questions of this conversation were under way when their process ended."""
        with self.database.read() as db:
            rows = db.execute(
                "SELECT process FROM turn WHERE conversation_id = ? AND state = 'pending' AND removed_at IS NULL",
                (self._find(db, place),),
            ).fetchall()
        return sum(not alive(process) for (process,) in rows)

    def _begin(self, db: sqlite3.Connection, question: Question, asked: str, digest: str) -> int:
        conversation = self._conversation(db, question.place)
        place = self._place(db, conversation, question.place.owner)
        for part in question.parts:
            if isinstance(part, Image):
                db.execute(
                    "INSERT OR IGNORE INTO image VALUES (?, ?, ?, ?, ?)",
                    (part.digest, part.mime, part.width, part.height, part.data),
                )
        context = "" if question.alone else history.context(db, conversation, place)
        pinned = history.pinned(db, conversation, place)
        values = (
            *(conversation, question.place.owner, place, question.alone, self._clock(), os.getpid(), asked),
            *(question.options.effort, question.system, parts_to_json(question.parts), digest, context, pinned),
        )
        return int(db.execute(NEW, values).lastrowid or 0)

    def _finish(self, db: sqlite3.Connection, turn: int, state: State, answer: Answer, problem: str) -> None:
        current = state in ("done", "partial")
        if current:
            db.execute(
                "UPDATE turn SET current = 0 WHERE (conversation_id, place) ="
                " (SELECT conversation_id, place FROM turn WHERE id = ?)",
                (turn,),
            )
        cursor = db.execute(
            "UPDATE turn SET state = ?, answer = ?, problem = ?, current = ? WHERE id = ?",
            (state, answer_to_json(answer), problem, current, turn),
        )
        if not cursor.rowcount:
            raise StoreError("The question is gone: the conversations were deleted meanwhile.")

    def _conversation(self, db: sqlite3.Connection, place: Place) -> int:
        db.execute(
            "INSERT OR IGNORE INTO conversation (notebook, thread, created_at) VALUES (?, ?, ?)",
            (place.notebook, place.thread, self._clock()),
        )
        found = self._find(db, place)
        assert found is not None
        return found

    def _find(self, db: sqlite3.Connection, place: Place) -> int | None:
        cursor = db.execute(
            "SELECT id FROM conversation WHERE notebook = ? AND thread = ?", (place.notebook, place.thread)
        )
        return next((number for (number,) in checked(cursor, "conversation")), None)

    def _place(self, db: sqlite3.Connection, conversation: int, owner: str | None) -> int:
        """The place that a cell's turn has, or the next free one."""
        if owner is not None:
            cursor = db.execute(
                "SELECT place FROM turn WHERE conversation_id = ? AND owner = ? AND removed_at IS NULL LIMIT 1",
                (conversation, owner),
            )
            for (place,) in checked(cursor):
                return int(place)
        next_free = "SELECT coalesce(max(place), 0) + 1 AS place FROM turn WHERE conversation_id = ?"
        return int(checked(db.execute(next_free, (conversation,)))[0][0])

    def _image(self, db: sqlite3.Connection, digest: str) -> Image | None:
        cursor = db.execute("SELECT data, mime, width, height FROM image WHERE digest = ?", (digest,))
        for row in checked(cursor, "picture"):
            return Image(*row)
        newer = self.database.newer
        return newer.image(digest) if newer is not None else None

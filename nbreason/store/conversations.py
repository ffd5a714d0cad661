"""The store: every question is on disk before it is sent, every answer when it has come."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from nbreason.core.budget import Budget
from nbreason.core.events import Answer
from nbreason.core.models import Options
from nbreason.core.parts import Image
from nbreason.core.question import Place, Question
from nbreason.core.turns import State, Turn
from nbreason.errors import StoreError
from nbreason.store import history, jobs, journal, ledger, log, unfinished
from nbreason.store.checks import checked
from nbreason.store.codec import answer_from_json, answer_to_json, parts_from_json, parts_to_json
from nbreason.store.database import Database
from nbreason.store.exchanges import Exchange, exchanges
from nbreason.store.history import Record
from nbreason.store.identity import recognise
from nbreason.store.jobs import Job
from nbreason.store.journal import Change
from nbreason.store.ledger import Spent
from nbreason.store.log import Asked
from nbreason.store.processes import alive
from nbreason.store.saved import SavedAnswer, saved_answer
from nbreason.store.stale import StaleTurns, stale_turns

NEW = (
    "INSERT INTO turn (conversation_id, owner, place, alone, state, asked_at, process, asked, effort, system, question,"
    " digest, question_digest, context, pinned) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
GONE = "0"
"""The context of an answer that was given elsewhere, below other turns: it names a turn that there never is."""


class Store:
    """Conversations, saved answers and spending in one SQLite file.

    folder: where the file is; None keeps everything in memory
    clock:  seconds since 1970

    Every method raises StoreError, one line, when the file cannot be read or written.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.database = Database(folder)
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
    def place_in_words(self) -> str:
        """The path of the file, or ``memory only``."""
        return self.location if self.on_disk else "memory only"

    @property
    def warning(self) -> str:
        """A line for the person when nothing can be saved or a file had to be set aside, else empty."""
        return self.database.warning

    @warning.setter
    def warning(self, line: str) -> None:
        self.database.warning = line

    def begin(self, question: Question, model: str, request_hash: str, question_hash: str = "") -> int:
        """Write a question down before it is sent; returns the id of its turn, whose state is `pending`."""
        with self.database.write() as db:
            turn = self._begin(db, question, model, request_hash, question_hash)
            journal.make(db, "ask", [turn], self._clock())
            return turn

    def finish(self, turn: int, state: State, answer: Answer, problem: str = "") -> None:
        """Write down how an ask ended.  A turn with an answer replaces its cell's earlier version."""
        with self.database.write() as db:
            self._finish(db, turn, state, answer, problem)

    def keep(self, turn: int, answer: Answer) -> None:
        """Save what has arrived so far of a running answer, for the case that this process is killed."""
        with self.database.write() as db:
            unfinished.keep(db, turn, answer_to_json(answer))

    def jobs(self, place: Place) -> list[Job]:
        """The questions of a conversation on which a provider may still work without a connection."""
        with self.database.read() as db:
            return jobs.under_way(db, self._find(db, place), lambda digest: self._image(db, digest))

    def settle(self, notebook: str) -> None:
        """Make partial answers of what processes that were killed had saved of theirs."""
        with self.database.write() as db:
            unfinished.settle(db, notebook)

    def saved_answer(self, model: str, request_hash: str) -> SavedAnswer | None:
        """The newest whole answer to exactly this request, asked from any notebook."""
        with self.database.read() as db:
            return saved_answer(db, "digest = ?1", request_hash, model)

    def similar_answer(self, model: str, question_hash: str, owner: str | None) -> SavedAnswer | None:
        """The newest whole answer to this question, whatever the turns above it; one of the same cell goes first."""
        with self.database.read() as db:
            return saved_answer(db, "(question_digest = ?1 OR digest = ?1)", question_hash, model, owner)

    def add_replayed(
        self, question: Question, model: str, request_hash: str, answer: Answer, question_hash: str = ""
    ) -> None:
        """Add a turn whose answer was replayed; if its cell has that turn already, only its context is updated.

        request_hash: of the request that the answer was given to
        """
        with self.database.write() as db:
            added = self._add_replayed(db, question, model, request_hash, answer, question_hash)
            journal.make(db, "ask", added, self._clock())

    def turns_before(self, place: Place) -> list[Turn]:
        """The turns that are the context of a question asked at `place`, oldest first."""
        with self.database.read() as db:
            conversation = self._find(db, place)
            if conversation is None:
                return []
            ids = history.above(db, conversation, place, self._place(db, conversation, place.owner))
            return [turn for turn in self._turns(db, ids) if turn.answer]

    def history(self, place: Place, versions: bool = False) -> list[Record]:
        """The turns of a conversation, oldest first: the newest version of each, or all `versions`."""
        with self.database.read() as db:
            return history.records(db, self._find(db, place), place.cells, versions)

    def stale(self, place: Place) -> StaleTurns | None:
        """The turns whose context has changed since they were asked; None if there are none."""
        with self.database.read() as db:
            return stale_turns(db, self._find(db, place), place.cells)

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
        """The answered turns of a conversation, with everything that is stored about them."""
        with self.database.read() as db:
            return exchanges(db, self._find(db, place), place.cells, lambda digest: self._image(db, digest))

    def asks(self, place: Place) -> list[Asked]:
        """Everything that was asked in the notebook of a place, in all threads, whatever became of it."""
        with self.database.read() as db:
            return log.asks(db, place.notebook, place.cells)

    def add(self, place: Place, turns: Sequence[Exchange]) -> None:
        """Add turns to a conversation; they were paid for elsewhere, so they count as replayed.

        Those of cells that this notebook does not have come before all cells.
        """
        with self.database.write() as db:
            added: list[int] = []
            for turn in turns:
                foreign = (
                    place.cells is not None
                    and turn.owner is not None
                    and not place.cells.holds(turn.owner.rpartition("/")[0])
                )
                here = replace(place, owner=None if foreign else turn.owner)
                question = Question(turn.parts, here, options=Options(effort=turn.effort), system=turn.system)
                asked = question, turn.requested_model, turn.request_hash
                added += self._add_replayed(db, *asked, turn.answer, turn.question_hash)
            db.executemany("UPDATE turn SET imported = 1 WHERE id = ?", [(id,) for id in added])
            journal.make(db, "import", added, self._clock())

    def reset(self, place: Place) -> int:
        """Start a new conversation: all turns are removed.  Returns how many."""
        with self.database.write() as db:
            found = history.present(db, self._find(db, place))
            journal.make(db, "reset", [id for id, _ in found], self._clock())
            return len({number for _, number in found})

    def forget(self, place: Place, number: int) -> str | None:
        """Remove the n-th turn with all its versions; the first line of its question, or None without such a turn."""
        with self.database.write() as db:
            found = history.versions(db, self._find(db, place), place.cells, number)
            journal.make(db, "forget", [row.id for row in found], self._clock())
            return history.words_of(found[-1]) if found else None

    def pin(self, place: Place, number: int, pinned: bool) -> bool:
        """Pin or unpin the n-th turn, which then always stays in the context; whether there is such a turn."""
        with self.database.write() as db:
            found = history.versions(db, self._find(db, place), place.cells, number)
            changed = [row.id for row in found if bool(row.pinned) != pinned]
            journal.make(db, "pin" if pinned else "unpin", changed, self._clock())
            return bool(found)

    def undo(self, place: Place) -> Change | None:
        """Undo the last change of a conversation: an ask, a forget, a reset, a pin or an import; None without one."""
        with self.database.write() as db:
            return journal.undo(db, self._find(db, place), place.cells, self._clock())

    def redo(self, place: Place) -> Change | None:
        """Redo what was undone last, if nothing has changed since; None if there is nothing."""
        with self.database.write() as db:
            return journal.redo(db, self._find(db, place), place.cells, self._clock())

    def note_runs(self, notebook: str, runs: Mapping[str, Collection[tuple[str, str]]]) -> None:
        """Mark the turns that their cells no longer ask: they are no context of others until they are asked again.

        runs: cell -> the threads and owners of what it asked in its last run
        """
        with self.database.write() as db:
            for cell, asks in runs.items():
                history.mark_surplus(db, notebook, cell, asks)

    def unknown_outcomes(self, place: Place) -> int:
        """How many questions of this conversation were pending when their process ended, and cannot be collected."""
        with self.database.read() as db:
            rows = db.execute(
                "SELECT process FROM turn WHERE conversation_id = ? AND state = 'pending' AND removed_at IS NULL"
                f" AND NOT {jobs.HAS_JOB}",
                (self._find(db, place),),
            ).fetchall()
        return sum(not alive(process) for (process,) in rows)

    def recognise(self, notebook: str, cells: Iterable[str], exists: Callable[[str], bool] = os.path.exists) -> str:
        """Give a notebook whose path is new the conversations that its cells had under another path.

        cells: ids of its cells
        Returns the other path, or an empty string when the notebook is known already or altogether new.
        """
        with self.database.write() as db:
            return recognise(db, notebook, cells, self._clock(), exists)

    def spending(self, notebook: str = "", model: str = "", newest: int = 0) -> list[Spent]:
        """Every answer that was paid for, oldest first; only those of one notebook or model, where one is given.

        newest: only about so many, the newest; 0 for all
        """
        with self.database.read() as db:
            return ledger.paid(db, notebook, model, newest)

    def under_way_since(self, moment: float, providers: Collection[str]) -> set[int]:
        """The turns sent to one of these providers that were under way at that time (seconds since 1970) or later."""
        with self.database.read() as db:
            return ledger.under_way_since(db, moment, providers)

    def budget(self, notebook: str) -> tuple[Budget, float] | None:
        """The budget that a notebook has set, and when (seconds since 1970); None without one."""
        with self.database.read() as db:
            return ledger.budget(db, notebook)

    def set_budget(self, notebook: str, budget: Budget | None) -> None:
        """Set the budget of a notebook, or remove it; spending counts from now on."""
        with self.database.write() as db:
            ledger.set_budget(db, notebook, budget, self._clock())

    def _add_replayed(
        self,
        db: sqlite3.Connection,
        question: Question,
        model: str,
        request_hash: str,
        answer: Answer,
        question_hash: str,
    ) -> list[int]:
        """The id of the new turn; none if its cell has that turn already."""
        conversation = self._conversation(db, question.place)
        place = self._place(db, conversation, question.place.owner)
        same = db.execute(
            "SELECT id FROM turn WHERE conversation_id = ? AND place = ? AND current = 1 AND digest = ? AND asked = ?",
            (conversation, place, request_hash, model),
        ).fetchone()
        if same is None:
            turn = self._begin(db, question, model, request_hash, question_hash)
            self._finish(db, turn, "done" if answer.complete else "partial", answer, "")
            context = GONE if answer.other_context else None
            db.execute("UPDATE turn SET kept = 1, context = coalesce(?, context) WHERE id = ?", (context, turn))
            return [turn]
        if not answer.other_context:  # otherwise it stays stale
            context = "" if question.alone else history.context(db, conversation, question.place, place)
            db.execute(
                "UPDATE turn SET context = ?1, question_digest = ?2"
                " WHERE id = ?3 AND (context != ?1 OR question_digest != ?2)",
                (context, question_hash, same[0]),
            )
        history.mark_asked(db, conversation, place)
        return []

    def _begin(
        self, db: sqlite3.Connection, question: Question, model: str, request_hash: str, question_hash: str
    ) -> int:
        conversation = self._conversation(db, question.place)
        place = self._place(db, conversation, question.place.owner)
        for part in question.parts:
            if isinstance(part, Image) and not part.url:
                db.execute(
                    "INSERT OR IGNORE INTO image VALUES (?, ?, ?, ?, ?)",
                    (part.digest, part.mime, part.width, part.height, part.data),
                )
        context = "" if question.alone else history.context(db, conversation, question.place, place)
        pinned = history.pinned(db, conversation, place)
        history.mark_asked(db, conversation, place)
        values = (
            *(conversation, question.place.owner, place, question.alone, self._clock(), os.getpid(), model),
            *(question.options.effort, question.system, parts_to_json(question.parts), request_hash, question_hash),
            *(context, pinned),
        )
        return int(db.execute(NEW, values).lastrowid or 0)

    def _finish(self, db: sqlite3.Connection, turn: int, state: State, answer: Answer, problem: str) -> None:
        cursor = db.execute(
            "UPDATE turn SET state = ?, answer = ?, problem = ? WHERE id = ?",
            (state, answer_to_json(answer), problem, turn),
        )
        if not cursor.rowcount:
            raise StoreError("The question is gone: the conversations were deleted meanwhile.")
        history.choose_version_of(db, turn)

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

    def _turns(self, db: sqlite3.Connection, ids: Sequence[int]) -> Iterator[Turn]:
        """The turns with these ids, in this order."""
        numbers = ",".join(map(str, ids))
        rows = checked(db.execute(f"SELECT id, question, answer, pinned FROM turn WHERE id IN ({numbers})"))
        found = {id: values for id, *values in rows}
        for question, answer, pinned in map(found.__getitem__, ids):
            if '"image":' not in question:
                yield turn_of_text(question, answer, bool(pinned))
            else:
                parts = parts_from_json(question, lambda digest: self._image(db, digest))
                yield Turn(parts, answer_from_json(answer).text, bool(pinned))

    def _image(self, db: sqlite3.Connection, digest: str) -> Image | None:
        cursor = db.execute("SELECT data, mime, width, height FROM image WHERE digest = ?", (digest,))
        for row in checked(cursor, "picture"):
            return Image(*row)
        return None


@lru_cache(maxsize=512)  # each question reads all turns above it
def turn_of_text(question: str, answer: str, pinned: bool) -> Turn:
    """A turn without pictures, from its JSON."""
    return Turn(parts_from_json(question, lambda digest: None), answer_from_json(answer).text, pinned)

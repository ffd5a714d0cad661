"""The stale turns of a conversation, and what asking them again would take."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from nbreason.core.budget import Spending, sum_of
from nbreason.core.estimate import MESSAGE_TOKENS
from nbreason.core.order import CellsInOrder
from nbreason.core.parts import Image
from nbreason.core.turns import Turn, tokens
from nbreason.store.checks import checked
from nbreason.store.codec import answer_from_json, parts_from_json
from nbreason.store.history import ids_of, records


@dataclass(frozen=True)
class StaleTurns:
    """The turns whose context has changed since they were asked.

    numbers: as in the history
    tokens:  estimated input of asking all of them again: what was sent last time, with their contexts as they are now
    before:  what they took last time; reported: how many of their answers had a reported cost
    """

    numbers: tuple[int, ...]
    tokens: int
    before: Spending
    reported: int


def stale_turns(db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None) -> StaleTurns | None:
    """The stale turns of a conversation, or None if there are none."""
    current = [record for record in records(db, conversation, cells, versions=True) if record.current]
    stale = [record for record in current if record.stale]
    if not stale:
        return None
    known: dict[int, int] = {}

    def size(id: int) -> int:
        if id not in known:
            known[id] = _tokens(db, id)
        return known[id]

    needed = 0
    context: list[int] = []
    for record in current[: current.index(stale[-1]) + 1]:
        if record.stale and record.answer:
            now = 0 if record.alone else sum(map(size, context))
            needed += max(0, record.answer.estimate - sum(map(size, ids_of(record.context)))) + now
        if not record.alone and record.answer and record.answer.text:
            context.append(record.id)
    answers = [record.answer for record in stale if record.answer]
    return StaleTurns(
        numbers=tuple(record.number for record in stale),
        tokens=needed,
        before=sum_of(answers),
        reported=sum(answer.cost is not None for answer in answers),
    )


def _tokens(db: sqlite3.Connection, id: int) -> int:
    """Estimated tokens of a version of a turn as context of others."""
    for question, answer in checked(db.execute("SELECT question, answer FROM turn WHERE id = ?", (id,))):
        text = answer_from_json(answer).text if answer else ""
        parts = parts_from_json(question, lambda digest: _size(db, digest))
        return tokens(Turn(parts, text)) + 2 * MESSAGE_TOKENS if text else 0
    return 0


def _size(db: sqlite3.Connection, digest: str) -> Image | None:
    """A picture without its bytes."""
    cursor = db.execute("SELECT mime, width, height FROM image WHERE digest = ?", (digest,))
    return next((Image(b"", *row) for row in checked(cursor, "picture")), None)

"""The turns of a conversation as records, and how they are removed and restored."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import groupby

from nbreason.core.events import Answer
from nbreason.core.order import CellsInOrder, position_of, position_of_question
from nbreason.core.phrases import counted
from nbreason.core.question import Place, headline
from nbreason.core.turns import State
from nbreason.store.checks import checked
from nbreason.store.codec import answer_from_json, parts_from_json


@dataclass(frozen=True)
class Record:
    """A stored version of a turn, for people.

    number:   counts from 1 in the order of the conversation; versions of one turn share it
    versions: how often it was asked; current: whether later turns get this version
    stale:    the turns before it have changed since it was asked
    replayed: its answer is a saved one
    deleted:  its cell is no longer in the document, so it is no context of others
    """

    id: int
    number: int
    state: State
    requested_model: str
    asked_at: float
    question: str
    answer: Answer | None
    problem: str
    owner: str | None
    versions: int
    current: bool
    stale: bool
    replayed: bool
    pinned: bool
    alone: bool
    deleted: bool


@dataclass(frozen=True)
class _Row:  # columns by their names in the file
    id: int
    place: int
    state: State
    asked: str
    asked_at: float
    question: str
    answer: str | None
    problem: str
    owner: str | None
    current: int
    context: str
    kept: int
    pinned: int
    alone: int


COLUMNS = ", ".join(_Row.__dataclass_fields__)


def records(
    db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, versions: bool = False
) -> list[Record]:
    """The turns in order: the newest version of each, or all versions and then also the turns of deleted cells."""
    found: list[Record] = []
    earlier: list[int] = []
    for number, (turn, deleted) in enumerate(_turns(db, conversation, cells), 1):
        if deleted and not versions:
            break
        now = "" if turn[-1].alone else _ids(earlier)
        chosen = turn if versions else turn[-1:]
        found.extend(_record(row, number, len(turn), row.context != now, deleted) for row in chosen)
        earlier += [row.id for row in turn if row.current and not row.alone]
    return found


def _turns(
    db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None
) -> list[tuple[list[_Row], bool]]:
    """The versions of each turn, and whether its cell was deleted; in order, those of deleted cells last."""
    cursor = db.execute(
        f"SELECT {COLUMNS} FROM turn WHERE conversation_id = ? AND removed_at IS NULL ORDER BY place, id",
        (conversation,),
    )
    rows = [_Row(*row) for row in checked(cursor)]
    turns = [list(group) for _, group in groupby(rows, key=lambda row: row.place)]
    placed = [(position_of(cells, turn[-1].owner, turn[-1].place, turn[-1].asked_at), turn) for turn in turns]
    # `sorted` keeps the order of asking where positions are equal.
    present = sorted(((position, turn) for position, turn in placed if position), key=lambda item: item[0])
    return [(turn, False) for _, turn in present] + [(turn, True) for position, turn in placed if not position]


def _record(row: _Row, number: int, versions: int, stale: bool, deleted: bool) -> Record:
    return Record(
        id=row.id,
        number=number,
        state=row.state,
        requested_model=row.asked,
        asked_at=row.asked_at,
        question=headline(parts_from_json(row.question, lambda digest: None)),
        answer=answer_from_json(row.answer) if row.answer else None,
        problem=row.problem,
        owner=row.owner,
        versions=versions,
        current=bool(row.current),
        stale=stale and not deleted and bool(row.current),
        replayed=bool(row.kept),
        pinned=bool(row.pinned),
        alone=bool(row.alone),
        deleted=deleted,
    )


def above(db: sqlite3.Connection, conversation: int, place: Place, number: int) -> list[int]:
    """The versions that are the context of a question, in order.

    number: that of its turn in the order of asking
    """
    rows = checked(
        db.execute(
            "SELECT id, owner, place, asked_at FROM turn"
            " WHERE conversation_id = ? AND current = 1 AND alone = 0 AND removed_at IS NULL ORDER BY place",
            (conversation,),
        )
    )
    here = position_of_question(place.cells, place.owner, number)
    placed = [(position_of(place.cells, owner, turn, asked_at), id) for id, owner, turn, asked_at in rows]
    return [id for position, id in sorted((position, id) for position, id in placed if position and position < here)]


def context(db: sqlite3.Connection, conversation: int, place: Place, number: int) -> str:
    """The same as it is stored with a turn, so that it is known later whether its context has changed."""
    return _ids(above(db, conversation, place, number))


def _ids(ids: list[int]) -> str:
    return ",".join(map(str, ids))


def remove_all(db: sqlite3.Connection, conversation: int | None, now: float) -> int:
    """Remove all turns; returns how many turns (not versions) there were."""
    count = db.execute(
        "SELECT count(DISTINCT place) FROM turn WHERE conversation_id = ? AND removed_at IS NULL", (conversation,)
    ).fetchone()[0]
    db.execute(
        "UPDATE turn SET removed_at = ?, removed_how = 'reset' WHERE conversation_id = ? AND removed_at IS NULL",
        (now, conversation),
    )
    return int(count)


def undo(db: sqlite3.Connection, conversation: int | None, now: float) -> str:
    """Restore what the last reset removed, or remove the newest turn; says what was done."""
    newest = db.execute(
        "SELECT id, place FROM turn WHERE conversation_id = ? AND removed_at IS NULL ORDER BY id DESC LIMIT 1",
        (conversation,),
    ).fetchone()
    last_reset = db.execute(
        "SELECT max(removed_at) FROM turn WHERE conversation_id = ? AND removed_how = 'reset'", (conversation,)
    ).fetchone()[0]
    if newest is None and last_reset is not None:
        cursor = db.execute(
            "UPDATE turn SET removed_at = NULL, removed_how = '' WHERE conversation_id = ? AND removed_at = ?"
            " AND removed_how = 'reset'",
            (conversation, last_reset),
        )
        return f"The conversation was restored as it was before the reset ({counted(cursor.rowcount, 'answer')})."
    if newest is None:
        return "There is nothing to undo."
    turn, place = newest
    db.execute("UPDATE turn SET removed_at = ?, removed_how = 'undo', current = 0 WHERE id = ?", (now, turn))
    earlier = db.execute(
        "SELECT max(id) FROM turn WHERE conversation_id = ? AND place = ? AND removed_at IS NULL"
        " AND state IN ('done', 'partial')",
        (conversation, place),
    ).fetchone()[0]
    if earlier is None:
        return "The last turn was removed."
    db.execute(
        "UPDATE turn SET current = (id = ?) WHERE conversation_id = ? AND place = ?", (earlier, conversation, place)
    )
    return "The last answer was removed; the earlier version of its turn is used again."


def pin(
    db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, number: int, pinned: bool
) -> bool:
    """Pin or unpin all versions of the n-th turn; whether there is one."""
    turns = _turns(db, conversation, cells)
    if not 1 <= number <= len(turns):
        return False
    db.execute(
        "UPDATE turn SET pinned = ? WHERE conversation_id = ? AND place = ?",
        (pinned, conversation, turns[number - 1][0][0].place),
    )
    return True


def pinned(db: sqlite3.Connection, conversation: int, place: int) -> bool:
    """Whether the turn at a place is pinned; a new version of it is pinned as well."""
    row = db.execute(
        "SELECT coalesce(max(pinned), 0) FROM turn WHERE conversation_id = ? AND place = ?", (conversation, place)
    ).fetchone()
    return bool(row[0])

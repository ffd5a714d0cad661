"""The turns of a conversation: in order, as records, and as the context of a question."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from nbreason.core.events import Answer
from nbreason.core.order import CellsInOrder, position_of, position_of_question
from nbreason.core.question import Place, headline
from nbreason.core.turns import State
from nbreason.store.checks import checked
from nbreason.store.codec import answer_from_json, parts_from_json


@dataclass(frozen=True)
class Record:
    """A stored version of a turn, for people.

    number:   counts from 1 in the order of the conversation; versions of one turn share it
    versions: how often it was asked; current: whether later turns get this version
    context:  ids of the versions of earlier turns that it was given, as they are stored (see `ids_of`)
    stale:    the turns before it have changed since it was asked
    replayed: its answer is a saved one
    deleted:  its cell is no longer in the document, so it is no context of others
    surplus:  its cell no longer asks it, so it is no context of others
    imported: it came with a conversation that was imported
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
    context: str
    stale: bool
    replayed: bool
    pinned: bool
    alone: bool
    deleted: bool
    surplus: bool
    imported: bool


@dataclass(frozen=True)
class Row:
    """A version as it is stored: columns by their names in the file."""

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
    surplus: int
    imported: int


COLUMNS = ", ".join(Row.__dataclass_fields__)


def records(
    db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, versions: bool = False
) -> list[Record]:
    """The turns in order: the newest version of each, or all versions and then also the turns that left the page."""
    found: list[Record] = []
    earlier: list[int] = []
    for number, (turn, gone) in enumerate(turns_of(db, conversation, cells), 1):
        if gone and not versions:
            break
        now = "" if turn[-1].alone else _ids(earlier)
        chosen = turn if versions else turn[-1:]
        found.extend(_record(row, number, len(turn), row.context != now, gone) for row in chosen)
        earlier += [row.id for row in turn if row.current and not row.alone]
    return found


def turns_of(
    db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None
) -> list[tuple[list[Row], bool]]:
    """The versions of each turn, and whether it has left the page; in order, those that have last.

    The turns of a deleted cell have left the page, and so have those that their cells no longer ask.
    """
    cursor = db.execute(
        f"SELECT {COLUMNS} FROM turn WHERE conversation_id = ? AND removed_at IS NULL ORDER BY place, id",
        (conversation,),
    )
    rows = [Row(*row) for row in checked(cursor)]
    turns = [list(group) for _, group in groupby(rows, key=lambda row: row.place)]
    placed = [(position_of(cells, turn[-1].owner, turn[-1].place, turn[-1].asked_at), turn) for turn in turns]
    # `sorted` keeps the order of asking where positions are equal.
    on_page = [(position, turn) for position, turn in placed if position and not turn[-1].surplus]
    left = [(turn, True) for position, turn in placed if not position or turn[-1].surplus]
    return [(turn, False) for _, turn in sorted(on_page, key=lambda item: item[0])] + left


def _record(row: Row, number: int, versions: int, stale: bool, gone: bool) -> Record:
    return Record(
        id=row.id,
        number=number,
        state=row.state,
        requested_model=row.asked,
        asked_at=row.asked_at,
        question=words_of(row),
        answer=answer_from_json(row.answer) if row.answer else None,
        problem=row.problem,
        owner=row.owner,
        versions=versions,
        current=bool(row.current),
        context=row.context,
        stale=stale and not gone and bool(row.current),
        replayed=bool(row.kept),
        pinned=bool(row.pinned),
        alone=bool(row.alone),
        deleted=gone and not row.surplus,
        surplus=bool(row.surplus),
        imported=bool(row.imported),
    )


def words_of(row: Row) -> str:
    """The first line of a question."""
    return headline(parts_from_json(row.question, lambda digest: None))


def above(db: sqlite3.Connection, conversation: int, place: Place, number: int) -> list[int]:
    """The versions that are the context of a question, in order.

    number: that of its turn in the order of asking
    """
    rows = checked(
        db.execute(
            "SELECT id, owner, place, asked_at FROM turn"
            " WHERE conversation_id = ? AND current = 1 AND alone = 0 AND surplus = 0 AND removed_at IS NULL"
            " ORDER BY place",
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


def ids_of(stored: str) -> tuple[int, ...]:
    """Ids from a list of them as it is stored; what is no id is left out."""
    return tuple(int(id) for id in stored.split(",") if id.isdecimal() and len(id) <= 15)


def present(db: sqlite3.Connection, conversation: int | None) -> list[tuple[int, int]]:
    """The id and the place of every version that is not removed; unchecked, so that a reset can always remove it."""
    return db.execute(
        "SELECT id, place FROM turn WHERE conversation_id = ? AND removed_at IS NULL", (conversation,)
    ).fetchall()


def versions(db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, number: int) -> list[Row]:
    """All versions of the n-th turn; empty if there is none."""
    turns = turns_of(db, conversation, cells)
    return turns[number - 1][0] if 1 <= number <= len(turns) else []


def pinned(db: sqlite3.Connection, conversation: int, place: int) -> bool:
    """Whether the turn at a place is pinned; a new version of it is pinned as well."""
    row = db.execute(
        "SELECT coalesce(max(pinned), 0) FROM turn WHERE conversation_id = ? AND place = ? AND removed_at IS NULL",
        (conversation, place),
    ).fetchone()
    return bool(row[0])


def mark_asked(db: sqlite3.Connection, conversation: int, place: int) -> None:
    """The cell of the turn at a place asks it now."""
    db.execute(
        "UPDATE turn SET surplus = 0 WHERE conversation_id = ? AND place = ? AND surplus != 0", (conversation, place)
    )


def mark_surplus(db: sqlite3.Connection, notebook: str, cell: str, asks: Collection[tuple[str, str]]) -> None:
    """The turns of a cell other than these, threads and owners, are no longer asked by it."""
    cursor = db.execute(
        "SELECT turn.id, thread, owner FROM turn JOIN conversation ON conversation.id = conversation_id"
        " WHERE notebook = ? AND owner >= ? AND owner < ? AND surplus = 0",
        (notebook, f"{cell}/", f"{cell}0"),  # "0" follows "/": all asks of the cell, by an index
    )
    gone = [(id,) for id, thread, owner in checked(cursor) if (thread, owner) not in asks]
    db.executemany("UPDATE turn SET surplus = 1 WHERE id = ?", gone)


def choose_version_of(db: sqlite3.Connection, turn: int) -> None:
    """Make the newest version that has an answer the current one of a turn.

    turn: id of one of its versions
    """
    db.execute(
        "UPDATE turn SET current = (id IS (SELECT max(id) FROM turn WHERE conversation_id = ?1 AND place = ?2"
        " AND removed_at IS NULL AND state IN ('done', 'partial'))) WHERE conversation_id = ?1 AND place = ?2",
        db.execute("SELECT conversation_id, place FROM turn WHERE id = ?", (turn,)).fetchone() or (None, None),
    )

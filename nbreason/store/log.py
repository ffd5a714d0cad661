"""Everything that was asked in a notebook, for the record: all versions of all turns, also of removed ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nbreason.core.events import Answer
from nbreason.core.order import CellsInOrder, position_of
from nbreason.core.question import headline
from nbreason.core.turns import State
from nbreason.store.checks import Unreadable, check_values
from nbreason.store.codec import answer_from_json, parts_from_json
from nbreason.store.history import ids_of

COLUMNS = (
    *("id", "thread", "owner", "place", "asked_at", "asked", "effort", "digest", "state", "current", "surplus", "kept"),
    *("imported", "removed_at", "context", "question", "answer"),
)
Use = Literal["current", "replaced", "left the page", "removed", "no answer"]
"""What an ask is in the conversation now: context of later ones, or replaced by a later version of its turn, or off the
page with its cell, or removed by a reset, a forget or an undo."""


@dataclass(frozen=True)
class Asked:
    """One ask.

    asked_at: seconds since 1970
    question: its first line
    context:  ids of the asks whose answers it was given
    """

    id: int
    thread: str
    owner: str | None
    asked_at: float
    requested_model: str
    effort: str | None
    request_hash: str
    state: State
    use: Use
    replayed: bool
    imported: bool
    question: str
    context: tuple[int, ...]
    answer: Answer | None


def asks(db: sqlite3.Connection, notebook: str, cells: CellsInOrder | None) -> list[Asked]:
    """All asks of a notebook, in all threads, in the order of asking."""
    rows = db.execute(
        f"SELECT turn.{', '.join(COLUMNS)} FROM turn JOIN conversation ON conversation.id = conversation_id"
        " WHERE notebook = ? ORDER BY turn.id",
        (notebook,),
    ).fetchall()
    found = [_asked(row, cells) for row in rows]
    return [ask for ask in found if ask is not None]


def _asked(row: Sequence[Any], cells: CellsInOrder | None) -> Asked | None:
    """An ask; None if it cannot be read but was removed, as the message of Unreadable recommends."""
    value = dict(zip(COLUMNS, row, strict=True))
    try:
        check_values(COLUMNS, row)
        return Asked(
            id=value["id"],
            thread=value["thread"],
            owner=value["owner"],
            asked_at=value["asked_at"],
            requested_model=value["asked"],
            effort=value["effort"],
            request_hash=value["digest"],
            state=value["state"],
            use=_use(value, cells),
            replayed=bool(value["kept"]),
            imported=bool(value["imported"]),
            question=headline(parts_from_json(value["question"], lambda digest: None)),
            context=ids_of(value["context"]),
            answer=answer_from_json(value["answer"]) if value["answer"] else None,
        )
    except Unreadable:
        if value["removed_at"] is None:
            raise
        return None


def _use(value: dict[str, Any], cells: CellsInOrder | None) -> Use:
    if value["removed_at"] is not None:
        return "removed"
    if value["state"] not in ("done", "partial"):
        return "no answer"
    if not value["current"]:
        return "replaced"
    on_page = position_of(cells, value["owner"], value["place"], value["asked_at"]) and not value["surplus"]
    return "current" if on_page else "left the page"

"""The changes of a conversation: each can be undone, and then redone until something else changes.

Nothing is ever deleted: a change brings versions of turns, takes them away, or pins them, and undoing it does the
opposite.  A replay that leaves a turn as it is changes nothing, and so does a Run All of such replays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from nbreason.core.order import CellsInOrder
from nbreason.core.turns import ChangeKind
from nbreason.store.checks import checked
from nbreason.store.history import choose_version_of, ids_of, turns_of, words_of

KEPT = 100
"""How many changes of a conversation can be undone."""
BRINGS: tuple[ChangeKind, ...] = ("ask", "import")
PINS: tuple[ChangeKind, ...] = ("pin", "unpin")


@dataclass(frozen=True)
class Change:
    """What was undone or redone, for people.

    turns:    how many turns it is about
    number:   that of the first of them in the conversation; question: the first line of its question
    replaced: an ask that replaced an earlier answer of its turn
    """

    kind: ChangeKind
    turns: int
    number: int
    question: str
    replaced: bool


def make(db: sqlite3.Connection, kind: ChangeKind, ids: Sequence[int], now: float) -> None:
    """Change these versions of turns, so that it can be undone; what was undone before cannot be redone any more."""
    if not ids:
        return
    (conversation,) = db.execute("SELECT conversation_id FROM turn WHERE id = ?", (ids[0],)).fetchone()
    _apply(db, conversation, kind, ids, now)
    db.execute("DELETE FROM change WHERE conversation_id = ? AND undone = 1", (conversation,))
    db.execute(
        "INSERT INTO change (conversation_id, kind, turns) VALUES (?, ?, ?)",
        (conversation, kind, ",".join(map(str, ids))),
    )
    db.execute(
        "DELETE FROM change WHERE conversation_id = ?1 AND id <="
        " (SELECT id FROM change WHERE conversation_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (conversation, KEPT),
    )


def undo(db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, now: float) -> Change | None:
    """Undo the last change that is not undone yet; None if there is none."""
    return _step(db, conversation, cells, now, back=True)


def redo(db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, now: float) -> Change | None:
    """Redo the change that was undone last; None if there is none."""
    return _step(db, conversation, cells, now, back=False)


def _step(
    db: sqlite3.Connection, conversation: int | None, cells: CellsInOrder | None, now: float, back: bool
) -> Change | None:
    cursor = db.execute(
        "SELECT id, kind, turns FROM change WHERE conversation_id = ? AND undone = ?"
        f" ORDER BY id {'DESC' if back else 'ASC'} LIMIT 1",
        (conversation, not back),
    )
    for id, kind, turns in checked(cursor, "change"):
        assert conversation is not None
        ids = ids_of(turns)
        before = _described(db, conversation, cells, kind, ids)
        _apply(db, conversation, OPPOSITE[kind] if back else kind, ids, now)
        db.execute("UPDATE change SET undone = ? WHERE id = ?", (back, id))
        return before or _described(db, conversation, cells, kind, ids)
    return None


OPPOSITE: dict[ChangeKind, ChangeKind] = {
    "ask": "forget",
    "import": "forget",
    "forget": "ask",
    "reset": "ask",
    "pin": "unpin",
    "unpin": "pin",
}


def _apply(db: sqlite3.Connection, conversation: int, kind: ChangeKind, ids: Sequence[int], now: float) -> None:
    """Bring these versions of turns, take them away, or pin them."""
    column, value = ("pinned", kind == "pin") if kind in PINS else ("removed_at", None if kind in BRINGS else now)
    db.executemany(
        f"UPDATE turn SET {column} = ? WHERE conversation_id = ? AND id = ?",
        [(value, conversation, id) for id in ids],
    )
    for id in ids:
        choose_version_of(db, id)


def _described(
    db: sqlite3.Connection, conversation: int, cells: CellsInOrder | None, kind: ChangeKind, ids: Sequence[int]
) -> Change | None:
    """The change in words of its turns, or None while they are removed."""
    changed = set(ids)
    found = [
        (number, turn)
        for number, (turn, _) in enumerate(turns_of(db, conversation, cells), 1)
        if changed.intersection(row.id for row in turn)
    ]
    if not found:
        return None
    number, turn = found[0]
    own = [row for row in turn if row.id in changed]
    replaced = any(row.id not in changed and row.state in ("done", "partial") for row in turn)
    return Change(kind, len(found), number, words_of(own[-1]), replaced)

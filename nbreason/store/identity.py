"""A notebook is known by its path and, when that is new, by the ids of its cells.

A renamed or moved notebook keeps its conversations; a copy, whose original still exists, gets its own.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from nbreason.store.checks import checked
from nbreason.store.files import read_regular

LARGEST = 256 * 1024 * 1024


def cell_ids(notebook: str) -> set[str]:
    """The ids of the cells in a notebook file; none when it cannot be read."""
    try:
        cells = json.loads(read_regular(Path(notebook), LARGEST)).get("cells", [])
        return {cell["id"] for cell in cells if isinstance(cell.get("id"), str)}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return set()


def recognise(
    db: sqlite3.Connection,
    notebook: str,
    cells: Iterable[str],
    now: float,
    exists: Callable[[str], bool],
) -> str:
    """See `Store.recognise`."""
    if db.execute("SELECT 1 FROM conversation WHERE notebook = ?", (notebook,)).fetchone():
        return ""
    former = _former(db, set(cells))
    if not former:
        return ""
    if exists(former):
        _copy(db, former, notebook, now)
    else:
        db.execute("UPDATE conversation SET notebook = ? WHERE notebook = ?", (notebook, former))
        db.execute("UPDATE OR REPLACE budget SET notebook = ? WHERE notebook = ?", (notebook, former))
    return former


def _former(db: sqlite3.Connection, cells: set[str]) -> str:
    """The notebook that most of these cells have asked from."""
    votes: Counter[str] = Counter()
    for cell in cells:
        cursor = db.execute(
            "SELECT DISTINCT notebook FROM turn JOIN conversation ON conversation.id = conversation_id"
            " WHERE owner >= ? AND owner < ?",
            (f"{cell}/", f"{cell}0"),  # "0" follows "/": all asks of the cell, by an index
        )
        votes.update(row[0] for row in checked(cursor, "conversation") if os.path.isabs(row[0]))
    return votes.most_common(1)[0][0] if votes else ""


COPIED = (
    "owner, place, current, alone, state, asked_at, process, asked, effort, system, question, digest, question_digest,"
    " answer, problem, pinned, removed_at, imported, surplus"
)


def _copy(db: sqlite3.Connection, former: str, notebook: str, now: float) -> None:
    """Copy all conversations of a notebook; copied answers were paid for once, so they count as replayed."""
    cursor = db.execute("SELECT id, thread FROM conversation WHERE notebook = ?", (former,))
    for conversation, thread in checked(cursor, "conversation"):
        copy = db.execute(
            "INSERT INTO conversation (notebook, thread, created_at) VALUES (?, ?, ?)", (notebook, thread, now)
        ).lastrowid
        numbers: dict[str, str] = {}
        turns = db.execute("SELECT id, context FROM turn WHERE conversation_id = ? ORDER BY id", (conversation,))
        for turn, context in checked(turns):
            given = _renumbered(context, numbers)
            numbers[str(turn)] = str(
                db.execute(
                    f"INSERT INTO turn (conversation_id, {COPIED}, context, kept)"
                    f" SELECT ?, {COPIED}, ?, 1 FROM turn WHERE id = ?",
                    (copy, given, turn),
                ).lastrowid
                or 0
            )
        query = "SELECT kind, undone, turns FROM change WHERE conversation_id = ? ORDER BY id"
        for kind, undone, changed in checked(db.execute(query, (conversation,)), "change"):
            db.execute(
                "INSERT INTO change (conversation_id, kind, undone, turns) VALUES (?, ?, ?, ?)",
                (copy, kind, undone, _renumbered(changed, numbers)),
            )


def _renumbered(ids: str, numbers: dict[str, str]) -> str:
    """Ids of turns, as they are stored, with those of their copies."""
    return ",".join(numbers.get(id, id) for id in ids.split(",") if id)

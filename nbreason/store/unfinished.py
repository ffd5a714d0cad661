"""Answers that were being written when their process ended: their text was saved now and then.

While its process lives such a turn is `pending`.  Afterwards it becomes a partial answer, as if it had been stopped.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from nbreason.store.history import choose_version_of
from nbreason.store.home import DATABASE
from nbreason.store.jobs import HAS_JOB
from nbreason.store.processes import alive

_UNFINISHED = (
    "SELECT turn.id, process FROM turn JOIN conversation ON conversation.id = conversation_id"
    f" WHERE notebook = ? AND state = 'pending' AND answer IS NOT NULL AND NOT {HAS_JOB} AND removed_at IS NULL"
)


def count(folder: Path, notebook: str) -> int:
    """How many answers of a notebook were cut off so; 0 where that cannot be read.  Nothing is written or created."""
    path = folder / DATABASE
    if not path.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.5)) as db:
            return len(_dead(db, notebook))
    except (sqlite3.Error, ValueError):
        return 0


def keep(db: sqlite3.Connection, turn: int, answer: str) -> None:
    """Save what has arrived of an answer so far.  answer: JSON"""
    db.execute("UPDATE turn SET answer = ? WHERE id = ? AND state = 'pending'", (answer, turn))


def settle(db: sqlite3.Connection, notebook: str) -> None:
    """Make partial answers of those whose process has ended; one that was asked again since is only kept."""
    for turn in _dead(db, notebook):
        db.execute("UPDATE turn SET state = 'partial' WHERE id = ?", (turn,))
        choose_version_of(db, turn)


def _dead(db: sqlite3.Connection, notebook: str) -> list[int]:
    return [turn for turn, process in db.execute(_UNFINISHED, (notebook,)).fetchall() if not alive(process)]

"""An answer that can be replayed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from nbreason.core.events import Answer
from nbreason.core.request import part_hashes
from nbreason.store.checks import Unreadable, checked
from nbreason.store.codec import answer_from_json
from nbreason.store.exchanges import Exchange


@dataclass(frozen=True)
class SavedAnswer:
    """A whole answer, and what it was given to.

    model:         as requested
    request_hash:  of the request; `question_hash`: of the request without the turns above, empty if not known
    question:      its first line
    owner:         the cell and the number of the ask within it, as in `Place`
    parts:         a short hash of each part of the question, its text last; empty if not known
    file:          the name of its replay file; empty for one of the store
    """

    model: str
    request_hash: str
    question: str
    answer: Answer
    question_hash: str = ""
    owner: str | None = None
    parts: Sequence[str] = ()
    file: str = ""

    @classmethod
    def of(cls, turn: Exchange) -> SavedAnswer:
        """The answer of a stored turn."""
        hashes = part_hashes(turn.parts)
        return cls(
            turn.requested_model, turn.request_hash, turn.headline, turn.answer, turn.question_hash, turn.owner, hashes
        )


def saved_answer(
    db: sqlite3.Connection, match: str, value: str, model: str, owner: str | None = None
) -> SavedAnswer | None:
    """The newest whole answer of a model where `match`, SQL with ``?1``, holds for a value; of this cell first."""
    cursor = db.execute(
        f"SELECT digest, question_digest, owner, answer FROM turn WHERE {match} AND asked = ?2 AND state = 'done'"
        " ORDER BY coalesce(owner = ?3, 0) DESC, id DESC LIMIT 1",
        (value, model, owner),
    )
    with suppress(Unreadable):  # a damaged answer is asked for again
        for request_hash, question_hash, cell, answer in checked(cursor):
            return SavedAnswer(model, request_hash, "", answer_from_json(answer), question_hash, cell)
    return None

"""Questions on which a provider works without an open connection: pending turns that hold the provider's name of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from nbreason.core.parts import Image
from nbreason.store.checks import checked
from nbreason.store.codec import answer_from_json, parts_from_json
from nbreason.store.exchanges import COLUMNS, Exchange, exchange

HAS_JOB = """(coalesce(answer, '') LIKE '%"job": "%' AND answer NOT LIKE '%"job": ""%')"""
"""Of the JSON of an answer; inside its texts quotation marks are escaped."""


@dataclass(frozen=True)
class Job:
    """turn: its id; asked: the question, and what is known of the answer, with `Answer.job`"""

    turn: int
    asked: Exchange


def under_way(db: sqlite3.Connection, conversation: int | None, image: Callable[[str], Image | None]) -> list[Job]:
    """Those of a conversation, oldest first."""
    cursor = db.execute(
        f"SELECT id, {', '.join(COLUMNS)}, question, answer FROM turn WHERE conversation_id = ? AND state = 'pending'"
        f" AND {HAS_JOB} AND removed_at IS NULL ORDER BY id",
        (conversation,),
    )
    return [
        Job(turn, exchange(values, parts_from_json(question, image), answer_from_json(answer)))
        for turn, *values, question, answer in checked(cursor)
    ]

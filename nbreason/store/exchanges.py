"""A question and its answer, with everything that is stored about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nbreason.core.events import Answer
from nbreason.core.order import CellsInOrder, Position, position_of
from nbreason.core.parts import Image, Part
from nbreason.core.question import headline
from nbreason.store.checks import checked
from nbreason.store.codec import answer_from_json, parts_from_json

COLUMNS = ("owner", "asked", "asked_at", "effort", "system", "digest", "question_digest")
"""What is stored about a turn besides its question and its answer, by the names in the file and in exports."""


@dataclass(frozen=True)
class Exchange:
    """A question and its answer, with everything that is stored about them."""

    owner: str | None
    requested_model: str
    asked_at: float
    effort: str | None
    system: str
    request_hash: str
    question_hash: str
    parts: tuple[Part, ...]
    answer: Answer

    @property
    def headline(self) -> str:
        """The first line of the question."""
        return headline(self.parts)


def exchanges(
    db: sqlite3.Connection,
    conversation: int | None,
    cells: CellsInOrder | None,
    image: Callable[[str], Image | None],
) -> list[Exchange]:
    """The turns of a conversation that have an answer, in order, without those that have left the page."""
    cursor = db.execute(
        f"SELECT place, {', '.join(COLUMNS)}, question, answer FROM turn"
        " WHERE conversation_id = ? AND current = 1 AND surplus = 0 AND removed_at IS NULL",
        (conversation,),
    )
    found: list[tuple[Position, int, Exchange]] = []
    for number, *values, question, answer in checked(cursor):
        made = exchange(values, parts_from_json(question, image), answer_from_json(answer))
        if (position := position_of(cells, made.owner, number, made.asked_at)) is not None:
            found.append((position, number, made))
    return [made for _, _, made in sorted(found, key=lambda item: item[:2])]


def exchange(values: Sequence[Any], parts: tuple[Part, ...], answer: Answer) -> Exchange:
    """An exchange from the values of `COLUMNS`."""
    owner, model, asked_at, effort, system, request_hash, question_hash = values
    return Exchange(owner, model, asked_at, effort, system, request_hash, question_hash, parts, answer)

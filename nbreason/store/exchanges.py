"""A question and its answer, with everything that is stored of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nbreason.core.events import Answer
from nbreason.core.parts import Image, Part
from nbreason.core.question import headline
from nbreason.store.codec import answer_from_json, parts_from_json
from nbreason.store.columns import checked

KNOWN = ("owner", "asked", "asked_at", "effort", "system", "digest")
"""What is known of a turn besides its question and its answer."""


@dataclass(frozen=True)
class Exchange:
    """A question and its answer, with everything that is stored of them."""

    owner: str | None
    asked: str
    asked_at: float
    effort: str | None
    system: str
    digest: str
    parts: tuple[Part, ...]
    answer: Answer

    @property
    def headline(self) -> str:
        """The first line of the question."""
        return headline(self.parts)


def exchanges(db: sqlite3.Connection, conversation: int | None, image: Callable[[str], Image | None]) -> list[Exchange]:
    """The turns of a conversation that have an answer, in order."""
    cursor = db.execute(
        f"SELECT {', '.join(KNOWN)}, question, answer FROM turn"
        " WHERE conversation_id = ? AND current = 1 AND removed_at IS NULL ORDER BY place",
        (conversation,),
    )
    return [
        made(known, parts_from_json(question, image), answer_from_json(answer))
        for *known, question, answer in checked(cursor)
    ]


def made(known: Iterable[Any], parts: tuple[Part, ...], answer: Answer) -> Exchange:
    return Exchange(**dict(zip(KNOWN, known, strict=True)), parts=parts, answer=answer)

"""What was spent, taken from the answers themselves, and the budget of a notebook."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nbreason.core.budget import Budget, Spending, sum_of
from nbreason.core.events import Answer
from nbreason.store.checks import Unreadable, check_values, checked
from nbreason.store.codec import answer_from_json

COLUMNS = ("notebook", "asked", "asked_at")


@dataclass(frozen=True)
class Spent:
    """An answer that was paid for (replayed ones are not).

    asked_at: seconds since 1970
    """

    notebook: str
    requested_model: str
    asked_at: float
    answer: Answer

    @property
    def day(self) -> str:
        """The day it was asked, local time, ``2026-11-21``."""
        return time.strftime("%Y-%m-%d", time.localtime(self.asked_at))

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.requested_model.partition(":")[0]


def paid(db: sqlite3.Connection, notebook: str = "", model: str = "", newest: int = 0) -> list[Spent]:
    """Every answer that was paid for, oldest first; those of removed turns included.

    notebook, model: only those of this one, where it is given
    newest: how many to read, or a few less where some were free; 0 for all
    """
    given = {name: value for name, value in {"notebook": notebook, "asked": model}.items() if value}
    condition = " AND ".join(
        ["kept = 0 AND answer IS NOT NULL AND state != 'pending'", *(f"{name} = ?" for name in given)]
    )
    cursor = db.execute(
        f"SELECT {', '.join(COLUMNS)}, answer, removed_at FROM turn"
        f" JOIN conversation ON conversation.id = conversation_id WHERE {condition}"
        " ORDER BY asked_at DESC, turn.id DESC LIMIT ?",
        (*given.values(), newest or -1),
    )
    found = [_spent(row) for row in reversed(cursor.fetchall())]
    return [item for item in found if item is not None and not is_free(item.answer)]


def under_way_since(db: sqlite3.Connection, moment: float, providers: Collection[str]) -> set[int]:
    """Ids of the turns sent to one of these providers that may have been charged at that time or later.

    One without a whole answer counts for twenty minutes, which is how long an ask waits, also when its kernel has died.
    """
    found = set()
    cursor = db.execute(
        "SELECT id, asked, asked_at, CASE state WHEN 'pending' THEN NULL ELSE answer END FROM turn"
        " WHERE kept = 0 AND asked_at > ?",
        (moment - 1200,),
    )
    for id, asked, asked_at, stored in cursor.fetchall():
        if str(asked).partition(":")[0] in providers:
            with suppress(Unreadable, TypeError):  # a value that is none counts as under way
                answer = answer_from_json(stored) if stored is not None else None
                if answer and (is_free(answer) or asked_at + answer.seconds < moment):
                    continue
            found.add(id)
    return found


def _spent(row: tuple[Any, ...]) -> Spent | None:
    notebook, model, asked_at, answer, removed_at = row
    try:
        check_values(COLUMNS, (notebook, model, asked_at))
        return Spent(notebook, model, asked_at, answer_from_json(answer))
    except Unreadable:
        if removed_at is None:
            raise
        return None  # removed, as the message of Unreadable said


def is_free(answer: Answer) -> bool:
    """Whether no model has worked on it: the provider was not reached, or refused."""
    return not (answer.estimate or answer.text or answer.reasoning or answer.usage.reported or answer.cost)


def reported_share(spent: Iterable[Spent]) -> float | None:
    """Input tokens as the provider reports them, for each token of our estimate; None without answers.

    The median of the last twenty, so that one odd report hardly counts.
    """
    pairs = [(item.answer.usage.input, item.answer.estimate) for item in spent]
    shares = [reported / estimate for reported, estimate in pairs if reported and estimate]
    return statistics.median(shares[-20:]) if shares else None


def total(spent: Iterable[Spent]) -> Spending:
    """All of it together."""
    return sum_of(item.answer for item in spent)


def budget(db: sqlite3.Connection, notebook: str) -> tuple[Budget, float] | None:
    """The budget of a notebook and when it was set, or None."""
    cursor = db.execute("SELECT amount, unit, set_at FROM budget WHERE notebook = ?", (notebook,))
    rows = checked(cursor, "budget", "%nbreason budget off removes it.")
    return next(((Budget(amount, unit), set_at) for amount, unit, set_at in rows), None)


def set_budget(db: sqlite3.Connection, notebook: str, budget: Budget | None, now: float) -> None:
    """Set the budget of a notebook, or remove it; spending counts from now on."""
    db.execute("DELETE FROM budget WHERE notebook = ?", (notebook,))
    if budget is not None:
        db.execute("INSERT INTO budget VALUES (?, ?, ?, ?)", (notebook, budget.amount, budget.unit, now))

"""All asks of a notebook as a table of comma-separated values: what a reviewer of a paper asks for."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable

from nbreason.core.characters import clean
from nbreason.core.events import Answer
from nbreason.store.log import Asked

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""

Cell = str | int | float | None


def to_csv(asks: Iterable[Asked], notebook: str) -> str:
    """One row an ask, with a row of names above.  What is not known or was not reported is empty.

    notebook: its name
    """
    rows = [{"notebook": notebook, **_row(ask)} for ask in asks]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(rows[0] if rows else ())
    table.writerows([_harmless(cell) for cell in row.values()] for row in rows)
    return text.getvalue()


def _row(ask: Asked) -> dict[str, Cell]:
    answer = ask.answer or Answer()
    cell, _, number = (ask.owner or "").rpartition("/")
    cost = answer.cost
    return {
        "thread": ask.thread,
        "cell": cell,
        "ask_in_cell": int(number) + 1 if number.isdecimal() and len(number) < 10 else None,
        "time_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(answer.asked_at or ask.asked_at)),
        "requested_model": ask.requested_model,
        "reported_model": answer.reported_model,
        "response_id": answer.response_id,
        "request_id": answer.request_id,
        "effort": answer.effort or ask.effort,
        "parameters": json.dumps(answer.parameters, sort_keys=True) if answer.parameters else None,
        "request_sha256": ask.request_hash,
        "state": ask.state,
        "finish": answer.finish if ask.answer else None,
        "use": ask.use,
        "replayed": "yes" if ask.replayed else "no",
        "imported": "yes" if ask.imported else "no",
        "tokens_in": answer.usage.input,
        "tokens_cached": answer.usage.cached,
        "tokens_out": answer.usage.output,
        "tokens_reasoning": answer.usage.reasoning,
        "cost": None if cost is None else 0 if ask.replayed else cost.amount,
        "cost_unit": cost.unit if cost else None,
        "cost_source": None if ask.replayed else answer.cost_source or None,
        "seconds": round(answer.seconds, 3) if answer.seconds else None,
        "version": answer.version,
        "question": ask.question,
    }


def _harmless(cell: Cell) -> Cell:
    """A cell that a spreadsheet shows as it is: text that could be a formula gets an apostrophe in front."""
    if not isinstance(cell, str):
        return cell
    text = " ".join(clean(cell).split())
    return f"'{text}" if text.startswith(FORMULA) else text

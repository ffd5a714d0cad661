"""How to cite, in a paper, where answers came from."""

from __future__ import annotations

import time
from collections.abc import Sequence

from nbreason import __version__
from nbreason.core.events import Answer
from nbreason.core.phrases import counted
from nbreason.errors import UsageError


def cite(answers: Sequence[Answer]) -> str:
    """A methods paragraph and a BibTeX entry.  Raises UsageError when there is no answer."""
    if not answers:
        raise UsageError("There is nothing to cite: no question of this notebook has been answered yet.")
    days = sorted(time.strftime("%Y-%m-%d", time.gmtime(answer.asked_at)) for answer in answers)
    when = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    # A replayed or imported answer is in several turns, and was asked for once.
    asked = len(
        {(answer.requested_model, answer.request_hash, answer.asked_at, answer.request_id) for answer in answers}
    )
    models = sorted({describe_model(answer) for answer in answers})
    sent = f"{counted(asked, 'question')} {'was' if asked == 1 else 'were'} sent to"
    whom = "a language model" if len(models) == 1 else "language models"
    paragraph = (
        f"{sent} {whom} from a Jupyter notebook with nbreason {__version__} ({when}): {'; '.join(models)}."
        " Questions, attached data, answers, token counts and the providers' request ids are stored with the notebook."
    )
    return f"{paragraph}\n\n{bibtex(days[-1])}"


def describe_model(answer: Answer) -> str:
    """The model of an answer: as requested, as reported by the provider, and the effort."""
    reported = f", reported as {answer.reported_model}" if answer.reported_model else ""
    return f"{answer.requested_model}{reported}, reasoning effort {answer.effort or 'provider default'}"


def bibtex(day: str) -> str:
    """The entry for this package; day: ``2026-11-21``."""
    return (
        "@software{nbreason,\n"
        "  title   = {nbreason: reasoning models in Jupyter notebooks},\n"
        f"  version = {{{__version__}}},\n"
        f"  year    = {{{day[:4]}}},\n"
        f"  note    = {{Used on {day}}}\n"
        "}"
    )

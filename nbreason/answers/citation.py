"""How to say, in a paper, where answers came from."""

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
        raise UsageError("There is nothing to cite: nothing has been answered in this notebook yet.")
    days = sorted(time.strftime("%Y-%m-%d", time.gmtime(answer.asked_at)) for answer in answers)
    when = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    # An answer that was kept or imported stands in several turns, and was asked for once.
    asked = len(
        {(answer.requested_model, answer.request_hash, answer.asked_at, answer.request_id) for answer in answers}
    )
    models = sorted({described(answer) for answer in answers})
    put = f"{counted(asked, 'question')} {'was' if asked == 1 else 'were'} put to"
    whom = "a language model" if len(models) == 1 else "language models"
    paragraph = (
        f"{put} {whom} from a Jupyter notebook with nbreason {__version__} ({when}): {'; '.join(models)}."
        " Questions, attached data, answers, tokens and the providers' request ids are kept with the notebook."
    )
    return f"{paragraph}\n\n{bibtex(days[-1])}"


def described(answer: Answer) -> str:
    """One model as it was asked: provider and model, what the provider reported, effort."""
    reported = f", reported as {answer.reported_model}" if answer.reported_model else ""
    return f"{answer.requested_model}{reported}, reasoning effort {answer.effort or 'left to the provider'}"


def bibtex(day: str) -> str:
    """The entry for this package."""
    return (
        "@software{nbreason,\n"
        "  title   = {nbreason: reasoning models in Jupyter notebooks},\n"
        f"  version = {{{__version__}}},\n"
        f"  year    = {{{day[:4]}}},\n"
        f"  note    = {{Used on {day}}}\n"
        "}"
    )

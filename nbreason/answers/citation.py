"""How to cite, in a paper, where answers came from."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence

from nbreason import __version__
from nbreason.core.characters import one_line
from nbreason.core.events import Answer
from nbreason.core.phrases import counted
from nbreason.errors import UsageError
from nbreason.store.log import Asked

LONGEST = 200
"""Characters of a model's name."""
STORED = "Questions, attached data, answers, token counts and the providers' request ids are stored with the notebook."


def cite(asks: Sequence[Asked], play: str) -> str:
    """A methods paragraph and BibTeX entries, one for each model and one for this package.

    asks: all asks of a notebook; counted are those of its conversations, and what was context of these
    play: the provider whose answers are no model's
    Raises UsageError when no model has answered.
    """
    imported: dict[tuple[object, ...], bool] = {}
    distinct: dict[tuple[object, ...], Answer] = {}
    for ask in _used(asks):
        if ask.answer is not None and ask.requested_model.partition(":")[0] != play:
            answer = ask.answer
            # A replayed or imported answer is in several turns, and was asked for once.
            key = (answer.requested_model, answer.request_hash, answer.asked_at, answer.request_id)
            distinct[key] = answer
            imported[key] = imported.get(key, True) and ask.imported
    answers = list(distinct.values())
    if not answers:
        raise UsageError("There is nothing to cite: no model has answered a question of this notebook yet.")
    models = {name: [answer for answer in answers if answer.requested_model == name] for name in _names(answers)}
    incomplete = sum(not answer.complete for answer in answers)
    paragraph = " ".join(
        [
            f"{counted(len(answers), 'question')} {_were(len(answers))} sent to"
            f" {'a language model' if len(models) == 1 else 'language models'} from a Jupyter notebook with"
            f" nbreason {__version__} ({days(answers)}): {'; '.join(map(_model, models.items()))}.",
            *([f"{counted(incomplete, 'answer')} ended early, stopped or cut off."] if incomplete else []),
            *(_imported(sum(imported.values()))),
            STORED,
        ]
    )
    return "\n\n".join([paragraph, *map(_model_entry, models.items()), _entry(answers)])


def _used(asks: Sequence[Asked]) -> Iterable[Asked]:
    """The asks that are part of the conversations now, and all that those were given as context."""
    known = {ask.id: ask for ask in asks}
    used: dict[int, Asked] = {}
    waiting = [ask.id for ask in asks if ask.use == "current"]
    while waiting:
        if (ask := known.get(waiting.pop())) is not None and ask.id not in used:
            used[ask.id] = ask
            waiting += ask.context
    return sorted(used.values(), key=lambda ask: ask.id)


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _imported(number: int) -> list[str]:
    return [f"{counted(number, 'answer')} {_were(number)} imported from another conversation."] if number else []


def days(answers: Iterable[Answer]) -> str:
    """``2026-11-21``, or the first and the last day on which they were asked (UTC)."""
    found = sorted(time.strftime("%Y-%m-%d", time.gmtime(answer.asked_at)) for answer in answers)
    return found[0] if found[0] == found[-1] else f"{found[0]} to {found[-1]}"


def _names(answers: Iterable[Answer]) -> list[str]:
    return sorted({answer.requested_model for answer in answers})


def _model(model: tuple[str, list[Answer]]) -> str:
    """A model as requested and as reported by the provider, the efforts, and how many answers."""
    name, answers = model
    return f"{_word(name)}, {_details(answers)} ({counted(len(answers), 'answer')})"


def _details(answers: Iterable[Answer]) -> str:
    reported = sorted({_word(answer.reported_model) for answer in answers if answer.reported_model})
    efforts = sorted({_word(answer.effort or "provider default") for answer in answers})
    return f"{f'reported as {_either(reported)}, ' if reported else ''}reasoning effort {_either(efforts)}"


def _either(words: list[str]) -> str:
    return " and ".join(words)


def _word(text: str) -> str:
    """A name that a provider or a file gives, on one line."""
    return one_line(text, LONGEST)


def _model_entry(model: tuple[str, list[Answer]]) -> str:
    name, answers = model
    key = re.sub(r"[^A-Za-z0-9.:/-]+", "-", _word(name))
    return _bibtex(
        "misc",
        key,
        {
            "title": f"{{{_plain(_word(name))}}}",
            "note": f"Language model, {_plain(_details(answers))}",
            "year": days(answers)[-10:-6],
        },
    )


def _entry(answers: Iterable[Answer]) -> str:
    """The entry for this package."""
    day = days(answers)[-10:]
    title = "nbreason: reasoning models in Jupyter notebooks"
    return _bibtex(
        "software", "nbreason", {"title": title, "version": __version__, "year": day[:4], "note": f"Used on {day}"}
    )


def _bibtex(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = ",\n".join(f"  {name:7} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}\n}}"


def _plain(text: str) -> str:
    """Words in which nothing is a command of TeX."""
    return re.sub(r"([&%$#_])", r"\\\1", re.sub(r"[\\{}~^]", "", text))

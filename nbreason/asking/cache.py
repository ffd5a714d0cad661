"""Saved answers: what was asked once is not paid for again.

An answer is replayed for exactly the same request.  Where nothing can or may be sent it is also replayed leniently: for
the same question, although the turns above it are others by now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from nbreason.asking.choice import is_open
from nbreason.asking.misses import why
from nbreason.asking.plan import Plan
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.core.question import Place, Question
from nbreason.errors import NoSavedAnswer, Refused
from nbreason.store.conversations import Store
from nbreason.store.replay import ENDING, ReplayFiles
from nbreason.store.saved import SavedAnswer

Found = tuple[Plan, SavedAnswer]
NO_ANSWER = "There is no saved answer to this question"
MOST_VARIANTS = 12
"""Models and efforts of replay files that a question is planned for, the most frequent first."""


class AnswerCache:
    """Finds saved answers: in the store, and in the ``*.reason.json`` files beside the notebook."""

    def __init__(self, store: Store, settings: NBReason, keys: KeySource) -> None:
        self._store = store
        self._settings = settings
        self._keys = keys
        self._files: dict[Path, ReplayFiles] = {}
        self._reported: set[str] = set()

    def lookup(self, question: Question, plan: Callable[[Question], Plan]) -> tuple[Plan, SavedAnswer | None]:
        """The plan of a question, and the saved answer that is to be replayed, or None.

        plan: makes the plan of a question; raises Refused
        Raises NoSavedAnswer when there is none and the setting `replay` says that nothing is to be sent.
        """
        if question.fresh:
            return self._missed(plan(question), "--fresh asks again", ()), None
        if self._settings.replay == "off":
            return plan(question), None
        folder = folder_of(question.place)
        files = self._files.setdefault(folder, ReplayFiles(folder))
        saved = files.read()
        own = [item for item in saved if item.file == f"{Path(question.place.notebook).stem}{ENDING}"] or saved
        unnamed = is_open(question.model, self._settings, self._keys)
        filed = list(self._variants(question, plan, own)) if unnamed else []  # the replay file decides the model
        if (found := self._find(filed, saved, own, lenient=True)) is not None:
            return found
        plans = [planned := plan(question)]
        lenient = planned.obstacle is not None or self._settings.replay != "on"
        if planned.obstacle is not None:  # and the effort
            plans += self._variants(question, plan, [item for item in own if item.model == planned.choice.name])
        if (found := self._find(plans, saved, own, lenient)) is not None:
            return found
        models = {looked_for.choice.name for looked_for in (*filed, *plans)}
        reason = why(question, models, own) if own and (lenient or unnamed) else ""
        return self._missed(planned, reason, files.problems), None

    def _variants(
        self, question: Question, plan: Callable[[Question], Plan], saved: Iterable[SavedAnswer]
    ) -> Iterator[Plan]:
        """The plans for the models that saved answers are of, with their efforts where none is chosen here."""
        effort = question.options.effort or self._settings.effort
        variants = Counter((item.model, effort or item.answer.effort) for item in saved)
        for (model, level), _ in variants.most_common(MOST_VARIANTS):
            with suppress(Refused):  # another provider or other options than there are here
                yield plan(replace(question, model=model, options=replace(question.options, effort=level)))

    def _find(
        self, plans: Sequence[Plan], saved: Sequence[SavedAnswer], own: Sequence[SavedAnswer], lenient: bool
    ) -> Found | None:
        """The answer to one of these requests or, leniently, to one of these questions: of the same cell, else the
        newest.

        saved: the answers of all replay files; own: those of this notebook's
        """
        for planned in plans:
            model, request_hash = planned.choice.name, planned.request.digest
            filed = next((item for item in saved if (item.model, item.request_hash) == (model, request_hash)), None)
            if exact := self._store.saved_answer(model, request_hash) or filed:
                return planned, replayed(exact, saved)
        similar = [(planned, item) for planned in plans for item in self._similar(planned, own)] if lenient else []
        if not similar:
            return None
        planned, item = max(similar, key=lambda found: (same_cell(*found), found[1].answer.asked_at))
        return planned, replayed(item, saved, other_context=True)

    def _similar(self, planned: Plan, own: Sequence[SavedAnswer]) -> Iterator[SavedAnswer]:
        model, question_hash = planned.choice.name, planned.question_hash
        stored = self._store.similar_answer(model, question_hash, planned.question.place.owner)
        yield from [stored] if stored else []
        for item in own:
            if item.model == model and question_hash in (item.question_hash, item.request_hash):
                yield item

    def _missed(self, planned: Plan, reason: str, problems: Sequence[str]) -> Plan:
        """The plan of a question without a saved answer, which says why there is none.

        problems: what of the replay files could not be used; each is told once
        """
        none = NO_ANSWER + (f": {reason}" if reason else "")
        if self._settings.replay == "only":
            unused = "".join(f" {problem}." for problem in problems)
            raise NoSavedAnswer(f"{none}. NBReason.replay is 'only'.{unused} Nothing was sent.")
        if not reason or planned.question.fresh:
            notices = [problem for problem in problems if problem not in self._reported]
            self._reported.update(notices)
            return replace(planned, notices=(*planned.notices, *notices))
        if (obstacle := planned.obstacle) is not None:
            return replace(planned, obstacle=type(obstacle)(f"{none}. {obstacle}"))
        return replace(planned, notices=(*planned.notices, f"{none}. The rehearsal answers in its place."))


def same_cell(planned: Plan, saved: SavedAnswer) -> bool:
    """Whether an answer was given to the cell that asks now."""
    return saved.owner is not None and saved.owner == planned.question.place.owner


def replayed(saved: SavedAnswer, filed: Iterable[SavedAnswer], other_context: bool = False) -> SavedAnswer:
    """A saved answer as it is shown: with its replay file, wherever it was found, and without what was left then."""
    answer, request = saved.answer, (saved.model, saved.request_hash)
    same = (item for item in filed if (item.model, item.request_hash) == request and item.answer.text == answer.text)
    return replace(
        saved,
        answer=replace(
            answer,
            replayed=True,
            replay_file=next((item.file for item in same), ""),
            other_context=other_context,
            balance=None,
            balance_before=None,
            rates=(),
        ),
    )


def folder_of(place: Place) -> Path:
    """The folder of the notebook, or the current folder when the notebook is not known."""
    return Path(place.notebook).parent if place.lasting else Path.cwd()

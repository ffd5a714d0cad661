"""What is asked twice is paid for once: kept answers, and the budget that an ask must fit.

Both are looked at between the plan and the sending, when it is known exactly what would be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nbreason.core.budget import Budget, counts, predict, sum_of, words
from nbreason.core.events import Answer
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place
from nbreason.core.secrets import find
from nbreason.endpoint import key_names
from nbreason.errors import Refused, UsageProblem
from nbreason.keys import cleaned
from nbreason.planning import Plan
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.settings import NBReason
from nbreason.store import ledger
from nbreason.store.replay import Shelf
from nbreason.store.sqlite import Store


class Keeper:
    """Finds kept answers: in the store, and in the ``*.reason.json`` files beside the notebook."""

    def __init__(self, store: Store, settings: NBReason) -> None:
        self._store = store
        self._settings = settings
        self._shelves: dict[Path, Shelf] = {}

    def find(self, planned: Plan) -> Answer | None:
        """The whole answer that this very request has had, or None.

        Raises Refused when the setting says that nothing is to be sent, and there is no kept answer.
        """
        if planned.question.fresh or self._settings.replay == "off":
            return None
        asked, digest = planned.choice.name, planned.request.digest
        shelf = self._shelf(folder_of(planned.question.place))
        found = self._store.kept(asked, digest) or shelf.find(asked, digest)
        if found is not None:
            return replace(found, kept=True, balance=None, balance_before=None, rates=())
        if self._settings.replay == "only":
            problems = " ".join(f"{problem}." for problem in shelf.problems)
            raise Refused(
                f"There is no kept answer to this question, and the setting NBReason.replay is 'only'. {problems}"
                f"{' ' if problems else ''}Nothing was sent."
            )
        return None

    def _shelf(self, folder: Path) -> Shelf:
        return self._shelves.setdefault(folder, Shelf(folder))


def folder_of(place: Place) -> Path:
    """The folder of the notebook, or the current one when the notebook is not known."""
    return Path(place.notebook).parent if place.lasting else Path.cwd()


class Guard:
    """Looks for keys and passwords in a question before it is sent.

    confirm: asks the person whether to send all the same; where nobody can be asked it says no
    """

    def __init__(
        self, settings: NBReason, environment: Mapping[str, str], confirm: Callable[[str], bool] = lambda line: False
    ) -> None:
        self._settings = settings
        self._environment = environment
        self.confirm = confirm

    def known(self) -> list[tuple[str, str]]:
        """Names and values of the configured keys."""
        names = {name for provider in providers().values() for name in (*provider.keys, *self._own_names(provider))}
        values = {name: cleaned(self._environment.get(name, "")) for name in sorted(names)}
        return [(name, value) for name, value in values.items() if value]

    def _own_names(self, provider: Provider) -> tuple[str, ...]:
        try:
            return key_names(provider, self._settings)
        except Refused:  # a setting that cannot be used is told when that provider is asked
            return ()

    def findings(self, planned: Plan) -> list[str]:
        """What was found in the question itself (earlier turns have been sent before), in words; never the values."""
        known = self.known()
        found = []
        for part in (*planned.question.parts, Text(planned.question.system)):
            text = part.alt if isinstance(part, Image) else part.text
            where = f"in {part.source}" if part.source else "in the question"
            found += [f"{finding.what} {where}" for finding in find(text, known)]
        return list(dict.fromkeys(found))

    def insist(self, planned: Plan) -> None:
        """Raise Refused when a secret is found, unless the setting or the person says otherwise."""
        if self._settings.secrets == "off" or not (found := self.findings(planned)):
            return
        what = ", ".join(found)
        if self._settings.secrets == "ask" and self.confirm(f"This would send {what}. Send it all the same?"):
            return
        raise Refused(
            f"This would send {what}. Take it out, or switch this check off in this kernel with"
            " %config NBReason.secrets = 'off'. Nothing was sent."
        )


@dataclass(frozen=True)
class Limit:
    """One budget in force, and what of it is spent, in its unit.

    known: whether that is reported at all
    set_by: who has set it, as the end of a sentence; empty: this notebook
    """

    budget: Budget
    spent: float
    known: bool
    set_by: str = ""

    @property
    def left(self) -> float:
        """What may still be spent."""
        return max(0.0, self.budget.amount - self.spent)

    @property
    def share(self) -> float:
        """How much of it is spent, 0 and up."""
        return self.spent / self.budget.amount if self.budget.amount else 1.0

    def __str__(self) -> str:
        head = f"The budget of this notebook is {self.budget}{self.set_by}"
        if not self.known:
            return f"{head}; what was spent of it is not reported."
        unit = self.budget.unit
        return f"{head}; {words(self.spent, unit)} of it are spent, {words(self.left, unit)} are left."


class Purse:
    """The budgets of each notebook: its own, that of the configuration, and that of the settings of this kernel.

    All of them hold, so that a notebook can lower what the configuration says, and not raise it.
    """

    def __init__(self, store: Store, settings: NBReason, clock: Callable[[], float]) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def limits(self, place: Place) -> list[Limit]:
        """What is in force; the one that is nearest to its end first.  Raises Refused for a setting that is none."""
        with self._store.database.read() as db:
            own = ledger.budget(db, place.notebook)
        given = [(*own, "")] if own else []
        configured, now = self._settings.configured_budget, self._settings.budget
        given += [(budget, 0.0, " by the configuration") for budget in self._parsed(configured)]
        given += [(budget, 0.0, " by the settings") for budget in self._parsed(now) if now != configured]
        limits = [self._limit(place, *one) for one in given]
        return sorted(limits, key=lambda limit: -limit.share)

    def set(self, place: Place, budget: Budget | None) -> None:
        """Set the budget of a notebook; spending counts from now on."""
        with self._store.database.write() as db:
            ledger.set_budget(db, place.notebook, budget, self._clock())

    def share(self, place: Place) -> float | None:
        """How much of the budget is spent, 0 and up; None when there is none, or nobody tells."""
        return next((limit.share for limit in self.limits(place) if limit.known), None)

    def insist(self, planned: Plan) -> None:
        """Raise Refused when the ask would exceed a budget, as far as that can be told beforehand."""
        limits = self.limits(planned.question.place)
        before = self._before(planned) if limits else []
        for limit in limits:
            self._insist(limit, planned, before)

    def _insist(self, limit: Limit, planned: Plan, before: list[Answer]) -> None:
        unit = limit.budget.unit
        if not reports(planned.choice.provider, unit) and not (before and sum_of(before).tells(unit)):
            raise Refused(
                f"The budget of this notebook is {limit.budget}{limit.set_by}, and {planned.choice.provider.title} does"
                f" not report {'USD' if unit == 'usd' else unit}, so that it could not be kept: %nbreason budget"
                " 20000 tokens sets one that can. Nothing was sent."
            )
        about = predict(unit, planned.request.estimate, before)
        if limit.left > 0 and about <= limit.left:
            return
        raise Refused(
            f"The budget of this notebook is {limit.budget}{limit.set_by}: {words(limit.left, unit)} are left, and this"
            f" ask would take about {words(about, unit)}. %nbreason budget shows and sets it. Nothing was sent."
        )

    def _parsed(self, text: str) -> list[Budget]:
        try:
            budget = Budget.parse(text)
        except UsageProblem as problem:
            raise Refused(f"NBReason.budget is {text!r}. {problem} Nothing was sent.") from None
        return [budget] if budget else []

    def _limit(self, place: Place, budget: Budget, since: float, set_by: str) -> Limit:
        with self._store.database.read() as db:
            spent = ledger.total(ledger.answers(db, place.notebook, since))
        return Limit(budget, spent.amount(budget.unit), spent.tells(budget.unit), set_by)

    def _before(self, planned: Plan) -> list[Answer]:
        with self._store.database.read() as db:
            spent = ledger.answers(db, planned.question.place.notebook, model=planned.choice.name)
        return [item.answer for item in spent][-20:]


def reports(provider: Provider, unit: str) -> bool:
    """Whether a provider tells what was spent in that unit; one that needs no key is taken to cost nothing."""
    return unit == "tokens" or bool(provider.placeholder) or any(counts(name, unit) for name in provider.cost_units)

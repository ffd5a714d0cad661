"""Budgets: what an ask may cost, looked at before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from nbreason.asking.plan import Plan
from nbreason.config.settings import NBReason
from nbreason.core.budget import Budget, counts, predict, sum_of, words
from nbreason.core.events import Answer
from nbreason.core.question import Place
from nbreason.errors import Refused, UsageError
from nbreason.providers.base import Provider
from nbreason.store import ledger
from nbreason.store.ledger import Spent
from nbreason.store.sqlite import Store


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

    @property
    def setting(self) -> str:
        """What to change for another one, where that is not the budget of the notebook: all of them hold."""
        return f"NBReason.budget{self.set_by.replace(' by ', ' in ')}" if self.set_by else ""

    def __str__(self) -> str:
        head = f"The budget of this notebook is {self.budget}{self.set_by}"
        if not self.known:
            return f"{head}; what was spent of it is not reported."
        unit = self.budget.unit
        return f"{head}; {words(self.spent, unit)} of it are spent, {words(self.left, unit)} are left."


def limit_of(budget: Budget, since: float, set_by: str, spent: Sequence[Spent]) -> Limit:
    """A budget, and what was spent of it since a time."""
    counted = ledger.total(item for item in spent if item.asked_at >= since)
    return Limit(budget, counted.amount(budget.unit), counted.tells(budget.unit), set_by)


class BudgetTracker:
    """The budgets of each notebook: its own, that of the configuration, and that of the settings of this kernel.

    All of them hold, so that a notebook can lower what the configuration says, and not raise it.

    earlier: stores of this kernel from before the setting `save` was changed, in which something was spent
    """

    def __init__(
        self, store: Store, settings: NBReason, clock: Callable[[], float], earlier: Sequence[Store] = ()
    ) -> None:
        by_place = {place_of(each): each for each in (*earlier, store)}
        self._stores = [store, *(each for place, each in by_place.items() if place != place_of(store))]
        self._settings = settings
        self._clock = clock
        self._under_way: dict[int, Plan] = {}

    def begin(self, turn: int, planned: Plan) -> None:
        """An ask is under way; what it will take counts until it has ended."""
        self._under_way[turn] = planned

    def end(self, turn: int) -> None:
        """It has ended, and what it took is written down."""
        self._under_way.pop(turn, None)

    def limits(self, place: Place) -> list[Limit]:
        """What is in force; the one that is nearest to its end first.  Raises Refused for a setting that is none."""
        return self._look(place)[0]

    def set(self, place: Place, budget: Budget | None) -> None:
        """Set the budget of a notebook; spending counts from now on."""
        for store in self._stores:
            with store.database.write() as db:
                ledger.set_budget(db, place.notebook, budget, self._clock())

    def share(self, place: Place) -> float | None:
        """How much of the budget is spent, 0 and up; None when there is none, or nobody tells."""
        return next((limit.share for limit in self.limits(place) if limit.known), None)

    def insist(self, planned: Plan) -> None:
        """Raise Refused when the ask would exceed a budget, as far as that can be told beforehand."""
        limits, spent = self._look(planned.question.place)
        notebook = planned.question.place.notebook
        others = [other for other in self._under_way.values() if other.question.place.notebook == notebook]
        for limit in limits:
            taken = sum(self._about(limit, other, spent) for other in others)
            self._insist(replace(limit, spent=limit.spent + taken), planned, spent)

    def _about(self, limit: Limit, planned: Plan, spent: Sequence[Spent]) -> float:
        """What an ask will take of a budget, from what the last answers of its model took."""
        return predict(limit.budget.unit, planned.request.estimate, of_model(planned, spent))

    def _insist(self, limit: Limit, planned: Plan, spent: Sequence[Spent]) -> None:
        unit, before = limit.budget.unit, of_model(planned, spent)
        if not reports(planned.choice.provider, unit) and not (before and sum_of(before).tells(unit)):
            way = "%nbreason budget 20000 tokens sets one that can"
            if limit.setting:
                way = f"ask a model whose provider reports that, or change {limit.setting}"
            title, what = planned.choice.provider.title, "USD" if unit == "usd" else unit
            raise Refused(
                f"The budget of this notebook is {limit.budget}{limit.set_by}, and {title} does not report {what}, so"
                f" that it could not be kept: {way}. Nothing was sent."
            )
        about = self._about(limit, planned, spent)
        if limit.left > 0 and about <= limit.left:
            return
        way = f"shows it, and {limit.setting} sets it" if limit.setting else "shows and sets it"
        raise Refused(
            f"The budget of this notebook is {limit.budget}{limit.set_by}: {words(limit.left, unit)} are left, and this"
            f" ask would take about {words(about, unit)}. %nbreason budget {way}. Nothing was sent."
        )

    def _look(self, place: Place) -> tuple[list[Limit], list[Spent]]:
        """What is in force, and what was spent in this notebook: read once, and only where there is a budget."""
        given = [*((*own, "") for own in self._own(place)), *self._set_elsewhere()]
        spent: list[Spent] = []
        for store in self._stores if given else ():
            with store.database.read() as db:
                spent += ledger.answers(db, place.notebook)
        limits = [limit_of(*one, spent) for one in given]
        return sorted(limits, key=lambda limit: -limit.share), spent

    def _own(self, place: Place) -> list[tuple[Budget, float]]:
        """The budget that this notebook has set, and when; at most one."""
        for store in self._stores:
            with store.database.read() as db:
                if own := ledger.budget(db, place.notebook):
                    return [own]
        return []

    def _set_elsewhere(self) -> list[tuple[Budget, float, str]]:
        """The budgets of the configuration and of the settings, the time from which they count, and who set them."""
        configured, now = self._settings.configured_budget, self._settings.budget
        found = [(budget, 0.0, " by the configuration") for budget in self._parsed(configured)]
        return found + [(budget, 0.0, " by the settings") for budget in self._parsed(now) if now != configured]

    def _parsed(self, text: str) -> list[Budget]:
        try:
            budget = Budget.parse(text)
        except UsageError as problem:
            raise Refused(f"NBReason.budget is {text!r}. {problem} Nothing was sent.") from None
        return [budget] if budget else []


def place_of(store: Store) -> object:
    """What tells two stores apart: where they are on disk; each in memory is one of its own."""
    return store.location if store.on_disk else id(store)


def of_model(planned: Plan, spent: Sequence[Spent]) -> list[Answer]:
    """The last answers of the model that a plan asks."""
    return [item.answer for item in spent if item.asked == planned.choice.name][-20:]


def reports(provider: Provider, unit: str) -> bool:
    """Whether a provider tells what was spent in that unit; one that needs no key is taken to cost nothing."""
    return unit == "tokens" or bool(provider.placeholder) or any(counts(name, unit) for name in provider.cost_units)

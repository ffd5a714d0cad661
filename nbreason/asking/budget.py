"""Budgets: checked before an ask is sent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from nbreason.asking.plan import Plan
from nbreason.config.settings import NBReason
from nbreason.core.budget import Budget, amount_in_words, counts, predict, rate, size_of
from nbreason.core.events import Answer
from nbreason.core.question import Place
from nbreason.core.usage import Money
from nbreason.errors import Refused, UsageError
from nbreason.store.conversations import Store
from nbreason.store.ledger import Spent, total


@dataclass(frozen=True)
class Limit:
    """One budget in force, and how much of it is spent, in its unit.

    reported: whether what was spent is known at all
    estimated: the part of it that is estimated, for asks whose cost is not known, by what others of their model cost
    set_by:   who has set it, as the end of a sentence; empty: this notebook
    """

    budget: Budget
    spent: float
    reported: bool
    set_by: str = ""
    estimated: float = 0.0

    @property
    def left(self) -> float:
        """What may still be spent."""
        return max(0.0, self.budget.amount - self.spent)

    @property
    def share(self) -> float:
        """How much of it is spent: 0 is nothing, 1 all of it."""
        return self.spent / self.budget.amount if self.budget.amount else 1.0

    @property
    def setting(self) -> str:
        """The setting that changes it, where it is not the budget of the notebook."""
        return f"NBReason.budget{self.set_by.replace(' by ', ' in ')}" if self.set_by else ""

    def __str__(self) -> str:
        head = f"The budget of this notebook is {self.budget}{self.set_by}"
        if not self.reported:
            return f"{head}; what was spent is not reported."
        unit = self.budget.unit
        some = f" (of that {amount_in_words(self.estimated, unit)} estimated)" if self.estimated else ""
        return f"{head}; {amount_in_words(self.spent, unit)} spent{some}, {amount_in_words(self.left, unit)} left."


def limit_of(budget: Budget, since: float, set_by: str, spent: Sequence[Spent]) -> Limit:
    """A budget, and what was spent since it counts (seconds since 1970)."""
    known, unit = total(item for item in spent if item.asked_at >= since), budget.unit
    estimated = 0.0 if unit == "tokens" else unknown_costs(unit, since, spent)
    return Limit(budget, known.amount(unit) + estimated, known.reports(unit) or estimated > 0, set_by, estimated)


def unknown_costs(unit: str, since: float, spent: Sequence[Spent]) -> float:
    """An estimate of what asks since then cost whose cost is not known: by the other asks of the model, else by how far
    the balance has fallen since the ask before, which may hold more than the one."""
    models = {item.requested_model for item in spent}
    rates = {name: rate(unit, _answers_of_model(name, spent)) for name in models}
    left: dict[str, Money | None] = {}
    estimated = 0.0
    for item in spent:
        before, after = left.get(item.provider), item.answer.balance
        if item.answer.cost is None and item.asked_at >= since:
            estimated += size_of(item.answer) * rates[item.requested_model] or _fallen(unit, before, after)
        left[item.provider] = after or before
    return estimated


def _fallen(unit: str, before: Money | None, after: Money | None) -> float:
    """By how much a balance in that unit has fallen; 0 where it is not known, or has risen."""
    if before is None or after is None or before.unit != after.unit or not counts(after.unit, unit):
        return 0.0
    return max(0.0, before.amount - after.amount)


class BudgetTracker:
    """The budgets of each notebook: its own, that of the configuration, and that of the settings of this kernel.

    All of them hold, so that a notebook can lower the budget of the configuration and not raise it.

    earlier: stores of this kernel from before the setting `save` was changed, in which something was spent
    """

    def __init__(self, store: Store, settings: NBReason, earlier: Sequence[Store] = ()) -> None:
        by_place = {_place_of(each): each for each in (*earlier, store)}
        self._stores = [store, *(each for place, each in by_place.items() if place != _place_of(store))]
        self._settings = settings
        self._under_way: dict[int, Plan] = {}

    def begin(self, turn: int, planned: Plan) -> None:
        """An ask has begun; its estimated cost counts until it ends."""
        self._under_way[turn] = planned

    def end(self, turn: int) -> None:
        """An ask has ended, and its cost is in the store."""
        self._under_way.pop(turn, None)

    def limits(self, place: Place) -> list[Limit]:
        """The budgets in force, the one nearest to its limit first.  Raises Refused for an invalid setting."""
        return self._limits_and_spending(place)[0]

    def set(self, place: Place, budget: Budget | None) -> None:
        """Set the budget of a notebook; spending counts from now on."""
        for store in self._stores:
            store.set_budget(place.notebook, budget)

    def share(self, place: Place) -> float | None:
        """How much of the budget is spent, 0 to 1 and above; None without one, or when it is not reported."""
        return next((limit.share for limit in self.limits(place) if limit.reported), None)

    def check(self, planned: Plan) -> None:
        """Raise Refused when the ask would exceed a budget, as far as that can be estimated."""
        limits, spent = self._limits_and_spending(planned.question.place)
        notebook = planned.question.place.notebook
        others = [other for other in self._under_way.values() if other.question.place.notebook == notebook]
        for limit in limits:
            taken = sum(self._estimate(limit, other, spent) for other in others)
            self._check(replace(limit, spent=limit.spent + taken), planned, spent)

    def _estimate(self, limit: Limit, planned: Plan, spent: Sequence[Spent]) -> float:
        """What an ask will take of a budget, estimated from the last answers of its model, else by list prices."""
        unit, before = limit.budget.unit, _answers_of_model(planned.choice.name, spent)
        if unit == "usd" and not rate(unit, before) and (prices := planned.choice.prices):
            return planned.request.estimate * prices.sent
        return predict(unit, planned.request.estimate, before)

    def warnings(self, planned: Plan) -> list[str]:
        """What to say about budgets under which a plan like this one would be refused, whatever is left."""
        limits, spent = self._limits_and_spending(planned.question.place)
        before, provider = _answers_of_model(planned.choice.name, spent), planned.choice.provider
        return [
            f"{planned.choice.name} cannot be asked under the budget of {limit.budget}, because {provider.title} does"
            f" not report {_unit_in_words(limit)}."
            for limit in limits
            if not can_be_known(planned, limit.budget.unit, before)
        ]

    def _check(self, limit: Limit, planned: Plan, spent: Sequence[Spent]) -> None:
        unit, before = limit.budget.unit, _answers_of_model(planned.choice.name, spent)
        provider, head = planned.choice.provider, f"The budget of this notebook is {limit.budget}{limit.set_by}"
        if not can_be_known(planned, unit, before):
            what = _unit_in_words(limit)
            way = "set one in tokens, for instance %nbreason budget 20000 tokens"
            if limit.setting:
                way = f"ask a model whose provider reports {what}, or change {limit.setting}"
            raise Refused(
                f"{head}, and cannot be enforced because {provider.title} does not report {what}: {way}."
                " Nothing was sent."
            )
        about = self._estimate(limit, planned, spent)
        if limit.left > 0 and about <= limit.left:
            return
        way = f"shows it, and {limit.setting} sets it" if limit.setting else "shows and sets it"
        left, needed = amount_in_words(limit.left, unit), f"about {amount_in_words(about, unit)}"
        if unit == "usd" and not rate(unit, before):
            needed = planned.outlook or needed
        raise Refused(
            f"{head}: {left} left, and this ask would take {needed}. %nbreason budget {way}. Nothing was sent."
        )

    def _limits_and_spending(self, place: Place) -> tuple[list[Limit], list[Spent]]:
        """The budgets in force, and what was spent in this notebook, read only where there is a budget."""
        given = [*((*own, "") for own in self._own(place)), *self._configured()]
        stores = self._stores if given else []
        spent = [item for store in stores for item in store.spending(place.notebook)]
        limits = [limit_of(*one, spent) for one in given]
        return sorted(limits, key=lambda limit: -limit.share), spent

    def _own(self, place: Place) -> list[tuple[Budget, float]]:
        """The budget that this notebook has set, and when; at most one."""
        found = (store.budget(place.notebook) for store in self._stores)
        return list(islice(filter(None, found), 1))

    def _configured(self) -> list[tuple[Budget, float, str]]:
        """The budgets of the configuration and of the settings, the time since they count, and who set them."""
        configured, now = self._settings.configured_budget, self._settings.budget
        found = [(budget, 0.0, " by the configuration") for budget in self._parsed(configured)]
        return found + [(budget, 0.0, " by the settings") for budget in self._parsed(now) if now != configured]

    def _parsed(self, text: str) -> list[Budget]:
        try:
            budget = Budget.parse(text)
        except UsageError as problem:
            raise Refused(f"NBReason.budget is {text!r}. {problem} Nothing was sent.") from None
        return [budget] if budget else []


def _place_of(store: Store) -> object:
    """The same for two stores over one file; each store in memory is different."""
    return os.path.realpath(store.location) if store.on_disk else id(store)


def _answers_of_model(name: str, spent: Sequence[Spent]) -> list[Answer]:
    """The last twenty answers of a model, ``provider:model``."""
    return [item.answer for item in spent if item.requested_model == name][-20:]


def _unit_in_words(limit: Limit) -> str:
    return "USD" if limit.budget.unit == "usd" else limit.budget.unit


def can_be_known(planned: Plan, unit: str, before: Sequence[Answer]) -> bool:
    """Whether what an ask costs in that unit can be known; a server that is sent no key is taken to be free.

    before: earlier answers of the model, which tell more than what is written about its provider
    """
    provider = planned.choice.provider
    if unit == "tokens" or (provider.placeholder and not (planned.key and planned.key.source)):
        return True
    told = [answer.cost for answer in before]
    told += [answer.balance for answer in before if provider.by_balance]
    if any(money and counts(money.unit, unit) for money in told):
        return True
    units = [*provider.cost_units, *(("USD",) if planned.choice.prices else ())]
    return any(counts(name, unit) for name in units) and not any(answer.complete for answer in before)

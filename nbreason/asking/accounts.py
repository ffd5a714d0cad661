"""What an ask cost by two balances of its account: what was left before it, less what is left after it.

A difference is told only where it can be this ask's alone: nothing else of the account was under way in between, in
this kernel or in another one that shares the store, and the balance has fallen by about as much as other asks of the
model cost.  What other machines ask of the same account meanwhile cannot be seen from here.
"""

from __future__ import annotations

import math
import statistics
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from nbreason.asking.plan import Plan
from nbreason.config.secret import Secret
from nbreason.core.budget import size_of
from nbreason.core.events import Answer
from nbreason.core.usage import Money
from nbreason.errors import StoreError
from nbreason.providers import providers
from nbreason.store.conversations import Store

LATE = 600.0
"""Seconds in which a stopped or lost ask may still be charged: as long as a model thinks about one question."""
OLD = 3600.0
"""Seconds after which a balance no longer counts as the one before an ask."""
ODD = 10.0
"""How many times more or less than usual for its tokens an ask may cost: a token out costs about five in."""


@dataclass
class Account:
    """One account and the asks that it is charged for.

    left:      the balance after the last ask; None where it does not hold that ask's whole cost and nothing else
    since:     when that ask began, in seconds since 1970
    under_way: turns that may be charged, each with the time until which
    crowded:   turns during which another one was under way
    """

    left: Money | None = None
    since: float = 0.0
    under_way: dict[int, float] = field(default_factory=dict)
    crowded: set[int] = field(default_factory=set)


class Accounts:
    """The accounts that a session has asked, each with its address and key."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: list[tuple[tuple[str, str], Secret | None, Account]] = []
        self._begun: dict[int, float] = {}

    def begin(self, turn: int, planned: Plan) -> None:
        """An ask has begun."""
        if not planned.choice.provider.by_balance:
            return
        with self._lock:
            account, now = self._account(planned), self._clock()
            others = {other: until for other, until in account.under_way.items() if until > now}
            if others:
                account.crowded |= {*others, turn}
            account.under_way = {**others, turn: math.inf}
            self._begun[turn] = now

    def end(self, turn: int, planned: Plan, answer: Answer, free: bool) -> Money | None:
        """An ask has ended; returns what it cost by the balances, or None where that cannot be told.

        free: whether nothing was spent
        """
        if not planned.choice.provider.by_balance:
            return None
        with self._lock:
            account, now = self._account(planned), self._clock()
            alone = account.under_way.pop(turn, 0.0) == math.inf and turn not in account.crowded
            account.crowded.discard(turn)
            before, since = account.left, account.since
            if (after := answer.balance) is None:
                if not free:
                    account.left = None
                    account.under_way[turn] = now + LATE
                return None
            account.left, account.since = after if alone else None, self._begun.get(turn, now)
        if free or before is None or not alone or before.unit != after.unit or now - since > OLD:
            return None
        cost = Money(round(before.amount - after.amount, 9), after.unit)  # 41.7 - 41.4 is 0.30000000000000426
        try:
            fits = cost.amount > 0 and not self._others(planned, since) and self._is_usual(planned, answer, cost)
        except StoreError:
            return None
        return cost if fits else None

    def _account(self, planned: Plan) -> Account:
        """The account of a plan: the same provider at the same address with the same key."""
        place = planned.choice.provider.charged, planned.endpoint.base
        for known, key, account in self._known:
            if known == place and (key is planned.key or (key and planned.key and key.same_as(planned.key))):
                return account
        self._known.append((place, planned.key, Account()))
        return self._known[-1][2]

    def _others(self, planned: Plan, since: float) -> bool:
        """Whether another kernel asked the same provider since then, as far as the store knows."""
        account = planned.choice.provider.charged
        names = {provider.name for provider in providers().values() if provider.charged == account}
        return bool(self._store.under_way_since(since - 1, names) - self._begun.keys())

    def _is_usual(self, planned: Plan, answer: Answer, cost: Money) -> bool:
        """Whether the model's other asks cost about as much for their tokens; True for its first three."""
        before = [item.answer for item in self._store.spending(model=planned.choice.name, newest=20)]
        known = [(one.cost, size_of(one)) for one in before if one.cost and one.cost.unit == cost.unit]
        shares = [money.amount / tokens for money, tokens in known if tokens]
        usual = statistics.median(shares) * size_of(answer) if len(shares) >= 3 else 0.0
        return not usual or usual / ODD <= cost.amount <= usual * ODD

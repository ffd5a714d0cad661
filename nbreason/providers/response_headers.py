"""What the headers of a response report: cost, balance, rate limits, the id of the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbreason.core.events import BalanceSeen, CostSeen, Event, RateSeen
from nbreason.core.usage import Money, amount
from nbreason.providers.base import Provider


def events(provider: Provider, headers: Mapping[str, str]) -> Iterator[Event]:
    """Cost, balance and rate limits, as this provider names them.

    headers: names in lower case
    """
    for names, event in ((provider.cost_headers, CostSeen), (provider.balance_headers, BalanceSeen)):
        for name in names:
            if (value := amount(headers.get(name))) is not None:
                yield event(Money(value, provider.unit))
                break
    budget, spent = (amount(headers.get(name)) for name in provider.budget_headers or ("", ""))
    if budget is not None and spent is not None:
        yield BalanceSeen(Money(budget - spent, provider.unit))
    for what, name in provider.rate_headers:
        if (left := amount(headers.get(name))) is not None:
            yield RateSeen(what, int(left))


def request_id(provider: Provider, headers: Mapping[str, str]) -> str | None:
    """The provider's id of the request; None if it sends none."""
    return next((headers[name] for name in provider.request_id_headers if headers.get(name)), None)

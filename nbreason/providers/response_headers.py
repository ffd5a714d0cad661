"""What the headers of a response report: cost, balance, rate limits, the id of the request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nbreason.core.events import BalanceSeen, CostSeen, Event, RateSeen
from nbreason.core.usage import Money, amount, spent
from nbreason.providers.base import Provider


def events(provider: Provider, headers: Mapping[str, str]) -> Iterator[Event]:
    """Cost, balance and rate limits, as this provider names them.

    headers: names in lower case.  Those of a stream are sent before the answer is made, so they hold no cost of it
    """
    streamed = headers.get("content-type", "").startswith("text/event-stream")
    cost = None if streamed else _first(spent(headers.get(name)) for name in provider.cost_headers)
    left = _first(amount(headers.get(name)) for name in provider.balance_headers)
    budget, used = (amount(headers.get(name)) for name in provider.budget_headers or ("", ""))
    if left is None and budget is not None and used is not None:
        left = budget - used
    if cost is not None:
        yield CostSeen(Money(cost, provider.unit))
    if left is not None:
        yield BalanceSeen(Money(left, provider.unit))
    for what, name in provider.rate_headers:
        if (left := amount(headers.get(name))) is not None:
            yield RateSeen(what, int(left))


def _first(values: Iterable[float | None]) -> float | None:
    return next((value for value in values if value is not None), None)


def request_id(provider: Provider, headers: Mapping[str, str]) -> str | None:
    """The provider's id of the request; None if it sends none."""
    return next((headers[name] for name in provider.request_id_headers if headers.get(name)), None)

"""List prices: what an ask costs by them, and how they are told before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from nbreason.core.models import DESCRIBED, ModelFacts, Source
from nbreason.core.prices import list_prices
from nbreason.core.usage import Money, Usage

O3 = {"price_in": 2e-6, "price_out": 8e-6}


def facts(as_of: str = "2025-11-17", **prices: Any) -> ModelFacts:
    return ModelFacts(**prices, sources={"price_in": Source("a list", "list", as_of)})


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(1000, 500), 0.006),
        (Usage(1000, 500, 400), 0.006),
        (Usage(1000, 500, None, 400), 0.0054),
        (Usage(1000, 500, None, 5000), 0.0045),  # more cached than sent is all of it
        (Usage(0, 0), 0),
        (Usage(1000, None), None),
        (Usage(None, 500), None),
    ],
)
def test_a_cost_is_tokens_times_prices_where_both_are_known(usage: Usage, cost: float | None) -> None:
    prices = list_prices(facts(**O3, price_cached=5e-7))
    assert prices is not None
    assert prices.cost(usage) == (None if cost is None else Money(pytest.approx(cost), "USD"))


@pytest.mark.parametrize("wrong", [-1, -2e-6, None, float("nan"), float("inf"), "much", True])
def test_a_price_that_is_none_is_not_known(wrong: object) -> None:
    for name in O3:
        assert list_prices(facts(**{**O3, name: wrong})) is None


def test_cached_tokens_without_a_price_of_their_own_cost_what_others_do() -> None:
    prices = list_prices(facts(**O3))
    assert prices is not None
    assert prices.cost(Usage(1000, 0, None, 1000)) == Money(pytest.approx(0.002), "USD")


def test_a_price_beyond_all_prices_is_cut() -> None:
    prices = list_prices(facts(price_in=1e9, price_out=0))
    assert prices is not None
    assert (1.0, 0.0) == (prices.sent, prices.out)


@pytest.mark.parametrize(
    ("given", "most", "words"),
    [
        ({}, 100_000, "about $0.0004 in, at most $0.80 out (list prices of 17 Nov 2025)"),
        ({}, None, "about $0.0004 in, $8.00 for a million tokens out (list prices of 17 Nov 2025)"),
        ({"price_in": 0, "price_out": 0}, 100_000, "free (list prices of 17 Nov 2025)"),
        ({"price_in": 0}, 10, "about $0.00 in, at most $0.00008 out (list prices of 17 Nov 2025)"),
        ({"as_of": ""}, 100_000, "about $0.0004 in, at most $0.80 out (list prices of a list)"),
        ({"as_of": "yesterday"}, 100_000, "about $0.0004 in, at most $0.80 out (list prices of a list)"),
    ],
)
def test_what_an_ask_will_cost_is_told_with_the_day_of_the_prices(
    given: dict[str, Any], most: int | None, words: str
) -> None:
    prices = list_prices(facts(**{**O3, **given}))
    assert prices is not None
    assert words == prices.outlook(200, most)


def test_prices_of_this_year_are_told_without_it_and_those_of_the_settings_by_their_name() -> None:
    today = date.today()
    prices, own = list_prices(facts(today.isoformat(), **O3)), list_prices(ModelFacts().override(O3))
    assert prices is not None
    assert own is not None
    assert (prices.said.endswith(str(today.year)), own.said) == (False, "list prices of NBReason.models")
    assert list_prices(ModelFacts(**O3)).said == f"list prices of {DESCRIBED.name}"  # type: ignore[union-attr, arg-type]

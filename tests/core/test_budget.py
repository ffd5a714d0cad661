"""Budgets: how they are written, what counts against them, and what an ask will take."""

from __future__ import annotations

import pytest

from nbreason.core.budget import Budget, Spending, predict, rate, sum_of
from nbreason.core.events import Answer
from nbreason.core.usage import Money, Usage
from nbreason.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20,000 tokens", Budget(20_000, "tokens")),
        ("1 token", Budget(1, "tokens")),
        ("3 credits", Budget(3, "credits")),
        ("2.50 usd", Budget(2.5, "usd")),
        ("$5", Budget(5, "usd")),
        (".5 USD", Budget(0.5, "usd")),
        ("off", None),
        ("", None),
    ],
)
def test_a_budget_is_a_number_with_its_unit(text: str, expected: Budget | None) -> None:
    assert expected == Budget.parse(text)


@pytest.mark.parametrize("text", ["5", "five usd", "-1 usd", "5 euros", "nan usd", "usd", "5 usd 3"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match=r"20000 tokens, 5 credits, 2\.50 usd, or off"):
        Budget.parse(text)


def test_money_counts_by_its_unit_and_only_where_it_was_reported() -> None:
    spending = Spending()
    for cost in (Money(0.5, "credits"), Money(2, "play credits"), Money(0.01, "USD"), None):
        spending = spending.plus(Answer("x", cost=cost))
    assert (2.5, 0.01) == (spending.amount("credits"), spending.amount("usd"))


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ([], ""),
        ([None, None], "not reported"),
        ([Money(0.00012, "USD"), Money(1, "credits")], "$0.00012, 1 credit"),
        ([Money(0.3, "credits"), None], "0.3 credits, 1 ask not reported"),
        ([Money(0.3, "credits"), None, None], "0.3 credits, 2 asks not reported"),
    ],
)
def test_a_sum_says_how_many_asks_it_lacks(costs: list[Money | None], words: str) -> None:
    assert words == str(sum_of(Answer("x", cost=cost) for cost in costs))


def test_a_sum_with_list_prices_is_marked() -> None:
    known = Answer("x", cost=Money(0.3, "credits"), cost_source="balance")
    listed = Answer("x", cost=Money(0.012, "USD"), cost_source="list price")
    assert str(sum_of([known, listed, known])) == "≈ $0.012, 0.6 credits"


def test_an_ask_whose_cost_is_not_known_does_not_make_the_next_one_look_cheap() -> None:
    known = Answer(usage=Usage(100, 300), cost=Money(4, "credits"))
    assert rate("credits", [known, Answer(usage=Usage(100, 300))]) == pytest.approx(0.01)
    assert predict("credits", 100, [known, Answer(usage=Usage(100, 300))]) == pytest.approx(4)


def test_a_rate_is_that_of_the_estimates_also_where_other_tokens_are_reported() -> None:
    """Some providers weight their tokens: what is compared is known of every ask before it is sent."""
    weighted = Answer(estimate=100, usage=Usage(7, 300), cost=Money(4, "credits"))
    assert predict("credits", 100, [weighted]) == pytest.approx(4)


def test_tokens_that_were_not_reported_count_as_estimated() -> None:
    assert 100 + 1 == Spending().plus(Answer("four", estimate=100)).tokens
    assert 7 + 2 == Spending().plus(Answer("four", estimate=100, usage=Usage(7, 2))).tokens


def test_an_ask_is_expected_to_take_what_earlier_answers_took() -> None:
    before = [Answer(usage=Usage(100, 300), cost=Money(4, "credits"))]
    assert 400 == predict("tokens", 100, before)
    assert 4 == pytest.approx(predict("credits", 100, before))
    assert 100 == predict("tokens", 100, [])
    assert 0 == predict("usd", 100, [])

"""Budgets: how they are written, what counts against them, and what an ask will take."""

from __future__ import annotations

import pytest

from nbreason.core.budget import Budget, Spending, predict
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


def test_tokens_that_were_not_reported_count_as_estimated() -> None:
    assert 100 + 1 == Spending().plus(Answer("four", estimate=100)).tokens
    assert 7 + 2 == Spending().plus(Answer("four", estimate=100, usage=Usage(7, 2))).tokens


def test_an_ask_is_expected_to_take_what_earlier_answers_took() -> None:
    before = [Answer(usage=Usage(100, 300), cost=Money(4, "credits"))]
    assert 400 == predict("tokens", 100, before)
    assert 4 == pytest.approx(predict("credits", 100, before))
    assert 100 == predict("tokens", 100, [])
    assert 0 == predict("usd", 100, [])

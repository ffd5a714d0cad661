"""Tokens and money: unknown is never zero."""

from __future__ import annotations

import pytest

from nbreason.core.usage import CostSource, Money, Usage, amount, cost_in_words, short, spent


@pytest.mark.parametrize(
    ("usage", "reported"),
    [
        (Usage(), False),
        (Usage(reasoning=5), False),
        (Usage(input=0), True),
        (Usage(output=0), True),
        (Usage(1, 2, 3), True),
    ],
)
def test_zero_is_a_report_and_none_is_not(usage: Usage, reported: bool) -> None:
    assert reported == usage.reported


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (0.00004, "0.00004"),
        (0.000123, "0.00012"),
        (1e-30, "1e-30"),
        (0.0005, "0.0005"),
        (0.02, "0.02"),
        (0.3, "0.3"),
        (0.94, "0.94"),
        (1, "1.0"),
        (41.66, "41.7"),
        (999.94, "999.9"),
        (1000, "1,000"),
        (2_000_000, "2,000,000"),
        (-0.5, "-0.5"),
        (-12.34, "-12.3"),
    ],
)
def test_numbers_have_no_more_digits_than_are_of_use_and_only_0_is_0(number: float, words: str) -> None:
    assert words == short(number)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(41.7, "credits"), "41.7 credits"),
        (Money(0.02, "play credits"), "0.02 play credits"),
        (Money(1, "credits"), "1 credit"),
        (Money(0.99, "credits"), "0.99 credits"),
        (Money(1.04, "play credits"), "1 play credit"),
        (Money(0.0123, "USD"), "$0.012"),
        (Money(0.000123, "USD"), "$0.00012"),
        (Money(0.8, "USD"), "$0.80"),
        (Money(-0.5, "USD"), "-$0.50"),
        (Money(0, "USD"), "$0.00"),
        (Money(12.5, "USD"), "$12.50"),
        (Money(1234.5, "USD"), "$1,234.50"),
    ],
)
def test_money_reads_with_its_unit(money: Money, words: str) -> None:
    assert words == str(money)


@pytest.mark.parametrize(
    ("money", "now", "then"),
    [
        (Money(1, "credits"), "1 credit is left.", "1 credit was left at the last answer."),
        (Money(0.02, "credits"), "0.02 credits are left.", "0.02 credits were left at the last answer."),
        (Money(2, "USD"), "$2.00 is left.", "$2.00 was left at the last answer."),
    ],
)
def test_what_is_left_reads_as_a_sentence(money: Money, now: str, then: str) -> None:
    assert (now, then) == (money.left(), money.left("at the last answer"))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("provider", "0.3 credits"),
        ("balance", "0.3 credits, by the balance"),
        ("list price", "≈ 0.3 credits, list price"),
    ],
)
def test_a_cost_says_how_it_is_known(source: CostSource, words: str) -> None:
    assert words == cost_in_words(Money(0.3, "credits"), source)


def test_a_price_of_nothing_is_free_and_not_unknown() -> None:
    assert cost_in_words(Money(0, "USD"), "list price") == "free, list price"


@pytest.mark.parametrize("value", [-1, "-0.5", None, "nan"])
def test_less_than_nothing_is_no_report_of_a_cost(value: object) -> None:
    assert spent(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12, 12.0),
        ("0.018", 0.018),
        (" 3 ", 3.0),
        (0, 0.0),
        (None, None),
        ("", None),
        ("many", None),
        (True, None),
        ([1], None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        (10**400, None),
    ],
)
def test_an_amount_is_a_finite_number_or_unknown(value: object, number: float | None) -> None:
    assert number == amount(value)

"""Tokens and money: unknown is never zero."""

from __future__ import annotations

import pytest

from nbreason.core.usage import Money, Usage, amount, short


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
        (0.00004, "0"),
        (0.0005, "0.0005"),
        (0.02, "0.02"),
        (0.3, "0.30"),
        (0.94, "0.94"),
        (1, "1.0"),
        (41.66, "41.7"),
        (999.94, "999.9"),
        (1000, "1,000"),
        (2_000_000, "2,000,000"),
        (-0.5, "-0.50"),
        (-12.34, "-12.3"),
    ],
)
def test_numbers_have_no_more_decimals_than_are_of_use(number: float, words: str) -> None:
    assert words == short(number)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(41.7, "credits"), "41.7 credits"),
        (Money(0.02, "play credits"), "0.02 play credits"),
        (Money(0.0123, "USD"), "$0.0123"),
        (Money(12.5, "USD"), "$12.50"),
        (Money(1234.5, "USD"), "$1,234.50"),
    ],
)
def test_money_reads_with_its_unit(money: Money, words: str) -> None:
    assert words == str(money)


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

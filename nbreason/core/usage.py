"""What an answer used and cost.  `None` always means "not reported", never zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

CostSource = Literal["", "provider", "balance", "list price"]
"""How a cost is known: the provider reports it, two balances differ by it, or it is tokens times list prices; empty
where no cost is known."""


@dataclass(frozen=True)
class Usage:
    """Tokens, as the provider reported them.

    `input` counts everything that was sent, `cached` the part of it that was read from the provider's cache,
    `output` everything that was produced, `reasoning` the part of it that was thinking and is not shown.
    AI/ML API has reported figures weighted by price
    (o3-mini: 16 and 2559), so nothing is computed from these numbers: they are shown as reported.
    """

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cached: int | None = None

    @property
    def reported(self) -> bool:
        """Whether the provider said anything at all."""
        return self.input is not None or self.output is not None


@dataclass(frozen=True)
class Money:
    """An amount with its unit: ``credits``, ``USD``, or the rehearsal's ``play credits``."""

    amount: float
    unit: str

    def __str__(self) -> str:
        return in_words(self.amount, self.unit)

    def left(self, when: str = "") -> str:
        """``1 credit is left.``, or ``2 credits were left at the last answer.``  when: at which time it was"""
        verb = ("was" if when else "is") if str(self).startswith(("$", "1 ")) else "were" if when else "are"
        return f"{self} {verb} left{f' {when}' if when else ''}."


def cost_in_words(cost: Money, source: CostSource, unit: str = "") -> str:
    """``0.3 credits``, ``0.3 credits, by the balance``, ``≈ $0.012, list price``.

    unit: left out where it is this one
    """
    words = str(cost).removesuffix(f" {unit}") if cost.unit == unit else str(cost)
    if source == "list price":
        return f"≈ {words}, list price" if cost.amount else "free, list price"
    return f"{words}, by the balance" if source == "balance" else words


def in_words(amount: float, unit: str) -> str:
    """``41.7 credits``, ``1 credit``, ``1,204 tokens``, ``$12.50``, ``$0.00012``; never 0 for what is not 0."""
    if unit == "USD":
        size = abs(amount)
        return ("-" if amount < 0 else "") + "$" + (f"{size:,.2f}" if size >= 1 or not size else _small(size, 2))
    number = f"{amount:,.0f}" if unit == "tokens" else short(amount)
    return f"1 {unit.removesuffix('s')}" if number in ("1", "1.0") else f"{number} {unit}"


def short(amount: float) -> str:
    """A number for people: one decimal from 1 up; below, its first two significant digits without zeros at the end."""
    size = abs(amount)
    if 0 < size < 1:
        return _small(amount, 0)
    return "0" if not size else f"{amount:,.0f}" if size >= 1000 else f"{amount:,.1f}"


def _small(amount: float, least: int) -> str:
    """The first two significant digits of an amount between -1 and 1, with at least so many decimals."""
    if abs(amount) < 1e-9:  # as no provider charges; a reply can say anything
        return f"{amount:.0e}"
    decimals = max(least, 1 - math.floor(math.log10(abs(amount))))
    whole, _, digits = f"{amount:.{decimals}f}".partition(".")
    digits = digits.rstrip("0").ljust(least, "0")
    return f"{whole}.{digits}" if digits else whole


def amount(value: object) -> float | None:
    """A finite number from JSON or from a header, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def spent(value: object) -> float | None:
    """An amount that was spent, from JSON or from a header, or None: less than nothing is no report."""
    number = amount(value)
    return None if number is None or number < 0 else number

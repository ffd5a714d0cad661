"""Spending and its limit: in tokens, in credits or in USD."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from nbreason.core.estimate import text_tokens
from nbreason.core.events import Answer
from nbreason.core.phrases import counted
from nbreason.core.usage import in_words
from nbreason.errors import UsageError

UNITS = ("tokens", "credits", "usd")


@dataclass(frozen=True)
class Spending:
    """Tokens and money of several answers.

    unknown: of how many the cost is not known; money: the rest by its unit
    listed:  units in which some of it is by list prices
    """

    asks: int = 0
    tokens: int = 0
    unknown: int = 0
    money: dict[str, float] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()

    def plus(self, answer: Answer) -> Spending:
        """One more answer."""
        more = replace(self, asks=self.asks + 1, tokens=self.tokens + tokens_of(answer))
        if answer.cost is None:
            return replace(more, unknown=self.unknown + 1)
        unit = answer.cost.unit
        listed = self.listed | ({unit} if answer.cost_source == "list price" else set())
        return replace(more, money={**self.money, unit: self.money.get(unit, 0.0) + answer.cost.amount}, listed=listed)

    def amount(self, unit: str) -> float:
        """What counts against a budget of that unit."""
        if unit == "tokens":
            return float(self.tokens)
        return sum(amount for name, amount in self.money.items() if counts(name, unit))

    def __str__(self) -> str:
        sums = [
            f"{'≈ ' if unit in self.listed else ''}{in_words(amount, unit)}"
            for unit, amount in sorted(self.money.items())
        ]
        if self.unknown:
            sums.append(f"{counted(self.unknown, 'ask')} not reported" if sums else "not reported")
        return ", ".join(sums)

    def reports(self, unit: str) -> bool:
        """Whether `amount` of that unit is known: where no answer reports the unit, it is not 0."""
        return unit == "tokens" or not self.asks or any(counts(name, unit) for name in self.money)


def counts(money: str, unit: str) -> bool:
    """Whether money of a unit as providers name it (``USD``, ``play credits``) counts against a budget's unit."""
    return money == "USD" if unit == "usd" else money.endswith("credits") and unit == "credits"


def sum_of(answers: Iterable[Answer]) -> Spending:
    """The total of several answers."""
    total = Spending()
    for answer in answers:
        total = total.plus(answer)
    return total


def tokens_of(answer: Answer) -> int:
    """Tokens of an answer in and out: as reported, or as estimated where nothing was."""
    return (answer.usage.input if answer.usage.input is not None else answer.estimate) + _tokens_out(answer)


def size_of(answer: Answer) -> int:
    """Tokens in as estimated before sending, so that an ask can be compared with those before it, and tokens out."""
    return (answer.estimate or answer.usage.input or 0) + _tokens_out(answer)


def _tokens_out(answer: Answer) -> int:
    came = answer.usage.output
    return came if came is not None else text_tokens(answer.text) + text_tokens(answer.reasoning)


@dataclass(frozen=True)
class Budget:
    """At most so much, of one of the units `tokens`, `credits`, `usd`."""

    amount: float
    unit: str

    def __str__(self) -> str:
        return amount_in_words(self.amount, self.unit)

    @classmethod
    def parse(cls, text: str) -> Budget | None:
        """``20,000 tokens``, ``5 credits``, ``2.50 usd``; ``off`` or nothing for none.  Raises UsageError."""
        text = text.strip().lower()
        if text in ("", "off"):
            return None
        found = re.fullmatch(r"\$?\s*([\d_,]*\.?\d+)\s*(tokens?|credits?|usd|\$)?", text)
        unit = (found[2] or ("usd" if text.startswith("$") else "")) if found else ""
        unit = "usd" if unit in ("usd", "$") else unit.rstrip("s") + "s" if unit else ""
        if found is None or unit not in UNITS:
            raise UsageError("A budget is a number with its unit: 20000 tokens, 5 credits, 2.50 usd, or off.")
        return cls(float(re.sub("[,_]", "", found[1])), unit)


def rate(unit: str, answers: Iterable[Answer]) -> float:
    """What a token (of `size_of`) cost in a unit of money, over the answers whose cost is known; 0 without any."""
    known = [answer for answer in answers if answer.cost is not None and counts(answer.cost.unit, unit)]
    tokens = sum(map(size_of, known))
    return sum_of(known).amount(unit) / tokens if tokens else 0.0


def predict(unit: str, estimate: int, before: list[Answer]) -> float:
    """About how much an ask of `estimate` input tokens will take, judged by earlier answers.

    before: earlier answers of the same model; without any, the input alone counts (tokens) or nothing (money)
    """
    if unit == "tokens":
        came = sum(map(_tokens_out, before))
        return estimate + (came / len(before) if before else 0.0)
    return predict("tokens", estimate, before) * rate(unit, before)


def amount_in_words(amount: float, unit: str) -> str:
    """An amount with a budget's unit."""
    return in_words(amount, "USD" if unit == "usd" else unit).replace(".0 ", " ")

"""What an answer used and cost.  `None` always means "not reported", never zero."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """Tokens, as the provider reported them.

    `input` counts everything that was sent, `output` everything that was produced, `reasoning` the part of
    the output that was thinking and is not shown.  AI/ML API has reported figures weighted by price
    (o3-mini: 16 and 2559), so nothing is computed from these numbers: they are shown as reported.
    """

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None

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
        if self.unit == "USD":
            return f"${self.amount:,.4f}" if abs(self.amount) < 1 else f"${self.amount:,.2f}"
        return f"{short(self.amount)} {self.unit}"


def short(amount: float) -> str:
    """A number for people: at least two significant digits, and no more decimals than are useful."""
    size = abs(amount)
    decimals = 0 if size >= 1000 else 1 if size >= 1 else 2 if size >= 0.1 else 4
    text = f"{amount:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals == 4 else text


def amount(value: object) -> float | None:
    """A finite number from JSON or from a header, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None

"""What an ask costs by list prices: about, before it is sent, and from the reported tokens afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nbreason.core.models import ModelFacts
from nbreason.core.phrases import day_in_words
from nbreason.core.usage import Money, Usage, in_words, spent

LARGEST = 1.0
"""USD per token that no model costs; a list can say anything."""


@dataclass(frozen=True)
class Prices:
    """The list prices of a model in USD per token: 0 is free.

    cached: of tokens in that the provider has in its cache
    said:   of which day they are, or who says them
    """

    sent: float
    out: float
    cached: float
    said: str

    def cost(self, usage: Usage) -> Money | None:
        """What an answer cost; None where tokens are not reported."""
        if usage.input is None or usage.output is None:
            return None
        cached = min(usage.cached or 0, usage.input)
        sent = (usage.input - cached) * self.sent + cached * self.cached
        return Money(sent + usage.output * self.out, "USD")

    def outlook(self, estimate: int, most: int | None) -> str:
        """``about $0.0004 in, at most $0.80 out (list prices of 17 Nov)``.

        estimate: tokens in; most: the longest answer in tokens, None: unknown
        """
        if not self.sent and not self.out:
            return f"free ({self.said})"
        out = f"{in_words(1e6 * self.out, 'USD')} for a million tokens out"
        if most is not None:
            out = f"at most {in_words(most * self.out, 'USD')} out"
        return f"about {in_words(estimate * self.sent, 'USD')} in, {out} ({self.said})"


def list_prices(facts: ModelFacts) -> Prices | None:
    """The list prices of a model; None unless both that of tokens in and that of tokens out are known."""
    sent, out, cached = (_price(value) for value in (facts.price_in, facts.price_out, facts.price_cached))
    if sent is None or out is None:
        return None
    source = facts.source("price_in")
    try:
        of = day_in_words(date.fromisoformat(source.as_of[:10]))
    except ValueError:
        of = source.name
    return Prices(sent, out, sent if cached is None else cached, f"list prices of {of}")


def _price(value: object) -> float | None:
    """A price; some lists write -1 for one that is not known."""
    number = spent(value)
    return None if number is None else min(number, LARGEST)

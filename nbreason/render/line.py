"""The words of the live panel and of the line that stays: tokens, time, cost, what is left.

What a provider does not report is called "not reported", never 0.
"""

from __future__ import annotations

import time

from nbreason.core.estimate import text_tokens
from nbreason.core.events import Answer
from nbreason.core.phrases import counted
from nbreason.core.usage import Money
from nbreason.render.markdown import one_line

DOT = " · "
ENDINGS = {
    "length": "cut at the token limit",
    "content_filter": "stopped by the provider's content filter",
    "refusal": "the model refused",
    "empty": "an empty answer",
    "interrupted": "stopped, incomplete",
    "cut": "broken off, incomplete",
}
WORDLESS = ENDINGS | {
    "length": "at the token limit before a word of answer",
    "content_filter": "all of it held back by the provider's content filter",
    "interrupted": "stopped before a word of answer",
    "cut": "no answer",
}
"""The same of answers without a word."""


def static_line(answer: Answer) -> str:
    """``segmind:o3 · high · 6.2 s · in 1,204 · out 388 (reasoning 256) · context 0.8 % of 200k · …``."""
    if answer.replayed:
        parts = [answer.requested_model, answer.effort or "", *_kept(answer), *_tokens(answer)]
    else:
        parts = [*_head(answer), *_tokens(answer), _context(answer), _money(answer)]
    return one_line(DOT.join(part for part in parts if part))


def _kept(answer: Answer) -> list[str]:
    return ["kept answer, 0 credits", f"asked on {time.strftime('%Y-%m-%d', time.localtime(answer.asked_at))}"]


def _head(answer: Answer) -> list[str]:
    return [answer.requested_model, answer.effort or "", duration(answer.seconds), ending(answer)]


def ending(answer: Answer) -> str:
    """How an answer ended that is not whole; nothing for one that is."""
    return (ENDINGS if answer.text.strip() else WORDLESS).get(answer.finish, "")


def _tokens(answer: Answer) -> list[str]:
    usage = answer.usage
    if not usage.reported:
        return ["tokens not reported"]
    thinking = f" (reasoning {usage.reasoning:,})" if usage.reasoning is not None else ""
    return [f"in {number(usage.input)}", f"out {number(usage.output)}{thinking}"]


def _context(answer: Answer) -> str:
    # From the estimate, not from the reported tokens: some providers weight those by price.
    if not answer.window:
        return ""
    return f"context {percent(answer)} of {window(answer.window)}"


def _money(answer: Answer) -> str:
    spent = f"this ask {in_short(answer.cost, answer.balance)}" if answer.cost else ""
    if answer.balance:
        return f"{answer.balance} left" + (f" ({spent})" if spent else "")
    if answer.balance_before:
        return f"{answer.balance_before} left before this ask" + (f"{DOT}{spent}" if spent else "")
    return f"{spent}{DOT}credits left not reported" if spent else "credits not reported"


def live_head(answer: Answer, elapsed: float, phase: str) -> str:
    """``segmind:o3 · high · 00:42 thinking …``."""
    parts = [answer.requested_model, answer.effort or "", f"{clock(elapsed)} {phase} …"]
    return DOT.join(part for part in parts if part)


def live_tokens(answer: Answer) -> str:
    """``in 1,204 (2 images, 1 table) · out 388 so far``; estimates are marked by ≈."""
    things = [plural(answer.images, "image"), plural(answer.tables, "table")]
    along = ", ".join(thing for thing in things if thing)
    sent = f"{answer.usage.input:,}" if answer.usage.input is not None else f"≈{answer.estimate:,}"
    if answer.usage.output is not None:
        got = f"{answer.usage.output:,}"
    else:
        got = f"≈{text_tokens(answer.text) + text_tokens(answer.reasoning):,} so far"
    return f"in {sent}{f' ({along})' if along else ''}{DOT}out {got}"


def live_money(answer: Answer, before: Money | None, budget: float | None = None) -> str:
    """``budget 37 % · 42.0 credits left``, as far as it is known while the answer runs.

    budget: how much of it is spent, 0 and up; without one the context stands in its place
    """
    left = answer.balance or answer.balance_before or before
    first = _context(answer) if budget is None else f"budget {100 * budget:.0f} %"
    return DOT.join(part for part in (first, f"{left} left" if left else "") if part)


def share(answer: Answer) -> float:
    """How much of the context window the question takes, 0 to 1; 0 when the window is unknown."""
    return min(1.0, answer.estimate / answer.window) if answer.window else 0.0


def percent(answer: Answer) -> str:
    """The same as words: ``0.8 %``."""
    value = 100 * share(answer)
    if value < 0.1:
        return "under 0.1 %"
    return f"{value:.1f} %" if value < 10 else f"{value:.0f} %"


def number(value: int | None) -> str:
    """A count with thousands, or "not reported"."""
    return "not reported" if value is None else f"{value:,}"


def window(tokens: int) -> str:
    """``200k``."""
    return f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)


def duration(seconds: float) -> str:
    """``6.2 s``, ``3 min 20 s``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def clock(seconds: float) -> str:
    """``00:42``, ``12:07``, ``1:02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def plural(count: int, noun: str) -> str:
    """``2 images``, ``1 image``, or nothing for none."""
    return counted(count, noun) if count else ""


def in_short(cost: Money, balance: Money | None) -> str:
    """The cost, its unit left out where the balance has just said it."""
    text = str(cost)
    return text.removesuffix(" " + cost.unit) if balance and balance.unit == cost.unit else text

"""The status line under an answer, and the lines of the live panel: tokens, time, cost, credits left.

What a provider does not report is shown as "not reported", never as 0.
"""

from __future__ import annotations

from datetime import date

from nbreason.core.estimate import text_tokens
from nbreason.core.events import Answer
from nbreason.core.phrases import MONTHS, counted
from nbreason.core.usage import Money, cost_in_words
from nbreason.render.markdown import one_line

DOT = " · "
CHANGED = "the turns above have changed since"
ENDINGS = {
    "length": "cut at the token limit",
    "content_filter": "stopped by the provider's content filter",
    "refusal": "the model refused",
    "empty": "empty answer",
    "interrupted": "stopped, incomplete",
    "cut": "connection lost, incomplete",
}
ENDINGS_WITHOUT_TEXT = ENDINGS | {
    "length": "no answer before the token limit",
    "content_filter": "withheld by the provider's content filter",
    "interrupted": "stopped before the answer began",
    "cut": "no answer",
}
"""The same for answers without any text."""


def static_line(answer: Answer) -> str:
    """``segmind:o3 · high · 6.2 s · 1,204 tokens in, 388 out (256 reasoning) · 2.4 % of 200k context · …``.

    Behind the tokens what was sent with the question, ``sent with 1 figure, df (9 of 240 rows), 3 turns``, if anything
    was.  The context is left out below 1 %.
    """
    attached = f"sent with {', '.join(answer.attached)}" if answer.attached else ""
    if answer.replayed:
        changed = CHANGED if answer.other_context else ""
        parts = [answer.requested_model, answer.effort or "", _replayed(answer), changed, _tokens(answer), attached]
    else:
        context = _context(answer) if share(answer) >= 0.01 else ""
        parts = [*_head(answer), _tokens(answer), attached, context, _money(answer)]
    return one_line(DOT.join(part for part in parts if part))


def status_words(answer: Answer) -> str:
    """``segmind:o3 · 41.7 credits``, for the status bar; of a saved answer the model alone."""
    balance = "" if answer.replayed or not answer.balance else f"{DOT}{answer.balance}"
    return one_line(answer.requested_model + balance)


def _replayed(answer: Answer) -> str:
    source = f"from {answer.replay_file}" if answer.replay_file else "saved here"
    return f"replayed answer of {day(answer.asked_at)}, {source}, 0 credits"


def _head(answer: Answer) -> list[str]:
    return [answer.requested_model, answer.effort or "", duration(answer.seconds), ending(answer)]


def ending(answer: Answer) -> str:
    """How an incomplete answer ended; empty for a complete one."""
    if answer.raw:
        return "reply in an unknown format"
    return (ENDINGS if answer.text.strip() else ENDINGS_WITHOUT_TEXT).get(answer.finish, "")


def _tokens(answer: Answer) -> str:
    usage = answer.usage
    if not usage.reported:
        return "tokens not reported"
    thinking = f" ({usage.reasoning:,} reasoning)" if usage.reasoning is not None else ""
    cached = f" ({usage.cached:,} cached)" if usage.cached else ""
    sent = "tokens in not reported" if usage.input is None else f"{counted(usage.input, 'token')} in{cached}"
    return f"{sent}, {'out not reported' if usage.output is None else f'{usage.output:,} out'}{thinking}"


def _context(answer: Answer) -> str:
    # From the estimate, not from the reported tokens: some providers weight those by price.
    if not answer.window:
        return ""
    return f"{percent(answer)} of {window(answer.window)} context"


def _money(answer: Answer) -> str:
    unit = answer.balance.unit if answer.balance else ""
    spent = f"this ask {cost_in_words(answer.cost, answer.cost_source, unit)}" if answer.cost else ""
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
    """``in 1,204 (2 images, 1 table) · out 388 so far``; estimates are marked with ≈."""
    things = [plural(answer.images, "image"), plural(answer.tables, "table")]
    attached = ", ".join(thing for thing in things if thing)
    sent = f"{answer.usage.input:,}" if answer.usage.input is not None else f"≈{answer.estimate:,}"
    if answer.usage.output is not None:
        got = f"{answer.usage.output:,}"
    else:
        got = f"≈{text_tokens(answer.text) + text_tokens(answer.reasoning):,} so far"
    return f"in {sent}{f' ({attached})' if attached else ''}{DOT}out {got}"


def live_money(answer: Answer, before: Money | None, budget: float | None = None) -> str:
    """``budget 37 % · 42.0 credits left``, as far as they are known while the answer streams.

    budget: the spent share, 0 and up; None (no budget) shows the context instead
    """
    left = answer.balance or answer.balance_before or before
    first = _context(answer) if budget is None else f"budget {100 * budget:.0f} %"
    return DOT.join(part for part in (first, f"{left} left" if left else "") if part)


def share(answer: Answer) -> float:
    """How much of the context window the question fills, 0 to 1; 0 when the window is unknown."""
    return min(1.0, answer.estimate / answer.window) if answer.window else 0.0


def percent(answer: Answer) -> str:
    """The same as text: ``0.8 %``."""
    value = 100 * share(answer)
    if value < 0.1:
        return "under 0.1 %"
    return f"{value:.1f} %" if value < 10 else f"{value:.0f} %"


def window(tokens: int) -> str:
    """``200k``."""
    return f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)


def day(timestamp: float) -> str:
    """``21 Nov 2026``: with the year, so that the same answer has the same line next year.  timestamp: seconds since
    1970."""
    then = date.fromtimestamp(timestamp)
    return f"{then.day} {MONTHS[then.month - 1]} {then.year}"


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

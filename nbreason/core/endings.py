"""What to say about an answer that is incomplete or empty."""

from __future__ import annotations

from nbreason.core.events import Answer
from nbreason.core.phrases import counted
from nbreason.core.usage import cost_in_words


def remark(answer: Answer, max_tokens: int | None) -> str:
    """A line about how an answer ended; empty for a complete one.

    max_tokens: the limit that was asked for, in tokens, or None
    """
    visible = bool(answer.text.strip())
    if answer.finish == "length" and not visible:
        spent = answer.usage.output if answer.usage.output is not None else max_tokens
        of = f" of {counted(spent, 'token')}" if spent is not None else " tokens"
        return (
            f"0 visible{of}: the reasoning used up the limit. Raise --max-tokens or lower the effort.{_billed(answer)}"
        )
    if answer.finish == "length":
        return "The answer ends at the token limit. Raise --max-tokens or lower the effort."
    if answer.finish == "empty":
        return f"The model returned an empty answer.{_billed(answer)} Run the cell again, or rephrase the question."
    if answer.finish == "content_filter" and not visible:
        return f"The provider's content filter blocked the whole answer.{_billed(answer)}"
    return ""


def _billed(answer: Answer) -> str:
    """What it cost; an empty answer is billed like any other."""
    if answer.cost is None:
        return " It was billed anyway."
    return f" This cost {cost_in_words(answer.cost, answer.cost_source)}."

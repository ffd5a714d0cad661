"""The answer to a request with its tokens: text, finish, and how directives and the token cap change them."""

from __future__ import annotations

from . import ledger, tokens
from .directives import Directives
from .sample import REFUSAL, THINKING
from .values import Asked, Outcome

# Reasoning tokens by effort. Invented: real models take as many as the question needs.
_REASONING = {"low": 64, "medium": 128, "high": 256}


def draft(asked: Asked, text: str, wish: Directives) -> Outcome:
    """``text`` as the answer to ``asked`` after the directives, then cut at the token cap of the request.

    ``finish`` is in chat completions' words: ``stop``, ``length`` or ``content_filter``.
    """
    finish, refusal = "stop", None
    if wish.refuse:
        text, refusal = "", REFUSAL
    elif wish.empty:
        text = ""
    elif wish.filter:
        text, finish = text[: min(200, len(text) // 2)], "content_filter"
    elif wish.length:
        text, finish = text[: len(text) // 2], "length"
    reasoning = _REASONING.get(asked.effort or "medium", 128)
    spoken = tokens.of_text(refusal or text)
    # The cap counts the reasoning too: a small one leaves no token for the text, and is billed all the same.
    if asked.cap is not None and reasoning + spoken > asked.cap:
        reasoning = min(reasoning, asked.cap)
        spoken = asked.cap - reasoning
        text, finish, refusal = text[: spoken * tokens.CHARACTERS_PER_TOKEN], "length", None
    thinking = "".join(THINKING) if wish.think or asked.summary else ""
    prompt = sum(tokens.of_message(message) for message in asked.messages)
    completion = reasoning + spoken
    cost = ledger.cost(prompt + completion)
    return Outcome(text, finish, prompt, reasoning, completion, cost, refusal=refusal, thinking=thinking)

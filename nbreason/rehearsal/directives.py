"""Directives: how a request asks for a documented error or an unusual answer.

They come in the header ``x-rehearse``, the query parameter ``rehearse``, and lines ``rehearse: …`` of the
last user message, several separated by commas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from . import attached
from .values import Message, Refusal

ERRORS = (400, 401, 402, 403, 404, 405, 406, 410, 429, 500, 502, 503, 504)
ENVELOPES = ("problem", "openai", "midway")
LONGEST_SILENCE = 900.0
DIRECTIVES = {
    "error CODE": f"an error reply, CODE one of {', '.join(map(str, ERRORS))}; then optionally `problem` or "
    "`openai` (another envelope), `midway` (inside a 200 answer), `once` (the repeat succeeds)",
    "html": "a login page with status 200 instead of JSON",
    "slow SECONDS": "total silence before the reply, at most 900 s",
    "pace MS": "milliseconds before each streamed piece",
    "cut": "the connection is dropped in the middle of the reply",
    "empty": "an answer without text",
    "length": "an answer that ends at the token limit",
    "filter": "an answer stopped by the content filter",
    "refuse": "a refusal instead of an answer",
    "think": "reasoning text before the answer; `think reasoning` uses the field of newer vLLM",
    "nousage": "no tokens, cost or credits are reported",
    "nocost": "Segmind's reply reports what is left and not what it cost, as its pages have it",
    "nodone": "the stream ends without [DONE]",
    "nostream": "a streamed request is refused as unsupported",
    "low": "this reply reports 0.02 credits left",
    "refill": "the play credits are full again",
    "echo": "what follows this line is sent back as the answer, word for word; always the last",
}
_LINE = re.compile(r"^[ \t]*rehearse:(.*)$", re.MULTILINE)
_FLAGS = (
    "html",
    "cut",
    "empty",
    "length",
    "filter",
    "refuse",
    "nousage",
    "nocost",
    "nodone",
    "nostream",
    "low",
    "refill",
)


@dataclass(frozen=True)
class Directives:
    """What was asked for. ``slow`` and ``pace`` are in seconds; ``echo`` is the text to send back."""

    error: int | None = None
    envelope: str = ""
    once: bool = False
    html: bool = False
    slow: float = 0.0
    pace: float | None = None
    cut: bool = False
    empty: bool = False
    length: bool = False
    filter: bool = False
    refuse: bool = False
    think: str = ""
    nousage: bool = False
    nocost: bool = False
    nodone: bool = False
    nostream: bool = False
    low: bool = False
    refill: bool = False
    echo: str | None = None


def read(header: str, query: str, message: Message | None) -> Directives:
    """All directives of one request; the message's win. Raises Refusal (400) on an unknown one."""
    found = Directives()
    whole = message.text if message else ""
    for line in (header, query):
        found = _apply(found, line, whole)
    for part in message.parts if message else ():
        for match in _own_lines(part.text):
            rest = part.text[match.end() + 1 :]
            found = _apply(found, match.group(1), rest)
            if found.echo is not None:
                return found  # everything below is the answer, even if it looks like a directive
    return found


def strip(text: str) -> str:
    """``text`` without its directive lines, for quoting the question."""
    kept, at = [], 0
    for match in _own_lines(text):
        kept.append(text[at : match.start()])
        at = min(match.end() + 1, len(text))
    return "".join([*kept, text[at:]])


def _own_lines(text: str) -> list[re.Match[str]]:
    """Directive lines that the person wrote, not those quoted inside an attached data block."""
    blocks = attached.find(text)
    return [
        match for match in _LINE.finditer(text) if not any(block.start <= match.start() < block.end for block in blocks)
    ]


def _apply(found: Directives, line: str, rest: str) -> Directives:
    for directive in filter(None, (piece.strip() for piece in line.split(","))):
        word, *arguments = directive.split()
        if word == "echo" and not arguments:
            found = replace(found, echo=rest)
        elif word in _FLAGS and not arguments:
            flag: dict[str, Any] = {word: True}
            found = replace(found, **flag)
        elif word == "error" and arguments:
            found = _error(found, directive, arguments)
        elif word == "think" and arguments in ([], ["reasoning"]):
            found = replace(found, think=arguments[0] if arguments else "reasoning_content")
        elif word == "slow" and len(arguments) == 1:
            found = replace(found, slow=min(_number(directive, arguments[0]), LONGEST_SILENCE))
        elif word == "pace" and len(arguments) == 1:
            found = replace(found, pace=min(_number(directive, arguments[0]) / 1000, LONGEST_SILENCE))
        else:
            raise _unknown(directive)
    return found


def _error(found: Directives, directive: str, arguments: list[str]) -> Directives:
    code, *words = arguments
    if not code.isascii() or not code.isdigit() or int(code) not in ERRORS:
        raise _unknown(directive)
    for word in words:
        if word not in (*ENVELOPES, "once"):
            raise _unknown(directive)
    envelope = next((word for word in words if word in ENVELOPES), "")
    return replace(found, error=int(code), envelope=envelope, once="once" in words)


def _number(directive: str, text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise _unknown(directive)
    return float(text)


def _unknown(directive: str) -> Refusal:
    names = "; ".join(DIRECTIVES)
    return Refusal(400, f"No directive {directive[:60]!r} in the rehearsal. There are: {names}.", "rehearse")

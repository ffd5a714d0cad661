"""The text of a rehearsal answer: a sample of an answer, then, folded, what a model would have received."""

from __future__ import annotations

import re

from . import attached, directives, tokens
from .sample import SAMPLE
from .values import Asked, Message, Picture

_WIRES = {
    "segmind": "Segmind",
    "chat": "OpenAI-style chat completions",
    "responses": "OpenAI-style responses",
}
_SHOWN_MESSAGES = 6
_SHOWN_QUESTIONS = 8
_SHOWN_COLUMNS = 12
_QUOTED_LINES = 6


def compose(asked: Asked, *, loopback: bool = True) -> str:
    """The Markdown answer to ``asked``. ``loopback``: whether only this machine can reach the server."""
    blocks = [_quote(asked), _earlier(asked), _received(asked)]
    report = "\n\n".join(block for block in blocks if block)
    folded = f"<details>\n<summary>What a model would have received</summary>\n\n{report}\n\n</details>\n"
    return f"{_opening(loopback)}\n\n{SAMPLE}\n{folded}"


def last_user(messages: tuple[Message, ...]) -> Message | None:
    """The message that holds the question."""
    return next((message for message in reversed(messages) if message.role == "user"), None)


def question(message: Message) -> str:
    """What the person wrote: the text without attached data and without directive lines."""
    return attached.without(directives.strip(message.text))


def _opening(loopback: bool) -> str:
    where = "nothing left this machine" if loopback else "nothing was passed on"
    return (
        f"**This is the rehearsal server: no model was asked, {where}, nothing was spent.** "
        "The tokens and credits beside this answer are for practice."
    )


def _quote(asked: Asked) -> str:
    message = last_user(asked.messages)
    lines = question(message).splitlines() if message else []
    if not lines:
        return "The question has no text."
    shown = [_cut(line, 200) for line in lines[:_QUOTED_LINES]]
    if len(lines) > _QUOTED_LINES:
        shown.append("…")
    return "You asked:\n\n" + "\n".join(f"> {line}".rstrip() for line in shown)


def _earlier(asked: Asked) -> str:
    users = [message for message in asked.messages if message.role == "user"]
    if len(users) < 2:
        return ""
    earlier = users[:-1]
    answers = sum(message.role == "assistant" for message in asked.messages)
    counted = f"{_count(len(earlier), 'earlier question')} and {_count(answers, 'earlier answer')}"
    lines = [f"{counted} of this conversation came along, so a model could build on them:", ""]
    hidden = max(0, len(earlier) - _SHOWN_QUESTIONS)
    if hidden:
        lines.append(f"- {_count(hidden, 'question')} before these")
    lines += [f"- {_code(_cut(question(message), 90))}" for message in earlier[hidden:]]
    return "\n".join(lines)


def _received(asked: Asked) -> str:
    total = sum(tokens.of_message(message) for message in asked.messages)
    effort = f"effort `{asked.effort}`" if asked.effort else "no effort given"
    summary = (
        f"Model {_code(asked.model)}, {effort}, by {_code('POST ' + asked.path)} ({_WIRES[asked.wire]}). "
        f"In all about {total:,} tokens, an estimate: four characters a token, images by OpenAI's tile rule."
    )
    lines = [summary, ""]
    shown = _worth_showing(asked.messages)
    left_out = [message for index, message in enumerate(asked.messages) if index not in shown]
    for index, message in enumerate(asked.messages):
        if index in shown:
            lines += _message(index + 1, message)
    if left_out:
        count = sum(tokens.of_message(message) for message in left_out)
        lines.append(f"- not listed: {_count(len(left_out), 'more message')}, about {count:,} tokens")
    return "\n".join(lines)


def _worth_showing(messages: tuple[Message, ...]) -> set[int]:
    """The first message (often the instructions) and the newest ones."""
    last = len(messages) - 1
    return {0, *range(max(0, last - _SHOWN_MESSAGES + 2), last + 1)}


def _message(number: int, message: Message) -> list[str]:
    text = message.text
    counted = f"{_count(len(text), 'character')} of text, about {_count(tokens.of_message(message), 'token')}"
    lines = [f"- Message {number}, {message.role}: {counted}"]
    begins = _cut(question(message) if message.role == "user" else text, 60)
    if begins:
        lines.append(f"  - begins {_code(begins)}")
    for data in attached.find(text):
        lines += _data(data)
    for place, picture in enumerate(message.pictures, 1):
        lines.append(f"  - image {place}: {_picture(picture)}")
    lines += [f"  - {_code(part.other)}" for part in message.parts if part.other]
    return lines


def _picture(picture: Picture) -> str:
    cost = f"about {tokens.of_picture(picture):,} tokens"
    if picture.url:
        return f"a link, not fetched: {_code(_cut(picture.url, 80))}, size unknown, counted as {cost}"
    declared = picture.declared_type
    note = f" (sent as {_code(declared)})" if declared != picture.media_type else ""
    return (
        f"{picture.width} x {picture.height} pixels, {picture.media_type}{note}, {_count(picture.size, 'byte')}, {cost}"
    )


def _data(data: attached.Data) -> list[str]:
    facts = [_code(data.type)] if data.type else []
    if data.shape:
        facts.append(_shape(data.kind, data.shape))
    facts.append(_count(data.characters, "character"))
    lines = [f"  - {_cut(data.kind, 20)} {_code(_cut(data.name, 60))}: {', '.join(facts)}"]
    if data.columns:
        names = ", ".join(_code(_cut(name, 40)) for name in data.columns[:_SHOWN_COLUMNS])
        more = len(data.columns) - _SHOWN_COLUMNS
        lines.append(f"    - columns {names}" + (f" and {more} more" if more > 0 else ""))
    return lines


def _shape(kind: str, shape: str) -> str:
    table = re.fullmatch(r"(\d+)\s*[x×]\s*(\d+)", shape)
    if kind == "table" and table:
        return f"{_count(int(table[1]), 'row')} x {_count(int(table[2]), 'column')}"
    return f"shape {_code(_cut(shape, 40))}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _cut(text: str, most: int) -> str:
    """One line of at most ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _code(text: str) -> str:
    """A code span that shows ``text`` as it is: HTML, LaTeX and Markdown in it stay plain characters."""
    if not text:
        return "(no text)"
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"

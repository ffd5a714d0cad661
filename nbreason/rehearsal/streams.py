"""Streamed answers as server-sent events: chat completion chunks, and the typed events of responses."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from . import errors, wires
from .sample import THINKING
from .values import JSON, Asked, Outcome, Piece, Refusal

# Lengths of the streamed pieces, in characters: uneven, as tokens are.
_LENGTHS = (23, 12, 31, 40, 17, 28)
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Manner:
    """How to stream: waits in seconds, what is left out, and an error to break in with half-way."""

    pace: float = 0.0
    think_seconds: float = 0.0
    usage: bool = True
    done: bool = True
    reasoning_field: str = ""
    failure: Refusal | None = None


def split(text: str) -> list[str]:
    """``text`` in pieces of 12 to 40 characters (the last may be shorter)."""
    pieces: list[str] = []
    at = 0
    for length in itertools.cycle(_LENGTHS):
        if at >= len(text):
            return pieces
        pieces.append(text[at : at + length])
        at += length
    return pieces


def chat(asked: Asked, outcome: Outcome, model: str, manner: Manner) -> tuple[Piece, ...]:
    """The chunks of one chat completion."""
    frame: JSON = {
        "id": f"chatcmpl-{uuid.uuid4().hex[:29]}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": None,
    }
    if asked.include_usage and manner.usage:
        frame["usage"] = None  # OpenAI sends null in every chunk but the last one

    def chunk(delta: JSON, finish: str | None = None) -> JSON:
        return {**frame, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    pieces = [_data(chunk({"role": "assistant", "content": ""}))]
    deltas = [{manner.reasoning_field: text} for text in THINKING] if manner.reasoning_field else []
    field = "refusal" if outcome.refusal else "content"
    spoken = [{field: text} for text in split(outcome.refusal or outcome.text)]
    waits = [manner.think_seconds, *itertools.repeat(manner.pace, len(deltas) + len(spoken))]
    pieces += [_data(chunk(delta), wait) for delta, wait in zip([*deltas, *spoken], waits, strict=False)]
    if manner.failure:
        half = pieces[: max(1, len(pieces) // 2)]
        return (*half, _data(errors.openai(manner.failure), manner.pace))
    pieces += [
        _data(last, manner.pace) for last in _chat_ends(asked, outcome, manner, frame, chunk({}, outcome.finish))
    ]
    return (*pieces, Piece(DONE)) if manner.done else tuple(pieces)


def _chat_ends(asked: Asked, outcome: Outcome, manner: Manner, frame: JSON, finish: JSON) -> list[JSON]:
    """The chunk with the finish reason, then usage. AI/ML API's cost stands in whichever comes last."""
    cost = {"meta": wires.meta(outcome, manner.usage)}
    if not asked.include_usage or not manner.usage:
        return [{**finish, **cost}]
    usage = wires.chat_usage(outcome, wires.openrouter_path(asked.path))
    return [finish, {**frame, "choices": [], "usage": usage, **cost}]


def responses(asked: Asked, outcome: Outcome, model: str, manner: Manner) -> tuple[Piece, ...]:
    """The typed events of one response, numbered from 0."""
    events = list(_response_events(asked, outcome, model, manner))
    if manner.failure:
        error = errors.openai(manner.failure)["error"]
        events = events[: max(2, len(events) // 2)]
        failure = {
            "type": "error",
            "code": error["code"],
            "message": error["message"],
            "param": error["param"],
        }
        events.append((failure, manner.pace))
    return tuple(
        _data({**event, "sequence_number": number}, wait, str(event["type"]))
        for number, (event, wait) in enumerate(events)
    )


def _response_events(asked: Asked, outcome: Outcome, model: str, manner: Manner) -> Iterator[tuple[JSON, float]]:
    start = wires.skeleton(asked, model)
    reasoning, message = wires.reasoning_item(outcome), wires.message_item(outcome, openai=True)
    yield {"type": "response.created", "response": start}, 0.0
    yield {"type": "response.in_progress", "response": start}, 0.0
    yield from _reasoning_events(reasoning, outcome, manner)
    yield from _message_events(message, outcome, manner)
    reason = wires.incomplete_reason(outcome)
    final = {
        **start,
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": [reasoning, message],
        "usage": wires.response_usage(outcome) if manner.usage else None,
        "meta": wires.meta(outcome, manner.usage),
    }
    yield {"type": f"response.{final['status']}", "response": final}, manner.pace


def _reasoning_events(item: JSON, outcome: Outcome, manner: Manner) -> Iterator[tuple[JSON, float]]:
    at = {"item_id": item["id"], "output_index": 0, "summary_index": 0}
    begun = {**item, "summary": []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": begun}, 0.0
    wait = manner.think_seconds
    if outcome.thinking:
        name = "response.reasoning_summary"
        empty, full = ({"type": "summary_text", "text": text} for text in ("", outcome.thinking))
        yield {"type": f"{name}_part.added", **at, "part": empty}, wait
        for text in THINKING:
            yield {"type": f"{name}_text.delta", **at, "delta": text}, manner.pace
        yield {"type": f"{name}_text.done", **at, "text": outcome.thinking}, 0.0
        yield {"type": f"{name}_part.done", **at, "part": full}, 0.0
        wait = 0.0
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}, wait


def _message_events(item: JSON, outcome: Outcome, manner: Manner) -> Iterator[tuple[JSON, float]]:
    begun = {**item, "status": "in_progress", "content": []}
    at = {"item_id": item["id"], "output_index": 1, "content_index": 0}
    part = wires.content_part(outcome)
    yield {"type": "response.output_item.added", "output_index": 1, "item": begun}, 0.0
    extra: JSON = {} if outcome.refusal else {"logprobs": []}
    if outcome.refusal:
        empty = {**part, "refusal": ""}
        name, end = "response.refusal", {"refusal": outcome.refusal}
    else:
        empty = {**part, "text": ""}
        name, end = "response.output_text", {"text": outcome.text}
    yield {"type": "response.content_part.added", **at, "part": empty}, 0.0
    for text in split(outcome.refusal or outcome.text):
        yield {"type": f"{name}.delta", **at, "delta": text, **extra}, manner.pace
    yield {"type": f"{name}.done", **at, **end, **extra}, 0.0
    yield {"type": "response.content_part.done", **at, "part": part}, 0.0
    yield {"type": "response.output_item.done", "output_index": 1, "item": item}, 0.0


def _data(value: JSON, wait: float = 0.0, event: str = "") -> Piece:
    name = f"event: {event}\n" if event else ""
    text = f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n"
    return Piece(text.encode("utf-8", "replace"), wait)

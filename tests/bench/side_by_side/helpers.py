"""The SDK's stream helpers, ``.stream()``, with a stream that ends cleanly in the middle (row 32).

They need more fields of each event than our scripts send, so their events are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openai

from tests.conftest import DUMMY_KEY, Scripted
from tests.faults.conftest import DONE, event, send
from tests.faults.test_streams import CLOSING

SAID = "Two "


def in_words() -> str:
    """What each helper gives for the cut stream; both must give the whole text for a whole one."""
    parts = []
    for name, read, events in (
        ("chat.completions.stream().get_final_completion()", final_chat, chat_events()),
        ("responses.stream().get_final_response()", final_response, response_events()),
    ):
        begun, end = events
        assert ended(begun + end + DONE, read) == f"gives {len(SAID)} characters, labelled"
        parts.append(f"`{name}` {ended(begun, read)}")
    return "; ".join(parts)


def ended(body: bytes, read: Callable[[openai.OpenAI], tuple[str, Any]]) -> str:
    with server(body) as client:
        try:
            text, label = read(client)
        except Exception as error:
            return f"raises `{type(error).__name__}`"
    return f"gives {len(text)} characters, {'labelled' if label else 'no word why it ended'}"


@contextmanager
def server(body: bytes) -> Iterator[openai.OpenAI]:
    scripted = Scripted(send(CLOSING + body))
    try:
        with openai.OpenAI(base_url=f"{scripted.url}/v1", api_key=DUMMY_KEY) as client:
            yield client
    finally:
        scripted.stop()


def final_chat(client: openai.OpenAI) -> tuple[str, Any]:
    with client.chat.completions.stream(model="o3", messages=[{"role": "user", "content": "Why?"}]) as stream:
        choice = stream.get_final_completion().choices[0]
        return choice.message.content or "", choice.finish_reason


def final_response(client: openai.OpenAI) -> tuple[str, Any]:
    with client.responses.stream(model="o3", input="Why?") as stream:
        response = stream.get_final_response()
        return response.output_text, response.status


def chat_events() -> tuple[bytes, bytes]:
    """The beginning and the end of a stream of chat completions."""

    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "o3", "choices": [choice]})

    return chunk({"role": "assistant", "content": ""}) + chunk({"content": SAID}), chunk({}, "stop")


def response_events() -> tuple[bytes, bytes]:
    """The beginning and the end of a stream of Responses."""
    part = {"type": "output_text", "text": "", "annotations": []}
    item = {"id": "m", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    spot = {"item_id": "m", "output_index": 0, "content_index": 0}

    def response(status: str, output: list[Any]) -> dict[str, Any]:
        rest = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
        return {"id": "r", "object": "response", "created_at": 1, "model": "o3", "status": status, **rest} | {
            "output": output
        }

    whole = {**item, "status": "completed", "content": [{**part, "text": SAID}]}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response("in_progress", [])},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **spot, "part": part},
        {"type": "response.output_text.delta", **spot, "delta": SAID, "logprobs": []},
        {"type": "response.completed", "response": response("completed", [whole])},
    ]
    sent = [event({**body, "sequence_number": number}) for number, body in enumerate(events)]
    return b"".join(sent[:-1]), sent[-1]

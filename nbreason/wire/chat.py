"""The chat completions wire, as OpenAI defined it and Segmind, AI/ML API and many servers speak it.

Sources: the providers' published pages and OpenAPI files.  Fields that are missing, null or unknown are
normal on this wire; only what is needed is looked at.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from nbreason.core.events import Event, Finish, Finished, ReasoningDelta, Started, TextDelta, UsageSeen
from nbreason.core.parts import Image, Text
from nbreason.core.request import Request
from nbreason.core.turns import Message
from nbreason.core.usage import Usage
from nbreason.wire.envelope import Envelope
from nbreason.wire.reply import StreamError, WireReader, load_object

FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}


def encode(request: Request, *, model_in_body: bool = True) -> dict[str, Any]:
    """The JSON body of a request.

    model_in_body: False where the model's name is in the path (Segmind).
    """
    body: dict[str, Any] = {"model": request.model} if model_in_body else {}
    body["messages"] = [_message(message, request.system_role) for message in request.messages]
    if request.effort is not None:
        body["reasoning_effort"] = request.effort
    if request.max_tokens is not None:
        body[request.cap] = request.max_tokens
    if request.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return {**body, **request.params}


def _message(message: Message, system_role: str) -> dict[str, Any]:
    role = system_role if message.role == "system" else message.role
    if not message.images:
        # Plain strings are what every server takes; o1-preview and o1-mini take nothing else.
        return {"role": role, "content": message.text}
    return {"role": role, "content": [item for part in message.parts for item in _content(part)]}


def _content(part: Text | Image) -> list[dict[str, Any]]:
    if isinstance(part, Text):
        return [{"type": "text", "text": part.text}]
    caption = part.caption()
    words = [{"type": "text", "text": caption}] if caption else []
    return [*words, {"type": "image_url", "image_url": {"url": data_uri(part)}}]


def data_uri(image: Image) -> str:
    """The image as a ``data:`` URI."""
    return f"data:{image.mime};base64,{base64.b64encode(image.data).decode('ascii')}"


class ChatReader(WireReader):
    """Reads one reply of this wire, whole or streamed."""

    def whole(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Events of a complete JSON reply."""
        yield from self._chunk(body, "message")

    def event(self, data: str) -> Iterator[Event]:
        """Events of one ``data:`` line of a stream."""
        if data.strip() == "[DONE]":
            self.ended = True
            return
        yield from self._chunk(load_object(data), "delta")

    def _chunk(self, body: Mapping[str, Any], key: str) -> Iterator[Event]:
        if body.get("error"):
            raise StreamError(Envelope.of(body))
        if not self.started and (body.get("model") or body.get("id")):
            self.started = True
            yield Started(_string(body.get("model")), None)
        choices = body.get("choices")
        for choice in choices if isinstance(choices, list) else []:
            # One answer is asked for; a server that sends more is not mixed into it.
            if isinstance(choice, Mapping) and choice.get("index") in (None, 0):
                yield from self._choice(choice, key)
        if isinstance(body.get("usage"), Mapping):
            yield UsageSeen(usage(body["usage"]))
        yield from self.money(body)

    def _choice(self, choice: Mapping[str, Any], key: str) -> Iterator[Event]:
        said = choice.get(key)
        if isinstance(said, Mapping):
            thinking = _string(said.get("reasoning_content")) or _string(said.get("reasoning"))
            if thinking:
                yield ReasoningDelta(thinking)
            if text := _text(said.get("content")):
                self.seen = True
                yield TextDelta(text)
            if refusal := _string(said.get("refusal")):
                self.seen = self.refused = True
                yield TextDelta(refusal)
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self.finished = True
            yield Finished("refusal" if self.refused else FINISHES.get(reason, "stop"))


def usage(body: Mapping[str, Any]) -> Usage:
    """The reported tokens; what is missing stays None."""
    details = body.get("completion_tokens_details")
    reasoning = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    return Usage(count(body.get("prompt_tokens")), count(body.get("completion_tokens")), count(reasoning))


def count(value: object) -> int | None:
    """A token count as an int, or None for anything that is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1e12 else None


def _text(content: object) -> str:
    """The text of a message's content: a string, or a list of parts (some Segmind models)."""
    if isinstance(content, list):
        return "".join(_string(part.get("text")) or "" for part in content if isinstance(part, Mapping))
    return _string(content) or ""


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def dumps(body: Mapping[str, Any]) -> bytes:
    """The body as it is sent: compact UTF-8 JSON; lone surrogates, which UTF-8 cannot hold, become '?'."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")

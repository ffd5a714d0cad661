"""The chat completions wire, as OpenAI defined it and Segmind, AI/ML API and many servers speak it.

Sources: the providers' published pages and OpenAPI files.  Fields that are missing, null or unknown are
normal on this wire; only what is needed is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from nbreason.core.events import Event, Finish, Notice, ReasoningDelta, TextDelta, UsageSeen
from nbreason.core.parts import Image, Text
from nbreason.core.request import Request
from nbreason.core.usage import Usage
from nbreason.wire.envelope import Envelope
from nbreason.wire.inline import Inline
from nbreason.wire.reply import Costs, StreamError, WireReader, load_event
from nbreason.wire.values import count, data_uri, encode_message, items, mapping, merged, string

PATH = "/v1/chat/completions"
PARAMS = frozenset(
    {
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "seed",
        "stop",
        "store",
        "prediction",
        "provider",
        "safety_identifier",
        "prompt_cache_key",
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "logit_bias",
    }
)
"""What this wire has besides what nbreason sets itself.  A model may lack some (`ModelFacts.refuses`); those that
few schemas have (`metadata`, `service_tier`, `user`, `verbosity`) are facts of the models that have them
(`ModelFacts.params`).  From AI/ML API's OpenAPI files and OpenAI's API reference."""

FINISHES: Mapping[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "refusal",
    "error": "cut",
}
"""Reasons for the end, in lower case; any other (``stop``, ``end_turn``, ``eos``) is an ordinary end."""
TOOLS = ("tool_calls", "function_call", "tool_use")


def encode(request: Request, *, model_in_body: bool = True) -> dict[str, Any]:
    """The JSON body of a request.

    model_in_body: False where the model's name is in the path (Segmind).
    """
    body: dict[str, Any] = {"model": request.model} if model_in_body else {}
    content = partial(_content, detail=request.detail)
    body["messages"] = [encode_message(message, request.system_role, content) for message in request.messages]
    if request.effort is not None:
        body["reasoning_effort"] = request.effort
    if request.max_tokens is not None:
        body[request.cap] = request.max_tokens
    if request.format is not None:
        body["response_format"] = _response_format(request)
    if request.stream:
        body["stream"] = True
        if request.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return merged(body, request.params)


def _response_format(request: Request) -> dict[str, Any]:
    wanted = request.format
    if wanted is None or wanted.schema is None:
        return {"type": "json_object"}
    strict = {"strict": True} if wanted.strict else {}
    return {"type": "json_schema", "json_schema": {"name": wanted.name, "schema": dict(wanted.schema), **strict}}


def _content(part: Text | Image, detail: str | None) -> list[dict[str, Any]]:
    if isinstance(part, Text):
        return [{"type": "text", "text": part.text}]
    caption = part.caption()
    words = [{"type": "text", "text": caption}] if caption else []
    extra = {"detail": detail} if detail else {}
    return [*words, {"type": "image_url", "image_url": {"url": data_uri(part), **extra}}]


class ChatReader(WireReader):
    """Reads one reply of this wire, whole or streamed."""

    def __init__(self, costs: Costs = ()) -> None:
        super().__init__(costs)
        self._inline = Inline()

    def rest(self) -> Iterator[Event]:
        """What was held back."""
        yield from self._mark_seen(self._inline.close(whole=self.ended))

    def whole(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Events of a complete JSON reply."""
        if "choices" not in body and isinstance(body.get("content"), list):
            # Seen at Segmind: models of another maker answer in that maker's shape, without `choices`.
            body = {**body, "choices": [{"message": body, "finish_reason": body.get("stop_reason")}]}
        yield from self._chunk(body, "message")

    def event(self, data: str) -> Iterator[Event]:
        """Events of one ``data:`` line of a stream."""
        if data.strip() == "[DONE]":
            self.ended = True
            return
        yield from self._chunk(load_event(data), "delta")

    def _chunk(self, body: Mapping[str, Any], key: str) -> Iterator[Event]:
        if body.get("error"):
            raise StreamError(Envelope.of(body))
        self.recognised = self.recognised or "choices" in body
        yield from self.begin(body)
        for choice in items(body.get("choices")):
            # One answer is asked for; a server that sends more is not mixed into it.
            if choice.get("index") in (None, 0):
                yield from self._choice(choice, key)
        if isinstance(body.get("usage"), Mapping):
            yield UsageSeen(usage(body["usage"]))
        yield from self.money(body)

    def _choice(self, choice: Mapping[str, Any], key: str) -> Iterator[Event]:
        if choice.get("error"):
            raise StreamError(Envelope.of(choice))
        message = mapping(choice.get(key))
        # vLLM says `reasoning`, its older versions and DeepSeek `reasoning_content`.
        if thinking := string(message.get("reasoning_content")) or string(message.get("reasoning")):
            yield ReasoningDelta(thinking)
        if text := _text(message.get("content")) or string(choice.get("text")):  # the latter: older completions
            yield from self._mark_seen(self._inline.feed(text))
        if refusal := string(message.get("refusal")):
            self.seen = self.refused = True
            yield TextDelta(refusal)
        for annotation in items(message.get("annotations")):
            yield from self.cite(mapping(annotation.get("url_citation")) or annotation)
        if reason := string(choice.get("finish_reason")).lower():
            if reason in TOOLS:
                yield Notice("The model asked for a tool to be run; nbreason runs none.")
            yield from self._mark_seen(self._inline.close(whole=FINISHES.get(reason, "stop") == "stop"))
            yield self.finish("refusal" if self.refused else FINISHES.get(reason, "stop"))

    def _mark_seen(self, deltas: Iterable[TextDelta | ReasoningDelta]) -> Iterator[Event]:
        for delta in deltas:
            self.seen = self.seen or isinstance(delta, TextDelta)
            yield delta


def usage(body: Mapping[str, Any]) -> Usage:
    """The reported tokens; what is missing stays None."""
    cached = mapping(body.get("prompt_tokens_details")) or mapping(body.get("input_tokens_details"))
    details = mapping(body.get("completion_tokens_details")) or mapping(body.get("output_tokens_details"))
    sent = count(body.get("prompt_tokens", body.get("input_tokens")))
    output = count(body.get("completion_tokens", body.get("output_tokens")))
    reasoning, total = count(details.get("reasoning_tokens")), count(body.get("total_tokens"))
    if sent is not None and output is not None and total is not None:
        # xAI and Google count the reasoning beside the output and bill it as output; Google tells it in the total only.
        beside = total - sent - output
        output += beside if beside > 0 and reasoning in (None, beside) else 0
    return Usage(sent, output, reasoning, count(cached.get("cached_tokens")))


def _text(content: object) -> str:
    """The text of a message's content: a string, or a list of parts (some Segmind models)."""
    return "".join(string(part.get("text")) for part in items(content)) or string(content)

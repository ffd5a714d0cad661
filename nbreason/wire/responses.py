"""The Responses wire of OpenAI, as AI/ML API and many servers speak it too.

Sources: AI/ML API's OpenAPI files and sample replies, OpenAI's API reference.  They show that in a whole reply
`output` may be null, with the text in `output_text`; a message item may say ``in_progress`` and the top level may
have no `status` although the answer is complete; one server reports a truncated answer as ``response.completed``
with ``status: "incomplete"``.  Some servers send no ``event:`` line, so only the `type`
in the JSON counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from nbreason.core.events import Event, Finish, ReasoningDelta, TextDelta, UsageSeen
from nbreason.core.parts import Image, Text
from nbreason.core.request import Request
from nbreason.wire.chat import usage
from nbreason.wire.envelope import Envelope
from nbreason.wire.reply import Costs, StreamError, WireReader, load_event
from nbreason.wire.values import data_uri, encode_message, items, mapping, merged, string

PATH = "/v1/responses"
PARAMS = frozenset(
    {
        "include",
        "previous_response_id",
        "prompt",
        "store",
        "text",
        "truncation",
        "tools",
        "tool_choice",
        "reasoning",
        "parallel_tool_calls",
        "max_tool_calls",
        "prompt_cache_key",
        "safety_identifier",
        "temperature",
        "top_p",
        "top_logprobs",
    }
)
"""As in `chat.PARAMS`."""
LEAST_TOKENS = 16
"""``max_output_tokens`` has this minimum in AI/ML API's OpenAPI files."""

ENDINGS: Mapping[str, Finish] = {"max_output_tokens": "length", "content_filter": "content_filter"}


def encode(request: Request, *, model_in_body: bool = True) -> dict[str, Any]:
    """The JSON body of a request."""
    body: dict[str, Any] = {"model": request.model} if model_in_body else {}
    content = partial(_content, detail=request.detail or "auto")
    body["input"] = [encode_message(message, request.system_role, content) for message in request.messages]
    # The history is sent each time, so nothing need be kept at the provider (OpenAI keeps it by default).
    body["store"] = False
    reasoning = {"effort": request.effort, "summary": request.summary}
    if any(reasoning.values()):
        body["reasoning"] = {name: value for name, value in reasoning.items() if value}
    if request.max_tokens is not None:
        body["max_output_tokens"] = request.max_tokens
    if request.format is not None:
        body["text"] = {"format": _format(request)}
    if request.stream:
        body["stream"] = True
    return merged(body, _params(request.params))


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as this wire has them: here `verbosity` is a part of `text`."""
    given = dict(params)
    if "verbosity" in given:
        given["text"] = {**mapping(given.get("text")), "verbosity": given.pop("verbosity")}
    return given


def _format(request: Request) -> dict[str, Any]:
    wanted = request.format
    if wanted is None or wanted.schema is None:
        return {"type": "json_object"}
    strict = {"strict": True} if wanted.strict else {}
    return {"type": "json_schema", "name": wanted.name, "schema": dict(wanted.schema), **strict}


def _content(part: Text | Image, detail: str) -> list[dict[str, Any]]:
    if isinstance(part, Text):
        return [{"type": "input_text", "text": part.text}]
    caption = part.caption()
    words = [{"type": "input_text", "text": caption}] if caption else []
    # Here `image_url` is the bare string, where chat completions have an object.
    return [*words, {"type": "input_image", "image_url": data_uri(part), "detail": detail}]


class ResponsesReader(WireReader):
    """Reads one reply of this wire, whole or streamed."""

    def __init__(self, costs: Costs = ()) -> None:
        super().__init__(costs)
        self._message: object = None  # the output item that the last text came from
        self._thought: object = None  # the piece of reasoning that came last
        self._in_pieces: set[tuple[str, str, str]] = set()  # parts that came piece by piece

    def whole(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Events of a complete JSON reply."""
        self.recognised = isinstance(body.get("output", ""), list | None)
        yield from self._begin(body)
        yield from self._output(body)
        yield from self._sources(body)
        yield from self._end(body)

    def event(self, data: str) -> Iterator[Event]:
        """Events of one ``data:`` line of a stream."""
        if data.strip() == "[DONE]":
            self.ended = True
            return
        body = load_event(data)
        kind = string(body.get("type"))
        self.recognised = self.recognised or kind.startswith("response.")
        if kind == "error" or (not kind and body.get("error")):
            raise StreamError(Envelope.of(body))
        if kind in ("response.created", "response.in_progress"):
            yield from self._begin(mapping(body.get("response")))
        elif kind in ("response.completed", "response.incomplete", "response.failed"):
            response = mapping(body.get("response"))
            yield from self._begin(response)
            if not self.seen:
                yield from self._output(response)  # a server that streams no pieces
            yield from self._sources(response)
            yield from self._end(response, kind.rpartition(".")[2])
            self.ended = True
        elif kind in PIECES:
            yield from self._piece(kind, body)
        elif kind == "response.output_text.annotation.added":
            yield from self.cite(mapping(body.get("annotation")))

    def _piece(self, kind: str, body: Mapping[str, Any]) -> Iterator[Event]:
        """A piece of text (``….delta``), or all of it at its end (``….done``), unless it came in pieces."""
        say, name, index = PIECES[kind]
        item = body.get("output_index", body.get("item_id"))
        part = (say, repr(item), repr(body.get(index)))  # an index may be anything, a list for instance
        if kind.endswith(".delta"):
            self._in_pieces.add(part)
            yield from SAY[say](self, string(body.get("delta")), item, body.get(index))
        elif part not in self._in_pieces:
            yield from SAY[say](self, string(body.get(name)), item, body.get(index))

    def _begin(self, body: Mapping[str, Any]) -> Iterator[Event]:
        if body.get("error"):
            raise StreamError(Envelope.of(body))
        yield from self.begin(body)

    def _output(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """What the items of a finished response say; `output_text` where there are none."""
        for number, item in enumerate(items(body.get("output"))):
            for place, part in enumerate([*items(item.get("summary")), *items(item.get("content"))]):
                kind, text = part.get("type"), string(part.get("text"))
                if kind in ("summary_text", "reasoning_text"):
                    yield from self._think(text, number, place)
                elif kind == "refusal":
                    yield from self._refuse(string(part.get("refusal")), number, place)
                elif kind in ("output_text", "text"):
                    yield from self._say(text, number, place)
        if not self.seen:
            yield from self._say(string(body.get("output_text")), 0, 0)

    def _sources(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """The web pages that the items of a finished response cite."""
        for item in items(body.get("output")):
            for part in items(item.get("content")):
                for annotation in items(part.get("annotations")):
                    yield from self.cite(annotation)

    def _say(self, text: str, item: object, part: object) -> Iterator[Event]:
        """Visible text; two messages in one response are two paragraphs."""
        if not text:
            return
        if self.seen and item != self._message:
            yield TextDelta("\n\n")
        self.seen, self._message = True, item
        yield TextDelta(text)

    def _refuse(self, text: str, item: object, part: object) -> Iterator[Event]:
        self.refused = self.refused or bool(text)
        yield from self._say(text, item, part)

    def _think(self, text: str, item: object, part: object) -> Iterator[Event]:
        """Thinking; each part of a summary is a paragraph."""
        if not text:
            return
        if self._thought is not None and self._thought != (item, part):
            yield ReasoningDelta("\n\n")
        self._thought = (item, part)
        yield ReasoningDelta(text)

    def _end(self, body: Mapping[str, Any], event: str = "") -> Iterator[Event]:
        """How it ended: the name of the last event and the status inside need not agree."""
        states = {event, string(body.get("status"))}
        if "failed" in states:
            raise StreamError(Envelope.of(body))
        if isinstance(body.get("usage"), Mapping):
            yield UsageSeen(usage(body["usage"]))
        yield from self.money(body)
        reason = string(mapping(body.get("incomplete_details")).get("reason"))
        if "incomplete" in states or reason:
            yield self.finish(ENDINGS.get(reason, "length"))
        elif "cancelled" in states:
            yield self.finish("cut")
        elif self.refused:
            yield self.finish("refusal")
        elif self.seen or "completed" in states:
            # AI/ML API's samples have no status, or "in_progress": there the text is the only sign of the end.
            yield self.finish("stop")


Say = Callable[[ResponsesReader, str, object, object], Iterator[Event]]
SAY: Mapping[str, Say] = {
    "text": ResponsesReader._say,
    "refusal": ResponsesReader._refuse,
    "thought": ResponsesReader._think,
}
PIECES: Mapping[str, tuple[str, str, str]] = {
    f"response.{name}.{moment}": (say, field, index)
    for name, say, field, index in (
        ("output_text", "text", "text", "content_index"),
        ("refusal", "refusal", "refusal", "content_index"),
        ("reasoning_summary_text", "thought", "text", "summary_index"),
        ("reasoning_text", "thought", "text", "content_index"),
    )
    for moment in ("delta", "done")
}
"""Event type -> the kind of text, the field that holds all of it, and the field that numbers its part."""

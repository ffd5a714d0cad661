"""What comes back: bytes to events on both wires, with what servers are known to leave out, add or garble."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbreason.core.events import (
    Answer,
    CostSeen,
    Event,
    Finished,
    Notice,
    ReasoningDelta,
    Started,
    TextDelta,
    UsageSeen,
    fold,
)
from nbreason.core.usage import Money, Usage
from nbreason.errors import InvalidResponse
from nbreason.wire import WIRES, WireName
from nbreason.wire.reply import Body, StreamError

OVER = Finished("stop")
Parts = list[Any]


def read(wire: WireName, data: bytes, costs: tuple[tuple[str, str], ...] = ()) -> list[Event]:
    """The events of a reply."""
    body = Body(WIRES[wire].reader(costs))
    return [*body.feed(data), *body.close()]


def whole(wire: WireName, body: Any, **more: Any) -> list[Event]:
    return read(wire, json.dumps(body).encode(), **more)


def streamed(wire: WireName, *pieces: Any, done: bool = True, **more: Any) -> list[Event]:
    texts = [piece if isinstance(piece, str) else json.dumps(piece) for piece in pieces]
    return read(wire, "".join(f"data: {text}\n\n" for text in [*texts, *["[DONE]"] * done]).encode(), **more)


# Chat completions.


def chunk(delta: Any = None, finish: Any = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def message(finish: Any = "stop", **said: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", **said}, "finish_reason": finish}]}


CHAT_STREAMS: dict[str, tuple[Parts, list[Event]]] = {
    "plain": (
        [chunk({"role": "assistant", "content": ""}, model="o3"), chunk({"content": "Hi"}), chunk({}, "stop")],
        [Started("o3"), TextDelta("Hi"), OVER],
    ),
    "nulls everywhere": (
        [
            chunk({"content": None}, None, usage=None),
            chunk(None),
            chunk({"content": "Hi", "role": None}),
            chunk({}, "stop"),
        ],
        [TextDelta("Hi"), OVER],
    ),
    "choices empty or null": (
        [{"choices": []}, {"choices": None}, {}, chunk({"content": "Hi"}), chunk({}, "stop")],
        [TextDelta("Hi"), OVER],
    ),
    "usage after the end, without choices": (
        [
            chunk({"content": "Hi"}),
            chunk({}, "stop"),
            {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}},
        ],
        [TextDelta("Hi"), OVER, UsageSeen(Usage(3, 1))],
    ),
    "usage in each chunk": (
        [chunk({"content": "Hi"}, usage={"completion_tokens": 1}), chunk({}, "stop", usage={"completion_tokens": 2})],
        [TextDelta("Hi"), UsageSeen(Usage(None, 1)), OVER, UsageSeen(Usage(None, 2))],
    ),
    "newer reasoning": (
        [chunk({"reasoning": "Hm"}), chunk({"content": "Hi"}), chunk({}, "stop")],
        [ReasoningDelta("Hm"), TextDelta("Hi"), OVER],
    ),
    "older reasoning": (
        [chunk({"reasoning_content": "Hm", "content": None}), chunk({"content": "Hi"}), chunk({}, "stop")],
        [ReasoningDelta("Hm"), TextDelta("Hi"), OVER],
    ),
    "both names of reasoning are one": (
        [chunk({"reasoning_content": "Hm", "reasoning": "Hm"}), chunk({"content": "Hi"}), chunk({}, "stop")],
        [ReasoningDelta("Hm"), TextDelta("Hi"), OVER],
    ),
    "refusal": (
        [chunk({"refusal": "I can"}), chunk({"refusal": "not."}), chunk({}, "stop")],
        [TextDelta("I can"), TextDelta("not."), Finished("refusal")],
    ),
    "filter": (
        [chunk({"content": "Hi"}), chunk({}, "content_filter")],
        [TextDelta("Hi"), Finished("content_filter")],
    ),
    "length": ([chunk({"content": "Hi"}), chunk({}, "length")], [TextDelta("Hi"), Finished("length")]),
    "nothing visible at the limit": ([chunk({"content": None}), chunk({}, "length")], [Finished("length")]),
    "nothing at all, called whole": ([chunk({}), chunk({}, "stop")], [OVER, Finished("empty")]),
    "an end in capitals": ([chunk({"content": "Hi"}), chunk({}, "MAX_TOKENS")], [TextDelta("Hi"), Finished("length")]),
    "an end nobody knows": ([chunk({"content": "Hi"}), chunk({}, "eos")], [TextDelta("Hi"), OVER]),
    "a tool": (
        [chunk({"tool_calls": []}), chunk({}, "tool_calls")],
        [Notice("The model asked for a tool to be run; nbreason runs none."), OVER, Finished("empty")],
    ),
    "a second answer": (
        [chunk({"content": "Hi"}), {"choices": [{"index": 1, "delta": {"content": "Ho"}}]}, chunk({}, "stop")],
        [TextDelta("Hi"), OVER],
    ),
    "parts instead of a string": (
        [chunk({"content": [{"type": "text", "text": "Hi"}, {"type": "x"}, 7]}), chunk({}, "stop")],
        [TextDelta("Hi"), OVER],
    ),
    "no reason for the end": ([chunk({"content": "Hi"})], [TextDelta("Hi"), OVER]),
}


@pytest.mark.parametrize("name", CHAT_STREAMS)
def test_a_chat_stream_becomes_these_events(name: str) -> None:
    pieces, expected = CHAT_STREAMS[name]
    assert expected == streamed("chat", *pieces)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (message(content="Hi"), Answer("Hi", finish="stop")),
        (message(content="Hi", reasoning_content="Hm"), Answer("Hi", "Hm", "stop")),
        (message(content=None, refusal="No."), Answer("No.", finish="refusal")),
        (message("length", content=None), Answer("", finish="length")),
        (message("length", content=""), Answer("", finish="length")),
        (message("content_filter", content="H"), Answer("H", finish="content_filter")),
        (message("content_filter", content=None), Answer("", finish="content_filter")),
        (message(content=""), Answer("", finish="empty")),
        (message(None, content="Hi"), Answer("Hi", finish="stop")),
        ({**message(content="Hi"), "usage": None}, Answer("Hi", finish="stop")),
        (
            {"type": "message", "model": "m", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn"},
            Answer("Hi", finish="stop", reported_model="m"),
        ),
        (
            {"content": [{"type": "text", "text": "H"}], "stop_reason": "max_tokens", "usage": {"input_tokens": 2}},
            Answer("H", finish="length", usage=Usage(2)),
        ),
    ],
)
def test_a_whole_chat_reply_becomes_this_answer(body: Any, expected: Answer) -> None:
    assert expected == fold(whole("chat", body))


def test_usage_that_is_no_number_is_not_reported() -> None:
    usage = {"prompt_tokens": "many", "completion_tokens": True, "completion_tokens_details": None}
    assert Usage() == fold(whole("chat", {**message(content="Hi"), "usage": usage})).usage


@pytest.mark.parametrize(
    ("output", "reasoning", "total", "counted"),
    [
        (50, 300, 360, 350),  # xAI
        (50, None, 360, 350),  # Google
        (50, 30, 60, 50),  # OpenAI: the reasoning is a part of the output
        (50, None, 60, 50),
        (50, None, None, 50),
        (50, 30, 900, 50),  # a total of something else
        (50, None, 7, 50),
    ],
)
def test_reasoning_that_is_counted_beside_the_output_is_output(
    output: int, reasoning: int | None, total: int | None, counted: int
) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": output, "total_tokens": total}
    usage["completion_tokens_details"] = {"reasoning_tokens": reasoning}  # type: ignore[assignment]
    assert Usage(10, counted, reasoning) == fold(whole("chat", {**message(content="Hi"), "usage": usage})).usage


# Responses.


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **more}


def text(delta: str, item: int = 1, part: int = 0) -> dict[str, Any]:
    return event("output_text.delta", delta=delta, output_index=item, content_index=part)


def response(*content: Any, **more: Any) -> dict[str, Any]:
    items = [{"type": "message", "content": list(content)}] if content else []
    return {"model": "o3", "output": items, **more}


HI = {"type": "output_text", "text": "Hi"}
DONE_USAGE = {"input_tokens": 3, "output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 8}}
CREATED = event("created", response={"model": "o3", "status": "in_progress"})
CUT = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
RESPONSE_STREAMS: dict[str, tuple[Parts, list[Event]]] = {
    "plain": (
        [
            CREATED,
            event("in_progress", response={"model": "o3"}),
            event("output_item.added", item={"type": "message"}),
            text("H"),
            text("i"),
            event("output_text.done", text="Hi", output_index=1, content_index=0),
            event("completed", response=response(HI, status="completed", usage=DONE_USAGE)),
        ],
        [Started("o3"), TextDelta("H"), TextDelta("i"), UsageSeen(Usage(3, 9, 8)), OVER],
    ),
    "no pieces, only the end of each part": (
        [
            CREATED,
            event("output_text.done", text="Hi", output_index=1, content_index=0),
            event("completed", response={}),
        ],
        [Started("o3"), TextDelta("Hi"), OVER],
    ),
    "no pieces at all": (
        [CREATED, event("completed", response=response(HI, status="completed"))],
        [Started("o3"), TextDelta("Hi"), OVER],
    ),
    "thinking, its paragraphs kept apart": (
        [
            event("reasoning_summary_text.delta", delta="One", output_index=0, summary_index=0),
            event("reasoning_summary_text.delta", delta=".", output_index=0, summary_index=0),
            event("reasoning_summary_text.delta", delta="Two.", output_index=0, summary_index=1),
            event("reasoning_summary_text.done", text="Two.", output_index=0, summary_index=1),
            text("Hi"),
            event("completed", response={"status": "completed"}),
        ],
        [
            ReasoningDelta("One"),
            ReasoningDelta("."),
            ReasoningDelta("\n\n"),
            ReasoningDelta("Two."),
            TextDelta("Hi"),
            OVER,
        ],
    ),
    "thinking of open models": (
        [event("reasoning_text.delta", delta="Hm", output_index=0, content_index=0), text("Hi"), event("completed")],
        [ReasoningDelta("Hm"), TextDelta("Hi"), OVER],
    ),
    "two messages are two paragraphs": (
        [text("One.", 1), text("Two.", 2), event("completed", response={"status": "completed"})],
        [TextDelta("One."), TextDelta("\n\n"), TextDelta("Two."), OVER],
    ),
    "refusal": (
        [
            event("refusal.delta", delta="I cannot.", output_index=1, content_index=0),
            event("refusal.done", refusal="I cannot.", output_index=1, content_index=0),
            event("completed", response={"status": "completed"}),
        ],
        [TextDelta("I cannot."), Finished("refusal")],
    ),
    "truncated": ([text("H"), event("incomplete", response=response(**CUT))], [Started("o3"), Finished("length")]),
    "truncated, called completed": (
        [text("H"), event("completed", response=response(**CUT))],
        [Started("o3"), Finished("length")],
    ),
    "truncated without a reason": ([text("H"), event("incomplete", response={})], [Finished("length")]),
    "nothing visible at the limit": (
        [CREATED, event("incomplete", response=response(**CUT, usage=DONE_USAGE))],
        [Started("o3"), UsageSeen(Usage(3, 9, 8)), Finished("length")],
    ),
    "filtered": (
        [text("H"), event("incomplete", response={"incomplete_details": {"reason": "content_filter"}})],
        [Finished("content_filter")],
    ),
    "cancelled": ([text("H"), event("completed", response={"status": "cancelled"})], [Finished("cut")]),
    "empty, called completed": (
        [CREATED, event("completed", response=response(status="completed"))],
        [Started("o3"), OVER, Finished("empty")],
    ),
    "events nobody knows": (
        [event("web_search_call.searching"), {"type": "ping"}, {}, text("Hi"), event("completed", response={})],
        [TextDelta("Hi"), OVER],
    ),
}


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("name", RESPONSE_STREAMS)
def test_a_responses_stream_becomes_these_events_with_and_without_a_closing_mark(name: str, done: bool) -> None:
    pieces, expected = RESPONSE_STREAMS[name]
    events = streamed("responses", *pieces, done=done)
    if "".join(event.text for event in events if isinstance(event, TextDelta)) == "H":
        events.remove(TextDelta("H"))  # what the truncated ones begin with, before anything else is known
    assert expected == events


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (response(HI), Answer("Hi", finish="stop", reported_model="o3")),
        (response(HI, status="in_progress"), Answer("Hi", finish="stop", reported_model="o3")),
        ({"output": None, "output_text": "Hi"}, Answer("Hi", finish="stop")),
        ({"output": [], "output_text": "Hi", "status": "completed"}, Answer("Hi", finish="stop")),
        (response(HI, output_text="Hi"), Answer("Hi", finish="stop", reported_model="o3")),
        (response(HI, **CUT), Answer("Hi", finish="length", reported_model="o3")),
        (response(HI, **{**CUT, "status": "completed"}), Answer("Hi", finish="length", reported_model="o3")),
        ({"output": None, **CUT, "usage": DONE_USAGE}, Answer("", finish="length", usage=Usage(3, 9, 8))),
        (response({"type": "refusal", "refusal": "No."}), Answer("No.", finish="refusal", reported_model="o3")),
        ({"output": [], "status": "completed"}, Answer("", finish="empty")),
        (
            {"output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}, {"content": [HI]}]},
            Answer("Hi", "Hm", "stop"),
        ),
        (
            {
                "output": [
                    {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Hm"}]},
                    {"content": [HI]},
                ]
            },
            Answer("Hi", "Hm", "stop"),
        ),
    ],
)
def test_a_whole_response_becomes_this_answer(body: Any, expected: Answer) -> None:
    assert expected == fold(whole("responses", body))


def test_the_tokens_come_before_the_closing_event_is_over() -> None:
    body = Body(WIRES["responses"].reader(()))
    data = "".join(f"data: {json.dumps(piece)}\n\n" for piece in RESPONSE_STREAMS["plain"][0])
    assert not body.over
    events = list(body.feed(data.encode()))
    assert body.over
    assert UsageSeen(Usage(3, 9, 8)) in events


# Money, errors, and replies that are none.


def test_the_first_cost_that_is_there_counts() -> None:
    costs = (("meta.usage.usd_spent", "USD"), ("meta.usage.credits_used", "credits"))
    both = {**message(content="Hi"), "meta": {"usage": {"credits_used": 9, "usd_spent": 0.5}}}
    one = {**message(content="Hi"), "meta": {"usage": {"credits_used": 9}}}
    none = {**message(content="Hi"), "meta": {"usage": None}}
    found = [
        [event for event in whole("chat", body, costs=costs) if isinstance(event, CostSeen)]
        for body in (both, one, none)
    ]
    assert [[CostSeen(Money(0.5, "USD"))], [CostSeen(Money(9, "credits"))], []] == found


@pytest.mark.parametrize(
    ("wire", "data", "said"),
    [
        ("chat", b'{"error": {"message": "No credits.", "code": 402}}', ("No credits.", "402")),
        ("chat", b'{"error": "Oh dear"}', ("Oh dear", "")),
        ("chat", b'data: {"error": {"message": "Oh"}}\n\n', ("Oh", "")),
        ("chat", b'event: error\ndata: {"message": "Oh"}\n\n', ("Oh", "")),
        ("chat", b"event: error\ndata: Oh\n\n", ("Oh", "")),
        ("chat", b'data: {"choices": [{"error": {"message": "Oh", "code": 502}}]}\n\n', ("Oh", "502")),
        ("responses", b'{"error": {"code": "server_error", "message": "Oh"}, "output": []}', ("Oh", "server_error")),
        ("responses", b'data: {"type": "error", "code": "x", "message": "Oh", "param": null}\n\n', ("Oh", "x")),
        ("responses", b'event: error\ndata: {"type": "error", "error": {"message": "Oh"}}\n\n', ("Oh", "")),
        (
            "responses",
            b'data: {"type": "response.failed", "response": {"error": {"code": "x", "message": "Oh"}}}\n\n',
            ("Oh", "x"),
        ),
        ("responses", b'{"status": "failed", "error": null}', ("", "")),
    ],
)
def test_an_error_inside_a_success_is_an_error(wire: WireName, data: bytes, said: tuple[str, str]) -> None:
    with pytest.raises(StreamError) as caught:
        read(wire, data)
    assert said == (caught.value.envelope.message, caught.value.envelope.code)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><title>Log in</title>", "web page"),
        (b"[1, 2]", "something else"),
        (b'{"choices": [{"mess', "something else"),
        (b"{}", "no answer"),
        (b'{"choices": [], "output": []}', "no answer"),
        (b"Bad gateway", "without an answer"),
        (b"data: [DONE]\n\n", "without an answer"),
        (b": ping\n\n", "without an answer"),
        (b"data: {broken\n\n", "damaged"),
        (b"data: []\n\n", "damaged"),
        (b'{"a":' * 100_000, "something else"),
    ],
)
def test_what_is_no_reply_is_one_clear_line(wire: WireName, data: bytes, words: str) -> None:
    with pytest.raises(InvalidResponse, match=words) as caught:
        read(wire, data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(("wire", "piece"), [("chat", chunk({"content": "Hi"})), ("responses", text("Hi"))])
def test_a_stream_that_just_ends_is_cut_and_keeps_its_text(wire: WireName, piece: Any) -> None:
    assert [TextDelta("Hi"), Finished("cut")] == streamed(wire, piece, done=False)


def test_bytes_behind_a_byte_order_mark_are_read_however_they_are_cut() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(message(content="Hi")).encode()
    body = Body(WIRES["chat"].reader(()))
    events = [event for at in range(len(data)) for event in body.feed(data[at : at + 1])]
    assert fold([*events, *body.close()]).text == "Hi"

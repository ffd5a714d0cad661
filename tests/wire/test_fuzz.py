"""Whatever comes in, nothing but our own errors comes out: replies, error bodies, files, magic lines, settings."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nbreason.answers import export as transcript
from nbreason.config.endpoints import endpoint, key_names
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer, Finished, fold
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.parser import parse
from nbreason.providers import providers
from nbreason.render.bundle import answer_bundle
from nbreason.store import replay
from nbreason.transport.proxies import proxy_for
from nbreason.transport.retry import requested_wait
from nbreason.wire import WIRES, WireName
from nbreason.wire.envelope import Envelope, excerpt
from nbreason.wire.problems import ErrorContext, problem
from nbreason.wire.reply import Body, StreamError
from tests.wire.test_sse import reference, split

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = st.sampled_from(
    [
        *("choices", "delta", "message", "content", "finish_reason", "usage", "error", "index", "refusal", "reasoning"),
        *(
            "prompt_tokens",
            "completion_tokens",
            "type",
            "text",
            "output",
            "output_text",
            "response",
            "status",
            "item_id",
        ),
        *("incomplete_details", "reason", "summary", "code", "param", "model", "detail", "loc", "msg", "cost", "role"),
        *("stop", "length", "content_filter", "completed", "response.completed", "response.output_text.delta"),
        *("response.created", "response.refusal.delta", "response.reasoning_summary_text.delta", "response.failed"),
        *(
            "answers",
            "format",
            "asked",
            "sent",
            "answer",
            "sum",
            "images",
            "turns",
            "conversation",
            "question",
            "owner",
        ),
        *("cost", "balance", "notices", "rates", "kept", "finish", "seconds", "asked_at", "data", "mime", "width"),
    ]
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=5),
    max_leaves=20,
)
OBJECT = st.dictionaries(WORDS, JSON, max_size=6)
COSTS = (("usage.cost", "USD"), ("cost", "credits"))


def decoded(wire: WireName, data: bytes) -> Answer | None:
    """The answer in these bytes, or None when the reader says that there is none, in its own words."""
    body = Body(WIRES[wire].reader(COSTS))
    events = []
    try:
        events += body.feed(data)
        events += body.close()
    except (NBReasonError, StreamError):
        return None
    assert any(isinstance(event, Finished) for event in events), "an answer that ends says how"
    return fold(events)


@pytest.mark.parametrize("wire", WIRES)
@QUICK
@given(body=OBJECT)
def test_any_object_is_an_answer_or_an_error_of_ours(wire: WireName, body: Any) -> None:
    answer = decoded(wire, json.dumps(body).encode())
    if answer is not None:
        answer_bundle(answer)


@pytest.mark.parametrize("wire", WIRES)
@QUICK
@given(bodies=st.lists(JSON, max_size=5), name=st.sampled_from(["", "event: error\n", "event: ping\n"]))
@example(bodies=[{"type": "response.completed", "response": 7}], name="")
@example(bodies=[{"choices": [{"delta": {"content": {"text": "x"}}}]}], name="")
@example(bodies=[{"type": ["unhashable"], "output_index": {"a": 1}}], name="")
@example(bodies=[{"type": "response.output_text.delta", "output_index": [1], "content_index": {}}], name="")
def test_any_stream_is_an_answer_or_an_error_of_ours(wire: WireName, bodies: list[Any], name: str) -> None:
    data = "".join(f"{name}data: {json.dumps(body)}\n\n" for body in bodies)
    answer = decoded(wire, data.encode())
    if answer is not None:
        answer_bundle(answer)


@pytest.mark.parametrize("wire", WIRES)
@QUICK
@given(data=st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_an_error_of_ours(wire: WireName, data: bytes) -> None:
    decoded(wire, data)
    decoded(wire, b"data: " + data + b"\n\n")


@QUICK
@given(text=st.text() | JSON.map(json.dumps) | OBJECT.map(json.dumps), status=st.integers(300, 599))
def test_any_body_of_an_error_becomes_one_printable_line(text: str, status: int) -> None:
    line = str(problem(status, Envelope.read(text), ErrorContext("Somebody", "somebody:o3", retry_after=float("inf"))))
    assert "\n" not in line
    assert line.isprintable()
    assert len(line) < 900
    assert len(excerpt(text)) <= 200


ENTRY = st.fixed_dictionaries(
    {"asked": st.just("m"), "sent": st.just("d"), "question": st.text(), "answer": OBJECT},
    optional={"sent_alone": JSON, "cell": JSON, "parts": JSON},
)


@QUICK
@given(body=JSON | OBJECT)
def test_any_file_is_a_replay_file_or_none(tmp_path_factory: pytest.TempPathFactory, body: Any) -> None:
    with suppress(ValueError):
        replay.read_answers(json.dumps(body), "a.reason.json")
    with pytest.raises(UsageError):
        transcript.from_json(json.dumps(body))


@QUICK
@given(entries=st.lists(ENTRY, max_size=3))
def test_any_entry_with_a_right_sum_can_be_shown_or_is_not_used(entries: list[dict[str, Any]]) -> None:
    """The sum guards against slips, not against somebody who computes it."""
    whole = [{**entry, "sum": replay.checksum(entry)} for entry in entries]
    answers, _ = replay.read_answers(json.dumps({"format": replay.FORMAT, "answers": whole}), "a.reason.json")
    for saved in answers:
        answer_bundle(saved.answer)


@QUICK
@given(
    turn=st.fixed_dictionaries(
        {
            "asked": st.just("m"),
            "asked_at": JSON,
            "digest": st.just("d"),
            "question": st.lists(st.dictionaries(st.sampled_from(["text", "image", "alt", "source"]), JSON)),
            "answer": OBJECT,
        }
    )
)
def test_any_turn_of_an_exported_conversation_can_be_shown_or_is_refused(turn: dict[str, Any]) -> None:
    body = {"conversation": transcript.FORMAT, "images": {}, "turns": [turn]}
    with suppress(UsageError):
        for exchange in transcript.from_json(json.dumps(body)):
            answer_bundle(exchange.answer)
            assert isinstance(exchange.headline, str)


FLAGS = st.sampled_from(
    [*("-m", "-e", "-i", "-w", "-n", "--param", "--timeout", "--error", "--into", "--key", "--", "'", '"', "(", "=")]
)


@QUICK
@given(line=st.text(max_size=60) | st.lists(FLAGS | st.text(max_size=5), max_size=8).map(" ".join))
def test_any_line_is_read_or_is_a_usage_problem(line: str) -> None:
    with suppress(UsageError):
        assert parse(line)[1] in line


@QUICK
@given(value=JSON, name=st.sampled_from(["url", "wire", "key_env", "auth", "ca", "proxy", "headers"]))
@example(value="http://[", name="url")
@example(value="\0", name="ca")
def test_any_setting_of_an_endpoint_is_used_or_refused(value: Any, name: str) -> None:
    with suppress(NBReasonError):
        made = NBReason(endpoints={"compatible": {"url": "https://x.invalid", name: value}})
        key_names(providers()["compatible"], made)
        endpoint(providers()["compatible"], made, {})


@QUICK
@given(value=st.text(max_size=30), rules=st.text(max_size=30))
def test_any_variable_of_a_proxy_is_read(value: str, rules: str) -> None:
    proxy_for("https://api.example.invalid/v1", {"HTTPS_PROXY": value, "NO_PROXY": rules}, "linux")
    assert (requested_wait({"retry-after": value, "retry-after-ms": rules}, 0.0) or 0.0) >= 0


@pytest.mark.slow
def test_a_hundred_thousand_random_streams_agree_with_the_reference() -> None:
    dice = random.Random(100_000)
    pieces = [b"data:", b"data: x", b"event: e", b":", b" ", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b"\xe2\x88\x91"]
    for _ in range(100_000):
        data = b"".join(dice.choices(pieces, k=dice.randrange(24)))
        cuts = sorted(dice.choices(range(len(data) + 1), k=dice.randrange(6)))
        chunks = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert reference(data) == split(*chunks), chunks

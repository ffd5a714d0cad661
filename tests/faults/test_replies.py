"""Rows 18 to 32: the reply is refused, odd, empty, too large, or ends in an unusual way."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from nbreason.core.parts import Text
from nbreason.core.usage import Usage
from nbreason.errors import InvalidResponse, RequestRejected, ResponseLost, ServerError
from nbreason.render.line import static_line
from nbreason.transport.timeouts import Timeouts
from tests.conftest import http, question
from tests.faults.conftest import (
    DONE,
    OPEN,
    TEXT,
    Way,
    World,
    event,
    every_stream,
    every_way,
    not_repeated,
    reset_after,
    send,
    whole,
)

CLOSING = OPEN + b"Connection: close\r\n\r\n"


def refusal(status: int, **error: Any) -> bytes:
    return http(f"{status} No", json.dumps({"error": error}).encode())


def sent(world: World, number: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(world.server.requests[number].partition(b"\r\n\r\n")[2])
    return body


@every_way
@pytest.mark.parametrize(
    ("status", "words"), [(400, "This model's maximum context length is 200000 tokens"), (413, "Payload Too Large")]
)
def test_fault_18_a_question_that_is_too_long_says_what_is_large(world: World, status: int, words: str) -> None:
    world.script = send(refusal(status, message=words))
    with pytest.raises(RequestRejected) as caught:
        world.session().ask(question(Text("x" * 4000, "df"), "Why?", owner="cell/0")).result(10)
    line = str(caught.value)
    assert "The question is too long for compatible:o3" in line
    assert "tokens: df 1,000, instructions and earlier turns " in line
    assert ", the question 1. Nothing was spent. Attach less, or use --alone." in line
    assert (len(world.server.requests), world.slept) == (1, [])
    world.next_ask_works()


@every_stream
@pytest.mark.parametrize("thing", ["stream", "stream_options"])
def test_fault_19_a_refused_stream_is_asked_for_once_and_never_again(world: World, thing: str) -> None:
    if world.way.wire == "responses" and thing == "stream_options":
        thing = "stream"  # that wire has no such option

    def serve(connection: socket.socket) -> None:
        if thing in sent(world):
            send(refusal(400, message=f"Unsupported parameter: {thing}", param=thing, code="unsupported_value"))(
                connection
            )
        else:
            send((Way(world.way.wire, thing != "stream")).reply())(connection)

    first = world.ask(serve)
    assert (first.error, first.posts, first.record.state) == (None, 2, "done")
    second = world.ask(serve, fresh=True)
    assert (second.error, second.posts) == (None, 1), "the address is known to refuse it"


@every_way
def test_fault_20_an_error_in_a_reply_of_status_200_is_an_error(world: World) -> None:
    body = {"error": {"message": "upstream broke", "type": "server_error"}}
    outcome = world.ask(send(http("200 OK", json.dumps(body).encode())))
    assert isinstance(outcome.error, ServerError)
    assert 'reported an error inside the answer: "upstream broke"' in outcome.line
    not_repeated(outcome)
    world.next_ask_works()


@every_stream
def test_fault_21_a_whole_answer_instead_of_a_stream_is_the_answer(world: World) -> None:
    answer = whole(world.ask(send(Way(world.way.wire, False).reply())))
    assert answer.usage == Usage(9, 7)


@every_way
@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("body", [b"", b"<html><body>" + b"x" * 5000, b"\x1b[31m" + b"y" * 5000, b"\xff\xfe\x00"])
def test_fault_22_at_most_200_harmless_characters_of_an_error_are_shown(world: World, status: int, body: bytes) -> None:
    outcome = world.ask(send(http(f"{status} No", body)))
    assert outcome.posts == 1
    assert outcome.line.isprintable()
    assert "<" not in outcome.line
    assert outcome.line.count("y") <= 200 + 10, "the line itself has a few"
    world.next_ask_works()


EMPTY: tuple[Any, ...] = (
    {"choices": []},
    {"choices": None},
    {"choices": [{"delta": None}]},
    {"choices": [{"delta": {}}]},
    {},
    {"type": "response.output_text.delta", "delta": None},
)
"""Chunks that servers send without anything in them."""


@every_stream
def test_fault_23_chunks_without_anything_in_them_are_skipped(world: World) -> None:
    empty = (*EMPTY, {"choices": [None, 7]})
    noise = b"".join(event(body) for body in empty)
    way = world.way
    whole(world.ask(send(CLOSING + noise + way.say(TEXT) + noise + way.end() + noise + DONE)))


@every_way
def test_fault_23_nothing_but_such_chunks_is_an_error(world: World) -> None:
    nothing = event({"choices": []}) + event({"choices": None}) + DONE
    reply = CLOSING + nothing if world.way.streamed else http("200 OK", b'{"choices": null, "output": null}')
    outcome = world.ask(send(reply))
    assert isinstance(outcome.error, InvalidResponse)
    not_repeated(outcome)
    world.next_ask_works()


@every_way
def test_fault_24_thinking_that_used_up_the_limit_says_so_and_is_not_replayed(world: World) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 1024, "input_tokens": 9, "output_tokens": 1024}
    outcome = world.ask(send(world.way.reply(None, "length", usage)))
    assert outcome.answer is not None
    assert (outcome.answer.text, outcome.answer.finish, outcome.answer.complete) == ("", "length", False)
    assert outcome.notices == [
        "0 visible of 1,024 tokens: the reasoning used up the limit. Raise --max-tokens or lower the effort."
        " It was billed anyway."
    ]
    assert " 1,024 out" in static_line(outcome.answer)
    assert (outcome.posts, outcome.record.state) == (1, "failed")
    world.next_ask_works()


@every_way
def test_fault_25_a_filtered_answer_is_labelled_and_not_replayed(world: World) -> None:
    outcome = world.ask(send(world.way.reply("Two", "content_filter")))
    assert outcome.answer is not None
    assert (outcome.answer.finish, outcome.text, outcome.record.state) == ("content_filter", "Two", "partial")
    assert "stopped by the provider's content filter" in static_line(outcome.answer)
    world.next_ask_works()


@every_way
def test_fault_25_a_refusal_is_labelled_and_not_replayed(world: World) -> None:
    said = "I cannot."
    if world.way.wire == "chat":
        events = event({"choices": [{"delta": {"refusal": said}}]})
        body = world.way.whole(None, refusal=said)
    else:
        events = event({"type": "response.refusal.delta", "delta": said})
        output = [{"type": "message", "content": [{"type": "refusal", "refusal": said}]}]
        body = world.way.completed("stop", output=output)["response"]
    streamed = CLOSING + events + world.way.end() + DONE
    outcome = world.ask(send(streamed if world.way.streamed else http("200 OK", json.dumps(body).encode())))
    assert outcome.answer is not None
    assert (outcome.answer.finish, outcome.text, outcome.posts) == ("refusal", said, 1)
    assert "the model refused" in static_line(outcome.answer)
    world.next_ask_works()


@every_way
@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None, "input_tokens": "many"}], ids=repr)
def test_fault_26_tokens_that_are_not_reported_are_said_so_and_never_0(world: World, usage: Any) -> None:
    answer = whole(world.ask(send(world.way.reply(usage=usage))))
    assert answer.usage == Usage(None, None, None)
    assert "tokens not reported" in static_line(answer)
    assert answer.cost is None


@every_way
@pytest.mark.parametrize("fault", ["JSON cut short", "length too long"])
def test_fault_27_a_whole_reply_that_is_cut_short_is_no_answer(world: World, fault: str) -> None:
    body = json.dumps(world.way.whole(TEXT)).encode()
    half = body[: len(body) // 2]
    cut = http("200 OK", half) if fault == "JSON cut short" else http("200 OK", body)[:-30]
    outcome = world.ask(send(cut))
    assert isinstance(outcome.error, InvalidResponse | ResponseLost)
    not_repeated(outcome)
    world.next_ask_works()


BOMBS = {
    "zeros": (b"", b"\0"),
    "one JSON string": (b'{"a": "', b"x"),
    "one line of a stream": (b"data: ", b"x"),
    "empty lines": (b"", b"\n"),
}
"""How each begins, and what follows 200 million times."""


def packed_bomb(begin: bytes, filling: bytes, encoding: str) -> bytes:
    packer = zlib.compressobj(1, wbits=31 if encoding == "gzip" else 15)
    pieces = [packer.compress(begin), *(packer.compress(filling * 2**20) for _ in range(200)), packer.flush()]
    return b"".join(pieces)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.long
def test_fault_28_a_bomb_of_200_mib_is_cut_off_while_memory_stays_flat(world: World, name: str, encoding: str) -> None:
    packed = packed_bomb(*BOMBS[name], encoding)
    session = world.session()
    tracemalloc.start()
    try:
        outcome = world.ask(send(http("200 OK", packed, f"Content-Encoding: {encoding}")), session)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(outcome.error, InvalidResponse)
    assert "decompresses to far more than an answer holds" in outcome.line
    not_repeated(outcome)
    assert peak < 32 * 2**20
    world.next_ask_works()


@every_way
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_fault_28_an_ordinary_compressed_reply_is_an_ordinary_reply(world: World, encoding: str) -> None:
    whole_reply = world.way.reply()
    body = whole_reply.partition(b"\r\n\r\n")[2]
    packed = gzip.compress(body[:50]) + gzip.compress(body[50:]) if encoding == "gzip" else zlib.compress(body)[2:-4]
    whole(world.ask(send(http("200 OK", packed, f"Content-Encoding: {encoding}"))))
    assert b"accept-encoding: identity" in world.server.requests[0].lower()


@every_stream
def test_fault_29_an_event_of_two_mebibytes_is_accepted(world: World) -> None:
    text = "two megabytes " * (2 * 2**20 // 14)
    way = world.way
    whole(world.ask(send(CLOSING + way.begin() + way.say(text) + way.end() + DONE)), text)


def test_fault_29_an_event_without_end_is_cut_off_at_64_mib(world: World) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(CLOSING + b"data: ")
        for _ in range(70):
            connection.sendall(b"x" * 2**20)

    outcome = world.ask(endless)
    assert isinstance(outcome.error, InvalidResponse)
    assert "larger than 64 MiB" in outcome.line
    not_repeated(outcome)


@pytest.mark.long
def test_fault_30_endless_tokens_end_at_64_mib_and_the_text_is_kept(world: World) -> None:
    """For a person who has set no limit of tokens, and a model that has lost its way."""
    said = "again and " * 13_000

    def endless(connection: socket.socket) -> None:
        connection.sendall(CLOSING)
        piece = world.way.say(said)
        for _ in range(64 * 2**20 // len(piece) + 2):
            connection.sendall(piece)

    outcome = world.ask(endless)
    assert "larger than 64 MiB" in outcome.line
    assert outcome.text.startswith(said)
    assert (outcome.posts, outcome.record.state) == (1, "partial")
    world.next_ask_works()


@every_stream
def test_fault_30_endless_tokens_end_with_the_time_and_the_text_is_kept(world: World) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(CLOSING)
        while True:
            connection.sendall(world.way.say("again "))
            time.sleep(0.01)

    started = time.monotonic()
    outcome = world.ask(endless, timeout=0.5)
    assert 0.4 < time.monotonic() - started < 2
    assert isinstance(outcome.error, ResponseLost)
    assert "The answer took longer than" in outcome.line
    not_repeated(outcome, outcome.text)
    assert outcome.text.startswith("again again ")
    world.next_ask_works()


@every_stream
def test_fault_31_a_stream_without_its_closing_mark_is_whole_when_it_said_why_it_ended(world: World) -> None:
    way = world.way
    whole(world.ask(send(CLOSING + way.begin() + way.say(TEXT) + way.end())))


def test_fault_31_nor_is_a_reset_or_silence_behind_the_end_a_fault(world: World) -> None:
    way = world.way
    session = world.session(Timeouts(end=0.2))
    said = OPEN + b"Content-Length: 99999\r\n\r\n" + way.begin() + way.say(TEXT) + way.end()
    whole(world.ask(send(said), session))

    def reset(connection: socket.socket) -> None:
        connection.sendall(said)
        time.sleep(0.05)
        reset_after(b"")(connection)

    whole(world.ask(reset, session, fresh=True))

    def silent(connection: socket.socket) -> None:
        connection.sendall(said)
        world.server.wait_until_gone(connection)

    started = time.monotonic()
    whole(world.ask(silent, session, fresh=True))
    assert time.monotonic() - started < 2


@every_stream
def test_fault_32_a_clean_end_without_a_reason_may_be_incomplete(world: World) -> None:
    outcome = world.ask(send(CLOSING + world.way.begin() + world.way.say("Two ")))
    assert isinstance(outcome.error, ResponseLost)
    assert "The answer broke off and is marked as incomplete." in outcome.line
    not_repeated(outcome, "Two ")
    world.next_ask_works()

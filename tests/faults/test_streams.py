"""Rows 33 to 47: a stream is cut, garbled, silent, or never ends."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

import pytest

from nbreason.errors import InvalidResponse, ResponseLost, ServerError
from nbreason.transport.timeouts import Timeouts
from tests.conftest import http
from tests.faults.conftest import (
    DONE,
    OPEN,
    RESET,
    TEXT,
    Way,
    World,
    event,
    every_stream,
    not_repeated,
    send,
    whole,
)

CLOSING = OPEN + b"Connection: close\r\n\r\n"
CHUNKED = OPEN + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = OPEN + b"Content-Length: 99999\r\n\r\n"
QUICK = Timeouts(idle=0.3, end=0.2)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def in_pieces(data: bytes, size: int) -> Callable[[socket.socket], None]:
    """Sends the head at once and the body in pieces, each in a packet of its own."""
    head, _, body = data.partition(b"\r\n\r\n")

    def script(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head + b"\r\n\r\n")
        for start in range(0, len(body), size):
            connection.sendall(body[start : start + size])
        connection.shutdown(socket.SHUT_RDWR)

    return script


@every_stream
def test_fault_33_a_close_delimited_stream_that_is_cut_keeps_its_text(world: World) -> None:
    outcome = world.ask(send(CLOSING + world.way.begin() + world.way.say("Two ") + world.way.say("gro")))
    assert isinstance(outcome.error, ResponseLost)
    not_repeated(outcome, "Two gro")
    world.next_ask_works()


@every_stream
@pytest.mark.parametrize("framing", ["chunked", "with a length"])
@pytest.mark.parametrize("end", ["FIN", "RST"])
def test_fault_34_a_connection_lost_mid_stream_keeps_the_text(world: World, framing: str, end: str) -> None:
    way = world.way
    said = way.begin() + way.say("Two ")
    data = CHUNKED + chunk(said) if framing == "chunked" else LONG + said

    def lose(connection: socket.socket) -> None:
        connection.sendall(data)
        time.sleep(0.1)  # a reset overtakes what the other side has not read yet
        if end == "RST":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()
        else:
            connection.shutdown(socket.SHUT_RDWR)

    outcome = world.ask(lose)
    assert isinstance(outcome.error, ResponseLost)
    assert "The connection was lost after" in outcome.line
    not_repeated(outcome, "Two ")
    world.next_ask_works()


@every_stream
@pytest.mark.parametrize("left", [1, 2, 3, 25])
def test_fault_35_a_cut_inside_an_event_keeps_the_text_before_it(world: World, left: int) -> None:
    """Also when all but the blank line has come: the standard drops such an event, and so do we."""
    way = world.way
    cut = (way.begin() + way.say("Two ") + way.say("groups"))[:-left]
    outcome = world.ask(send(CLOSING + cut))
    assert isinstance(outcome.error, ResponseLost)
    not_repeated(outcome, "Two ")
    world.next_ask_works()


@every_stream
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_fault_36_bytes_that_come_one_by_one_are_the_same_text(world: World, size: int) -> None:
    text = "∑ 🜁 é \u4e2d"
    raw = event(json.dumps(world.way.piece(text), ensure_ascii=False).encode())
    whole(world.ask(in_pieces(CLOSING + world.way.begin() + raw + world.way.end() + DONE, size)), text)


@every_stream
def test_fault_37_bytes_that_are_no_text_are_replaced_with_a_warning(world: World) -> None:
    damaged = world.way.say("Two groups").replace(b"Two", b"T\xffo")
    outcome = world.ask(send(CLOSING + damaged + world.way.end() + DONE))
    answer = whole(outcome, "T\ufffdo groups")
    assert answer.notices == ("Some characters of this answer arrived damaged and are shown as \ufffd.",)


def test_fault_37_also_in_a_whole_reply_and_not_where_the_answer_itself_says_so(world: World) -> None:
    body = json.dumps(Way("chat", False).whole("Two groups"))
    damaged = world.ask(send(http("200 OK", body.encode().replace(b"Two", b"T\xffo"))))
    assert damaged.answer is not None
    assert damaged.answer.notices != ()
    own = json.dumps(Way("chat", False).whole("A \ufffd."), ensure_ascii=False).encode()
    meant = world.ask(send(http("200 OK", own)), fresh=True)
    assert meant.answer is not None
    assert (meant.answer.text, meant.answer.notices) == ("A \ufffd.", ())


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "no space after the colon": lambda data: data.replace(b"data: ", b"data:"),
    "data in several lines": lambda data: data.replace(b', "', b',\ndata: "'),
    "comments": lambda data: b": hello\n\n" + data.replace(b"\n\n", b"\n\n: ping\n\n"),
    "ping events": lambda data: data.replace(b"\n\n", b"\n\nevent: ping\ndata: {}\n\n"),
    "names and ids": lambda data: data.replace(b"data: {", b"id: 7\nevent: message\nretry: 10\ndata: {"),
    "a bare CR at the very end": lambda data: data.replace(b"\n", b"\r").rstrip(b"\r") + b"\r\r",
}


@every_stream
@pytest.mark.parametrize("name", FORMS)
def test_fault_38_any_form_that_the_standard_allows_is_the_same_text(world: World, name: str) -> None:
    way = world.way
    body = way.begin() + way.say("Two ") + way.say("**groups** ∑.") + way.end() + DONE
    whole(world.ask(send(CLOSING + FORMS[name](body))))


@every_stream
def test_fault_39_separators_of_unicode_inside_the_text_end_no_line(world: World) -> None:
    text = "a\u2028b\u2029c\x85d"
    raw = event(json.dumps(world.way.piece(text), ensure_ascii=False).encode())
    whole(world.ask(send(CLOSING + raw + world.way.end() + DONE)), text)


@every_stream
def test_fault_40_a_byte_order_mark_hides_nothing(world: World) -> None:
    way = world.way
    whole(world.ask(in_pieces(CLOSING + b"\xef\xbb\xbf" + way.say(TEXT) + way.end() + DONE, 2)))


@every_stream
def test_fault_41_a_bare_cr_at_the_end_makes_no_event(world: World) -> None:
    way = world.way
    stream = (way.say("Two ") + way.say("groups.") + way.end()).replace(b"\n", b"\r")
    outcome = world.ask(send(CLOSING + stream))
    whole(outcome, "Two groups.")
    assert len([item for item in outcome.events if type(item).__name__ == "TextDelta"]) == 2


@every_stream
@pytest.mark.parametrize("data", [b'{"choices": [', b"null", b"7", b"no JSON", b"[" * 100_000])
def test_fault_42_a_damaged_event_ends_the_answer_and_its_text_is_kept(world: World, data: bytes) -> None:
    way = world.way
    outcome = world.ask(send(CLOSING + way.say("Two ") + event(data) + way.say("groups") + way.end() + DONE))
    assert isinstance(outcome.error, InvalidResponse)
    assert "A part of the answer arrived damaged, so it ends here." in outcome.line
    not_repeated(outcome, "Two ")
    world.next_ask_works()


@every_stream
@pytest.mark.parametrize("name", ["event: error\n", ""], ids=["named", "in the data"])
def test_fault_43_an_error_event_ends_the_answer_and_its_text_is_kept(world: World, name: str) -> None:
    error = {"type": "error", "error": {"message": "overloaded", "code": "server_error"}, "message": "overloaded"}
    outcome = world.ask(send(CLOSING + world.way.say("Two ") + name.encode() + event(error)))
    assert isinstance(outcome.error, ServerError)
    assert 'reported an error inside the answer: "overloaded"' in outcome.line
    not_repeated(outcome, "Two ")
    world.next_ask_works()


@every_stream
@pytest.mark.parametrize("body", [b"", b": only a comment\n\n", DONE, b"\n\n\n"], ids=repr)
def test_fault_44_a_stream_without_events_is_no_answer(world: World, body: bytes) -> None:
    outcome = world.ask(send(CLOSING + body))
    assert isinstance(outcome.error, InvalidResponse)
    not_repeated(outcome)
    world.next_ask_works()


@every_stream
def test_fault_45_a_hang_in_the_middle_ends_after_the_idle_time_and_the_text_is_kept(world: World) -> None:
    def hang(connection: socket.socket) -> None:
        connection.sendall(CLOSING + world.way.say("Two "))
        world.server.wait_until_gone(connection)

    started = time.monotonic()
    outcome = world.ask(hang, world.session(QUICK))
    assert 0.25 < time.monotonic() - started < 2
    assert isinstance(outcome.error, ResponseLost)
    assert "The response stalled: given up after 0 s." in outcome.line
    not_repeated(outcome, "Two ")
    assert world.server.gone.wait(1)
    world.next_ask_works()


PINGS = {"comments": b": ping\n\n", "events": b"event: ping\ndata: {}\n\n", "empty": b"\n"}


@every_stream
@pytest.mark.parametrize("name", PINGS)
@pytest.mark.parametrize("text", ["", "Two "], ids=["before the answer", "in its middle"])
def test_fault_46_pings_for_ever_end_after_the_time_without_a_word(world: World, name: str, text: str) -> None:
    def ping(connection: socket.socket) -> None:
        connection.sendall(CLOSING + (world.way.say(text) if text else b""))
        while True:
            connection.sendall(PINGS[name])
            time.sleep(0.02)

    started = time.monotonic()
    outcome = world.ask(ping, world.session(Timeouts(idle=0.2, no_text=0.04)), timeout=10)
    assert 0.3 < time.monotonic() - started < 5, "long before the whole time is over"
    assert isinstance(outcome.error, ResponseLost)
    assert "The connection was alive, but no text of an answer arrived" in outcome.line
    not_repeated(outcome, text)
    world.next_ask_works()


@every_stream
def test_fault_46_pings_between_words_are_fine(world: World) -> None:
    way = world.way

    def talk(connection: socket.socket) -> None:
        connection.sendall(CLOSING)
        for _ in range(3):
            time.sleep(0.2)
            connection.sendall(way.say("word ") + PINGS["comments"])
        send(way.end() + DONE)(connection)

    whole(world.ask(talk, world.session(QUICK)), "word word word ")


@every_stream
def test_fault_47_a_hang_behind_the_closing_mark_is_not_waited_for(world: World) -> None:
    way = world.way

    def hang(connection: socket.socket) -> None:
        connection.sendall(CLOSING + way.say(TEXT) + way.end() + DONE)
        world.server.wait_until_gone(connection)

    started = time.monotonic()
    whole(world.ask(hang))
    assert time.monotonic() - started < 1
    assert world.server.gone.wait(1), "the connection is closed"

"""Rows 8 to 17: the provider is slow, busy, out of credits or in trouble."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import pytest

from nbreason.config.settings import NBReason
from nbreason.core.events import Sending, TextDelta, Waiting
from nbreason.errors import AuthenticationFailed, OutOfCredits, RateLimited, ResponseLost, ServerError
from nbreason.render.phase import Phase
from nbreason.transport.client import Call, Transport
from nbreason.transport.timeouts import Timeouts
from tests.conftest import DUMMY_KEY, http, question
from tests.faults.conftest import OPEN, TEXT, Way, World, every_way, not_repeated, send, whole


def error(status: int, *headers: str, **said: object) -> bytes:
    return http(f"{status} Trouble", json.dumps({"error": {"message": "no", **said}}).encode(), *headers)


@every_way
def test_fault_08_a_server_that_accepts_and_never_answers_is_given_up_after_the_timeout(world: World) -> None:
    started = time.monotonic()
    outcome = world.ask(lambda connection: world.server.wait_until_gone(connection), timeout=0.3)
    assert 0.2 < time.monotonic() - started < 2
    assert isinstance(outcome.error, ResponseLost)
    not_repeated(outcome)
    assert world.server.gone.wait(1), "the connection is closed"
    world.next_ask_works()


@every_way
def test_fault_09_a_peer_that_closes_without_a_reply_is_asked_once(world: World) -> None:
    def close_later(connection: socket.socket) -> None:
        time.sleep(0.1)  # in the wild 60 s: a gateway's own limit
        connection.shutdown(socket.SHUT_RDWR)

    outcome = world.ask(close_later)
    assert isinstance(outcome.error, ResponseLost)
    assert "The connection was lost after" in outcome.line
    not_repeated(outcome)
    world.next_ask_works()


@every_way
@pytest.mark.parametrize("status", [504, 524])
def test_fault_10_a_gateway_that_gave_up_suggests_a_lower_effort(world: World, status: int) -> None:
    page = b"<html><h1>504 Gateway Time-out</h1></html>"
    outcome = world.ask(send(http(f"{status} Gateway Time-out", page, "Content-Type: text/html", "Retry-After: 0")))
    assert isinstance(outcome.error, ServerError)
    assert f"({status})" in outcome.line
    assert "A lower effort gives an answer sooner." in outcome.line
    assert "<" not in outcome.line
    not_repeated(outcome)
    world.next_ask_works()


@every_way
def test_fault_11_ten_silent_minutes_of_twenty_are_waited_while_the_clock_ticks(world: World) -> None:
    """One second of two, in the same proportion: nothing comes at first, or only the beginning of a stream."""

    def think(connection: socket.socket) -> None:
        if world.way.streamed:
            connection.sendall(OPEN + b"Connection: close\r\n\r\n" + world.way.begin())
            time.sleep(1)
            send(world.way.say(TEXT) + world.way.end())(connection)
        else:
            time.sleep(1)
            send(world.way.reply())(connection)

    world.script = think
    run = world.session(timeout=2.0).ask(question("Why?"))
    ticks = sum(event is None for event in run.events(tick=0.1))
    assert run.result(5).text == TEXT
    assert ticks >= 8
    assert len(world.server.requests) == 1


def test_fault_11_the_defaults_wait_for_ten_silent_minutes_and_sockets_are_kept_alive(world: World) -> None:
    seconds = NBReason().timeout
    assert seconds == 20 * 60
    assert seconds * Timeouts().no_text > 10 * 60

    async def look() -> list[int]:
        transport = Transport()
        async with transport.exchange(Call("POST", world.server.url)) as reply:
            live = reply._response.extensions["network_stream"].get_extra_info("socket")
            options = [live.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)]
            if hasattr(socket, "TCP_KEEPIDLE"):
                options.append(live.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE))
        await transport.close()
        return options

    assert asyncio.run(look()) in ([1, 30], [1])


@every_way
@pytest.mark.parametrize("status", [429])
def test_fault_12_a_wait_of_a_second_is_waited_and_counted_down(world: World, status: int) -> None:
    turn = [error(status, "Retry-After: 1"), world.way.reply()]
    outcome = world.ask(lambda connection: send(turn.pop(0))(connection))
    assert (outcome.error, outcome.posts, world.slept) == (None, 2, [1])
    assert [event.seconds for event in outcome.events if isinstance(event, Waiting)] == [1, 0]
    assert outcome.notices == ["not accepted yet, retrying in 1 s"]
    assert outcome.record.state == "done"


def test_fault_12_the_countdown_is_what_the_person_sees() -> None:
    phase = Phase()
    seen = []
    events = [(0.0, Sending(None)), (0.2, Waiting(3.0)), (1.1, None), (2.5, None), (3.2, Waiting(0.0))]  # type: ignore[arg-type]
    for elapsed, event in [*events, (3.5, None), (4.5, None), (5.0, TextDelta("x"))]:
        phase.update(event, elapsed)
        seen.append(phase.label(elapsed))
    waits = [f"waiting {left} s to retry" for left in (3, 3, 1)]
    assert seen == ["connecting", *waits, "connecting", "connecting", "thinking", "answering"]


@every_way
def test_fault_12_after_two_repeats_it_is_over_and_nothing_was_spent(world: World) -> None:
    outcome = world.ask(lambda connection: connection.sendall(error(429, "Retry-After: 1")))
    assert isinstance(outcome.error, RateLimited)
    assert (outcome.posts, world.slept) == (3, [1, 1])
    assert "Nothing was spent. It asks you to wait 1 s." in outcome.line
    world.next_ask_works()


@pytest.mark.parametrize(
    ("header", "slept"),
    [
        ("Retry-After-Ms: 250", [0.25]),
        ("Retry-After-Ms: soon", [1]),
        ("Retry-After: Tue, 14 Nov 2023 22:13:30 GMT", [10]),
        ("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", [0]),
        ("Retry-After: -5", [0]),
        ("Retry-After: nan", [1]),
        ("Retry-After: 1500ms", [1]),
        ("Retry-After: 60", [60]),
    ],
)
def test_fault_13_any_retry_after_up_to_a_minute_is_honoured(world: World, header: str, slept: list[float]) -> None:
    turn = [error(429, header), world.way.reply()]
    outcome = world.ask(lambda connection: send(turn.pop(0))(connection))
    assert (outcome.error, outcome.posts, world.slept) == (None, 2, slept)


@every_way
@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Retry-After: 3600", "It asks you to wait 3,600 s."),
        ("Retry-After: inf", "It asks you to wait"),
        ("Retry-After-Ms: 120000", "It asks you to wait 120 s."),
        ("Retry-After: Tue, 14 Nov 2023 23:13:20 GMT", "It asks you to wait"),
        ("x-ratelimit-reset-requests: 13h42m0s", "It asks you to wait 49,320 s (about 14 hours)."),
        ("x-rate-limit-reset-at-utc: 2023-11-15T00:13:20", "It asks you to wait"),
    ],
)
def test_fault_13_a_longer_wait_is_told_and_not_waited(world: World, header: str, words: str) -> None:
    outcome = world.ask(send(error(429, header)))
    assert isinstance(outcome.error, RateLimited)
    assert (outcome.posts, world.slept) == (1, [])
    assert words in outcome.line
    assert "Nothing was spent" in outcome.line
    world.next_ask_works()


CREDITS = {
    "429 quota": error(429, "Retry-After: 0", code="insufficient_quota", message="You exceeded your current quota"),
    "402": error(402, message="Payment required"),
    "406": error(406, message="Insufficient credits"),
    "403 credits": http("403 Forbidden", b'{"message": "You have run out of credits. Top up your balance"}'),
}


@every_way
@pytest.mark.parametrize("name", CREDITS)
def test_fault_14_used_up_credits_are_said_so_and_not_tried_again(world: World, name: str) -> None:
    outcome = world.ask(send(CREDITS[name]))
    assert isinstance(outcome.error, OutOfCredits)
    assert (outcome.posts, world.slept) == (1, [])
    assert "reports that the account has too few credits" in outcome.line
    assert "Nothing was spent. %nbreason credits shows the account." in outcome.line
    world.next_ask_works()


@every_way
@pytest.mark.parametrize("status", [401, 403])
def test_fault_15_a_refused_key_is_named_by_its_variable_and_never_shown(world: World, status: int) -> None:
    outcome = world.ask(send(error(status, message=f"Incorrect API key provided: {DUMMY_KEY[:6]}***")))
    assert isinstance(outcome.error, AuthenticationFailed)
    assert "the key from MY_KEY" in outcome.line
    assert "Nothing was spent" in outcome.line
    assert (outcome.posts, world.slept) == (1, [])
    world.next_ask_works()


def test_fault_15_a_server_that_echoes_the_key_does_not_bring_it_onto_the_page(world: World) -> None:
    """`World.ask` looks for the key in each line."""
    outcome = world.ask(send(error(401, message=f"Incorrect API key provided: {DUMMY_KEY}.")))
    assert isinstance(outcome.error, AuthenticationFailed)
    assert DUMMY_KEY not in (outcome.record.problem or "")


@every_way
@pytest.mark.parametrize("status", [409, 500, 502])
def test_fault_16_trouble_after_which_nobody_knows_is_not_tried_again(world: World, status: int) -> None:
    outcome = world.ask(send(error(status, "Retry-After: 0")))
    assert isinstance(outcome.error, ServerError)
    assert f"reported a server error ({status})" in outcome.line
    not_repeated(outcome)
    world.next_ask_works()


@every_way
def test_fault_17_an_overload_that_names_a_time_is_tried_again_twice_at_most(world: World) -> None:
    turn = [error(503, "Retry-After: 2"), error(503, "Retry-After: 2"), world.way.reply()]
    outcome = world.ask(lambda connection: send(turn.pop(0))(connection))
    assert (outcome.error, outcome.posts, world.slept) == (None, 3, [2, 2])


@every_way
def test_fault_17_an_overload_that_names_no_time_may_come_from_a_proxy_and_is_not_tried_again(world: World) -> None:
    outcome = world.ask(send(error(503)))
    assert isinstance(outcome.error, ServerError)
    assert (outcome.posts, world.slept) == (1, [])
    world.next_ask_works()


def test_a_whole_answer_is_the_measure(way: Way, world: World) -> None:
    whole(world.ask())

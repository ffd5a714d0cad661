"""One HTTP exchange over real sockets: how often it is sent, what it may cost, and what ends it."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from nbreason.config.secret import Secret
from nbreason.errors import ConnectionFailed, InvalidResponse, Refused, ResponseLost
from nbreason.rehearsal import Rehearsal
from nbreason.transport.client import Call, Transport
from tests.conftest import Scripted, free_port, http
from tests.transport.conftest import Exchanger

Serve = Callable[..., Scripted]


def in_turn(*replies: bytes) -> Callable[[socket.socket], None]:
    """A script that gives these replies one after the other, the last one for ever."""
    left = list(replies)
    return lambda connection: connection.sendall(left.pop(0) if len(left) > 1 else left[0])


def test_status_headers_and_body_come_back(exchange: Exchanger, serve: Serve) -> None:
    server = serve(http("200 OK", b"hello", "X-Remaining-Credits: 41.7"))
    got = exchange(server.url + "/v1/o3", headers={"Content-Type": "application/json"})
    assert (got.status, got.body, got.headers["x-remaining-credits"]) == (200, b"hello", "41.7")
    assert server.requests[0].startswith(b"POST /v1/o3 HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_what_was_turned_away_is_sent_at_most_three_times(exchange: Exchanger, serve: Serve, status: str) -> None:
    server = serve(http(status, b"", "Retry-After: 2"))
    got = exchange(server.url)
    assert (int(status[:3]), 3, [2, 2]) == (got.status, len(server.requests), got.slept)
    assert got.told == ["not accepted yet, retrying in 2 s"] * 2


def test_a_repeat_that_is_taken_is_the_last(exchange: Exchanger, serve: Serve) -> None:
    server = serve(in_turn(http("429 Too Many Requests", b"", "Retry-After: 0"), http("200 OK", b"yes")))
    got = exchange(server.url)
    assert (got.status, got.body, len(server.requests), got.slept) == (200, b"yes", 2, [0])


def test_retry_after_as_a_date_is_honoured(exchange: Exchanger, serve: Serve) -> None:
    date = "Retry-After: Tue, 14 Nov 2023 22:13:25 GMT"
    server = serve(in_turn(http("503 Service Unavailable", b"", date), http()))
    assert exchange(server.url).slept == [5]


def test_a_long_wait_is_not_waited(exchange: Exchanger, serve: Serve) -> None:
    server = serve(http("429 Too Many Requests", b"", "Retry-After: 3600"))
    got = exchange(server.url)
    assert (got.status, len(server.requests), got.slept) == (429, 1, [])


@pytest.mark.parametrize("status", [200, 302, 400, 401, 402, 403, 404, 405, 406, 409, 410, 500, 502, 504, 524])
def test_no_other_status_is_ever_sent_again(exchange: Exchanger, serve: Serve, status: int) -> None:
    server = serve(http(f"{status} Whatever", b"", "Retry-After: 0"))
    assert (status, 1) == (exchange(server.url).status, len(server.requests))


def test_a_refused_connection_is_tried_three_times_and_nothing_was_sent(exchange: Exchanger) -> None:
    port = free_port()
    with pytest.raises(ConnectionFailed, match=f"Could not connect to 127.0.0.1:{port}. Nothing was sent"):
        exchange(f"http://127.0.0.1:{port}/v1")
    assert (exchange.slept, exchange.told) == ([0.25, 0.5], ["retrying"] * 2)


def test_a_server_that_comes_up_between_two_tries_answers(serve: Serve) -> None:
    started: list[Scripted] = []
    port = free_port()
    exchange = Exchanger(on_sleep=lambda: started.append(serve(http("200 OK", b"up"), port)))
    assert exchange(f"http://127.0.0.1:{port}").body == b"up"
    assert (exchange.slept, len(started[0].requests)) == ([0.25], 1)


def test_a_name_that_does_not_resolve_is_tried_three_times_and_nothing_was_sent(exchange: Exchanger) -> None:
    with pytest.raises(
        ConnectionFailed, match=r"host nothing\.invalid was not found, or there is no network\. Nothing was sent"
    ):
        exchange("https://nothing.invalid/v1")
    assert len(exchange.slept) == 2


def test_a_redirect_is_not_followed_and_the_key_does_not_travel(exchange: Exchanger, serve: Serve) -> None:
    stranger = serve(http("200 OK", b"thanks"))
    server = serve(http("307 Temporary Redirect", b"", f"Location: {stranger.url}/steal"))
    got = exchange(server.url, Secret("sk-secret"), key_header="x-api-key", key_prefix="")
    assert got.status == 307
    assert b"x-api-key: sk-secret" in server.requests[0]
    assert (stranger.requests, len(server.requests)) == ([], 1)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
    ids=["no reply", "short body", "short chunks", "broken chunks", "odd status", "not http"],
)
def test_a_reply_that_breaks_off_is_lost_and_not_sent_again(exchange: Exchanger, serve: Serve, reply: bytes) -> None:
    def cut(connection: socket.socket) -> None:
        connection.sendall(reply)
        connection.shutdown(socket.SHUT_RDWR)

    server = serve(cut)
    with pytest.raises(
        ResponseLost, match=r"The connection was lost after 0 s\. It may have been billed; it is not sent again"
    ):
        exchange(server.url)
    assert (len(server.requests), exchange.slept) == (1, [])


def test_a_connection_that_is_reset_is_lost(exchange: Exchanger, serve: Serve) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    server = serve(reset)
    with pytest.raises(ResponseLost):
        exchange(server.url)
    assert len(server.requests) == 1


def test_a_server_that_never_answers_is_given_up_after_the_timeout(exchange: Exchanger, serve: Serve) -> None:
    server = serve(lambda connection: server.wait_until_gone(connection))
    started = time.monotonic()
    with pytest.raises(ResponseLost, match=r"No response arrived: given up after \d s\. It may have been billed"):
        exchange(server.url, timeout=0.3)
    assert 0.25 < time.monotonic() - started < 3
    assert server.gone.wait(2)
    assert len(server.requests) == 1


def test_a_server_that_falls_silent_in_the_middle_is_given_up(exchange: Exchanger, serve: Serve) -> None:
    def hang(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        server.wait_until_gone(connection)

    server = serve(hang)
    with pytest.raises(ResponseLost, match="No response arrived"):
        exchange(server.url, timeout=0.3)


def test_the_timeout_counts_silence_and_not_the_whole_answer(exchange: Exchanger, serve: Serve) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for _ in range(6):
            time.sleep(0.1)
            connection.sendall(b".")

    assert exchange(serve(drip).url, timeout=0.4).body == b"......"


def test_a_compressed_bomb_is_cut_off_while_memory_stays_flat(exchange: Exchanger, serve: Serve) -> None:
    """200 MiB in 200 KB: unpacking stops as soon as it is known for what it is, and goes in small pieces."""
    bomb = gzip.compress(bytes(200 * 1024 * 1024), compresslevel=1)
    server = serve(http("200 OK", bomb, "Content-Encoding: gzip"))

    size = 0

    async def read() -> None:
        nonlocal size
        transport = Transport()
        try:
            async with transport.exchange(Call("POST", server.url)) as reply:
                async for chunk in reply.chunks():
                    size += len(chunk)
        finally:
            for client in transport._clients.values():
                await client.aclose()

    tracemalloc.start()
    try:
        with pytest.raises(InvalidResponse, match="decompresses to far more than an answer holds"):
            asyncio.run(read())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size <= 9 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


def test_a_body_that_cannot_be_unpacked_is_lost(exchange: Exchanger, serve: Serve) -> None:
    server = serve(http("200 OK", b"this is not gzip", "Content-Encoding: gzip"))
    with pytest.raises(ResponseLost, match="could not be decompressed"):
        exchange(server.url)


def test_proxies_of_the_environment_are_not_used_for_this_machine(
    exchange: Exchanger, serve: Serve, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(http("200 OK", b"from the proxy"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    exchange(rehearsal.url + "/v1/o3")
    assert (proxy.requests, rehearsal.posts) == ([], 1)


def test_a_proxy_of_the_environment_is_used_for_the_world(
    exchange: Exchanger, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An https address goes through CONNECT, so that a proxy that says no is told apart from a lost answer."""
    proxy = serve(http("403 Forbidden", b"no"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(ConnectionFailed, match=r"The proxy refused the request\. Check HTTPS_PROXY"):
        exchange("https://api.example.invalid/v1")
    assert len(proxy.requests) == 3
    assert all(request.startswith(b"CONNECT api.example.invalid:443 ") for request in proxy.requests)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks://127.0.0.1:1080"),
        ("all_proxy", "socks5://127.0.0.1:1080"),
        ("HTTPS_PROXY", "gopher://127.0.0.1"),
        ("HTTPS_PROXY", "http://[::1"),
        ("HTTPS_PROXY", "http://127.0.0.1:port"),
    ],
)
def test_an_odd_proxy_variable_is_one_line_that_names_it(
    exchange: Exchanger, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=rf"proxy variable {name} of the environment.*Nothing was sent"):
        exchange("https://api.example.invalid/v1")


@pytest.mark.parametrize("value", ["*", "[::1", "::1", "10.0.0.0/8", ",,", "http://x y", "127.0.0.1:99999999"])
def test_an_odd_no_proxy_never_shows_as_anything_but_one_line(
    exchange: Exchanger, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("NO_PROXY", value)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    with pytest.raises((Refused, ConnectionFailed)):
        exchange("https://api.example.invalid/v1")


def test_an_exchange_that_is_abandoned_closes_its_connection(serve: Serve) -> None:
    server = serve(lambda connection: server.wait_until_gone(connection))

    async def abandon() -> None:
        transport = Transport()

        async def ask() -> Any:
            async with transport.exchange(Call("POST", server.url)) as reply:
                return reply

        task = asyncio.ensure_future(ask())
        assert await asyncio.to_thread(server.asked.wait, 5)
        task.cancel()
        await asyncio.wait([task])
        assert await asyncio.to_thread(server.gone.wait, 0.5)
        for client in transport._clients.values():
            await client.aclose()

    asyncio.run(abandon())

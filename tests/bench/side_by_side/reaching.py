"""Rows 1 to 17: the provider is not reached, slow, busy or in trouble."""

from __future__ import annotations

import datetime
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from email.utils import formatdate
from functools import partial
from typing import Any

import pytest
import trustme

from tests.bench.side_by_side.case import ALL, SHORT, Case, Make, Must, each
from tests.bench.side_by_side.scripts import in_turn, labelled, static
from tests.conftest import free_port, http
from tests.faults.conftest import TEXT, Script, TlsScripted, World, send
from tests.faults.test_reaching import black_hole, bundle
from tests.faults.test_streams import CLOSING
from tests.faults.test_waiting import CREDITS, error


def cases() -> Iterator[Case]:
    """The cases of these rows."""
    for group in (reaching, waiting, asking_again):
        yield from group()


@contextmanager
def at(url: Callable[[], str], world: World, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """At an address where there is no server."""
    yield url()


@contextmanager
def two_addresses(silent: bool, world: World, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """At a name with two addresses; the first is dead."""

    def both(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, int(port))) for ip in ("127.0.0.2", "127.0.0.1")]

    patch.setattr(socket, "getaddrinfo", both)
    with black_hole(world.server.port) if silent else nullcontext():
        yield f"http://localhost:{world.server.port}"


@contextmanager
def behind_tls(days: int | None, world: World, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Behind a certificate of an unknown authority; days: of a known one, but valid from that many days from now."""
    authority = trustme.CA()
    period: dict[str, Any] = {}
    if days is not None:
        begin = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        period = {"not_before": begin, "not_after": begin + datetime.timedelta(days=5)}
        patch.setenv("SSL_CERT_FILE", bundle(authority, world.folder.parent))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", **period).configure_cert(context)
    server = TlsScripted(lambda connection: world.script(connection), context)
    world.server.requests = server.requests  # posts are counted where they arrive
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def with_variables(variables: Mapping[str, str], world: World, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """At a host beyond this machine, with these variables in the environment."""
    for name, value in variables.items():
        patch.setenv(name, value)
    yield "https://api.example.invalid"


def answers(world: World) -> Script:
    return send(labelled(world.way.reply()))


def reaching() -> Iterator[Case]:
    fine = {"": answers}
    yield from each(1, Must.UNSENT, fine, ALL, place=partial(at, lambda: "https://nowhere.invalid"))
    yield from each(2, Must.UNSENT, fine, ALL, place=partial(at, lambda: f"http://127.0.0.1:{free_port()}"))
    for variant, silent in (("refuses", False), ("is silent", True)):
        yield from each(3, Must.WHOLE, {variant: answers}, place=partial(two_addresses, silent))
    yield from each(4, Must.UNSENT, fine, place=partial(behind_tls, None))
    for variant, days in (("not yet valid", 1), ("expired", -9)):
        yield from each(5, Must.UNSENT, {variant: answers}, place=partial(behind_tls, days))
    proxy = {"HTTPS_PROXY": f"http://user:password@127.0.0.1:{free_port()}"}
    for variant, variables in {
        "socks://": {"ALL_PROXY": "socks://127.0.0.1:1080"},
        "socks5://": {"all_proxy": "socks5://127.0.0.1:1080"},
        "odd address": {"HTTPS_PROXY": "a b://c"},
        "NO_PROXY [::1": {"NO_PROXY": "[::1", **proxy},
        "NO_PROXY 10.0.0.0/99": {"NO_PROXY": "10.0.0.0/99", **proxy},
    }.items():
        yield from each(6, Must.UNSENT, {variant: answers}, place=partial(with_variables, variables))
    page = http("200 OK", b"<!DOCTYPE html><html><title>Login</title></html>", "Content-Type: text/html")
    yield from each(7, Must.ONCE, {"": static(page)}, ALL)


def waiting() -> Iterator[Case]:
    def never(world: World) -> Script:
        return lambda connection: world.server.wait_until_gone(connection)

    def closes(connection: socket.socket) -> None:
        time.sleep(0.1)
        connection.shutdown(socket.SHUT_RDWR)

    yield from each(8, Must.ONCE, {"": never}, ALL, sdk_seconds=SHORT, ask={"timeout": SHORT})
    yield from each(9, Must.ONCE, {"": lambda world: closes}, ALL)
    page = b"<html><h1>504 Gateway Time-out</h1></html>"
    gateways = {
        str(status): static(http(f"{status} Time-out", page, "Content-Type: text/html", "Retry-After: 0"))
        for status in (504, 524)
    }
    yield from each(10, Must.ONCE, gateways, ALL)
    # A tenth of a second for each minute of the SDK's ten and of our twenty; at ten minutes the SDK is on the edge.
    thinking = {f"{minutes} minutes": partial(thinks, minutes / 10) for minutes in (8, 12)}
    yield from each(11, Must.WHOLE, thinking, ALL, sdk_seconds=1.0, ask={"timeout": 2.0})
    yield from each(16, Must.ONCE, {str(code): static(error(code, "Retry-After: 0")) for code in (409, 500, 502)}, ALL)


def thinks(seconds: float, world: World) -> Script:
    """Says the beginning of a stream, if it is one, and the rest after some time."""

    def script(connection: socket.socket) -> None:
        if world.way.streamed:
            connection.sendall(CLOSING + world.way.begin())
            time.sleep(seconds)
            send(world.way.say(TEXT) + world.way.end())(connection)
        else:
            time.sleep(seconds)
            answers(world)(connection)

    return script


def dated(header: str, now: float) -> str:
    """A header with ``in 10 s`` or ``past`` written as a date."""
    for words, seconds in (("in 10 s", 10), ("in 3600 s", 3600), ("past", -1_000_000)):
        header = header.replace(words, formatdate(now + seconds, usegmt=True))
    return header


def asking_again() -> Iterator[Case]:
    free: dict[str, Any] = {"billable": False}

    def once(world: World) -> Script:
        return in_turn(error(429, "Retry-After: 1"), world.way.reply())

    def twice(world: World) -> Script:
        return in_turn(*[error(503, "Retry-After: 2")] * 2, world.way.reply())

    yield from each(12, Must.REPEATED, {"once": once}, ALL, waits=1.0, **free)
    yield from each(12, Must.REPEATED, {"always": static(error(429, "Retry-After: 1"))}, ALL, text="", **free)
    for header, waits in {
        "Retry-After-Ms: 250": 0.25,
        "Retry-After: in 10 s": 10.0,
        "Retry-After: past": 0.0,
        "Retry-After: -5": 0.0,
        "Retry-After: nan": 0.0,
        "Retry-After: 1500ms": 0.0,
        "Retry-After: 60": 60.0,
    }.items():
        short: dict[str, Make] = {
            header: lambda world, header=header: in_turn(error(429, dated(header, world.now)), world.way.reply())
        }
        yield from each(13, Must.REPEATED, short, waits=waits, **free)
    longer: dict[str, Make] = {
        header: lambda world, header=header: in_turn(error(429, dated(header, world.now)))
        for header in ("Retry-After: 3600", "Retry-After: inf", "Retry-After-Ms: 120000", "Retry-After: in 3600 s")
    }
    yield from each(13, Must.NO_REPEAT, longer, ALL, **free)
    yield from each(14, Must.NO_REPEAT, {name: static(reply) for name, reply in CREDITS.items()}, ALL, **free)
    keys = {str(code): static(error(code, message="Incorrect API key provided")) for code in (401, 403)}
    yield from each(15, Must.NO_REPEAT, keys, ALL, **free)
    yield from each(17, Must.REPEATED, {"": twice}, ALL, waits=2.0, **free)

"""Threat 30: the rehearsal server, and whoever else can reach it: pages of the web, other programs, other machines."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from nbreason.rehearsal import Rehearsal

from .conftest import MakeServer

KEY = b"x-api-key: k\r\n"


@contextlib.contextmanager
def connected(server: Rehearsal) -> Iterator[socket.socket]:
    with socket.create_connection((server.host, server.port), timeout=10) as raw:
        yield raw


def reply(server: Rehearsal, request: bytes) -> bytes:
    """The first bytes of the reply to a request; empty when the connection is closed without one."""
    with connected(server) as raw:
        raw.sendall(request)
        with contextlib.suppress(ConnectionError):
            return raw.recv(4096)
        return b""


def get(target: str, *hosts: str) -> bytes:
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    return f"GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode()


@pytest.mark.parametrize(
    "request_",
    [
        *(get("/v1/models", host) for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", "")),
        *(get("/v1/models", host) for host in ("localhost.evil.example", "10.0.0.7", "0.0.0.0", "me@evil.example")),
        get("/v1/models", "localhost", "evil.example"),
        get("http://evil.example/v1/models", "localhost"),
    ],
)
def test_threat_30_a_request_for_another_host_is_refused(server: Rehearsal, request_: bytes) -> None:
    assert reply(server, request_).startswith(b"HTTP/1.1 421 ")


def test_threat_30_its_own_addresses_are_answered(server: Rehearsal, serve: MakeServer) -> None:
    for host in ("localhost", "127.0.0.1", f"127.0.0.1:{server.port}", "LOCALHOST:1", "[::1]"):
        assert reply(server, get("/v1/models", host)).startswith(b"HTTP/1.1 200 "), host
    assert reply(server, get(f"{server.url}/v1/models", "localhost")).startswith(b"HTTP/1.1 200 ")
    shared = serve(host="0.0.0.0")
    for host, status in (("10.0.0.7:8000", b"200"), (socket.gethostname(), b"200"), ("evil.example", b"421")):
        assert reply(shared, get("/v1/models", host)).split()[1] == status


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        (b"/v1/o3", b"", b"401"),
        (b"/v1/chat/completions", KEY, b"401"),
        (b"/nowhere/else", KEY, b"404"),
        (b"/v1/models", KEY, b"405"),
        (b"/v1/o3", KEY + b"Host: evil.example\r\n", b"421"),
    ],
)
@pytest.mark.parametrize("size", [b"Content-Length: 60000000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_threat_30_a_refusal_needs_no_body(
    server: Rehearsal, path: bytes, more: bytes, size: bytes, status: bytes
) -> None:
    started = time.monotonic()
    head = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + more + size + b"\r\n"
    assert reply(server, head).split()[1] == status
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "start", [b"", b"POST /v1/o3 HT", b"POST /v1/o3 HTTP/1.1\r\n" + KEY + b"Content-Length: 60000000\r\n\r\n"]
)
def test_threat_30_half_a_request_is_not_waited_for(server: Rehearsal, start: bytes) -> None:
    """Also where a byte comes now and then."""
    server._server.request_seconds = 0.5
    began = time.monotonic()
    with connected(server) as raw, contextlib.suppress(ConnectionError):
        raw.sendall(start)
        while time.monotonic() - began < 8:
            raw.sendall(b"x")
            time.sleep(0.1)
    assert time.monotonic() - began < 5


def test_threat_30_connections_are_bounded_and_free_again(server: Rehearsal) -> None:
    server._server.most_connections = 2
    with connected(server), connected(server):
        deadline = time.monotonic() + 5
        while len(server._server._open) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert reply(server, get("/v1/models", "localhost")) == b""
    deadline = time.monotonic() + 5
    while not reply(server, get("/v1/models", "localhost")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert reply(server, get("/v1/models", "localhost")).startswith(b"HTTP/1.1 200 ")

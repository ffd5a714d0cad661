"""Rehearsal servers without waits, and raw clients for them."""

from __future__ import annotations

import base64
import http.client
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import openai
import pytest

from nbreason.rehearsal import Rehearsal, start

MakeServer = Callable[..., Rehearsal]
_clients: list[openai.OpenAI] = []  # closed after each test


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture
def serve() -> Iterator[MakeServer]:
    """Starts servers that answer at once, and stops them after the test."""
    running: list[Rehearsal] = []

    def make(**options: Any) -> Rehearsal:
        running.append(start(**{"pace": 0, "think_seconds": 0, **options}))
        return running[-1]

    yield make
    while _clients:
        _clients.pop().close()
    for server in running:
        server.stop()


@pytest.fixture
def server(serve: MakeServer) -> Rehearsal:
    return serve(record=True)


def sdk(server: Rehearsal, path: str = "/v1", **headers: str) -> openai.OpenAI:
    """The official client, which knows nothing of this server."""
    client = openai.OpenAI(
        base_url=server.url + path, api_key="a-key", max_retries=0, timeout=10, default_headers=headers
    )
    _clients.append(client)
    return client


def send(server: Rehearsal, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Got:
    """One request over its own connection, with both kinds of key unless ``headers`` is given."""
    keys = {"x-api-key": "k", "Authorization": "Bearer k"} if headers is None else headers
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, data, {"Content-Type": "application/json", **keys})
        reply = connection.getresponse()
        return Got(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()


def user(text: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


def segmind(server: Rehearsal, text: Any, slug: str = "o3", **fields: Any) -> Got:
    return send(server, "POST", f"/v1/{slug}", {"messages": user(text), **fields})


def chat(server: Rehearsal, text: Any, model: str = "o3", **fields: Any) -> Got:
    return send(server, "POST", "/v1/chat/completions", {"model": model, "messages": user(text), **fields})


def responses(server: Rehearsal, given: Any, model: str = "o3", **fields: Any) -> Got:
    return send(server, "POST", "/v1/responses", {"model": model, "input": given, **fields})


def said(got: Got) -> str:
    return str(got.json["choices"][0]["message"]["content"])


def png(width: int, height: int, size: int = 100) -> bytes:
    """The first bytes of a PNG image, filled up to ``size`` bytes."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0"
    return head.ljust(size, b"\0")


def data_uri(data: bytes, media: str = "image/png") -> str:
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def image_part(url: str, **extra: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **extra}}


def events(body: bytes) -> list[Any]:
    """The JSON values of a stream of server-sent events; the end mark stays a string."""
    lines = [line[6:] for line in body.decode().split("\n") if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]

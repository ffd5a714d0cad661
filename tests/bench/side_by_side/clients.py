"""The two clients that meet each fault: the official openai SDK as it comes, and a session of ours."""

from __future__ import annotations

import os
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.bench.side_by_side.case import Case, Got
from tests.conftest import DUMMY_KEY, Scripted, is_foreign
from tests.faults.conftest import World

Client = Callable[[Case, World, str], Got]


@contextmanager
def prepared(case: Case, folder: Path) -> Iterator[tuple[World, str]]:
    """A server that does what the case says, and its address; no key, proxy or home of the machine."""
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(is_foreign, list(os.environ)):
            patch.delenv(name)
        patch.setenv("NBREASON_HOME", str(folder / "home"))
        patch.setattr(socket, "getaddrinfo", without_invalid(socket.getaddrinfo))
        world: World
        server = Scripted(lambda connection: world.script(connection))
        world = World(case.way, server, folder / "home", lambda connection: None, now=time.time())
        world.script = case.script(world)
        try:
            with case.place(world, patch) as url:
                yield world, url
        finally:
            for session in world.sessions:
                session.close()
            server.stop()


def without_invalid(lookup: Callable[..., Any]) -> Callable[..., Any]:
    """Names under ``.invalid`` are not found (RFC 6761), and nobody is asked for them."""

    def getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and name.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return lookup(host, *more, **named)

    return getaddrinfo


def meet(case: Case, client: Client, folder: Path) -> Got:
    """Run one case with one client."""
    with prepared(case, folder) as (world, url):
        if case.memory is not None:
            tracemalloc.start()
        started = time.monotonic()
        try:
            got = client(case, world, url)
            got.peak = tracemalloc.get_traced_memory()[1] / 2**20 if case.memory is not None else 0.0
        finally:
            tracemalloc.stop()
        got.seconds = time.monotonic() - started
        got.posts = len(world.server.requests)
        got.gave_up = getattr(world.script, "gave_up", False)
        return got


# Ours.


def ours(case: Case, world: World, url: str) -> Got:
    """An ask of a session, as in ``tests/faults``; the text is what is on disk at the end."""
    outcome = world.ask(session=world.session(case.timeouts, endpoint={"url": url}), **case.ask)
    answer = outcome.answer
    return Got(
        error=type(outcome.error).__name__ if outcome.error else "",
        text=outcome.text if outcome.error else (answer.text if answer else ""),
        label=answer.finish or "" if answer else "",
        tokens=answer.usage.output if answer else None,
        waits=world.slept,
    )


# The SDK.


class Unslept(openai.OpenAI):
    """The SDK's client; what it would sleep before a repeat is noted and not slept, as it is in our tests."""

    slept: list[float]

    def _calculate_retry_timeout(self, *inputs: Any, **named: Any) -> float:
        self.slept.append(super()._calculate_retry_timeout(*inputs, **named))
        return 0.0


def sdk(case: Case, world: World, url: str) -> Got:
    """A call of the SDK with its defaults, read as its documentation shows; a stream by a careful loop."""
    got = Got()
    # 600 s, and 5 s for a connection, are the default.
    limits: dict[str, Any] = {"timeout": openai.Timeout(case.sdk_seconds, connect=5.0)} if case.sdk_seconds else {}
    client = None
    try:
        client = Unslept(base_url=f"{url}/v1", api_key=DUMMY_KEY, **limits)
        client.slept = got.waits
        READERS[case.way.wire, case.way.streamed](client, got)
    except Exception as error:
        got.error = type(error).__name__
        got.when_read = getattr(error, "when_read", False)
    finally:
        if client is not None:
            client.close()
    return got


def see(got: Got, label: str | None, usage: Any, name: str) -> None:
    if label:
        got.label = label
    if usage is not None:
        got.tokens = getattr(usage, name, None)


def chat_streamed(client: openai.OpenAI, got: Got) -> None:
    stream = client.chat.completions.create(
        model="o3",
        messages=[{"role": "user", "content": "Why?"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    refused = False
    for chunk in stream:
        see(got, None, chunk.usage, "completion_tokens")
        for choice in chunk.choices or []:
            delta = choice.delta
            got.text += (delta.content or "") if delta else ""
            refused = refused or bool(delta and delta.refusal)
            see(got, "refusal" if refused else getattr(choice, "finish_reason", None), None, "")


def chat_whole(client: openai.OpenAI, got: Got) -> None:
    reply = client.chat.completions.create(model="o3", messages=[{"role": "user", "content": "Why?"}])
    with reading():
        message = reply.choices[0].message
        got.text = message.content or ""
        refusal = getattr(message, "refusal", None)
        see(got, "refusal" if refusal else reply.choices[0].finish_reason, reply.usage, "completion_tokens")


def responses_streamed(client: openai.OpenAI, got: Got) -> None:
    stream = client.responses.create(model="o3", input="Why?", stream=True)
    refused = False
    for item in stream:
        kind: Any = getattr(item, "type", None)
        if kind == "response.output_text.delta":
            got.text += getattr(item, "delta", None) or ""
        refused = refused or kind == "response.refusal.delta"
        if kind in ("response.completed", "response.incomplete"):
            ended: Any = getattr(item, "response", None)
            see(got, "refusal" if refused else why(ended), ended.usage, "output_tokens")


def responses_whole(client: openai.OpenAI, got: Got) -> None:
    reply = client.responses.create(model="o3", input="Why?")
    with reading():
        got.text = reply.output_text
        kinds = {part.type for item in reply.output if item.type == "message" for part in item.content}
        see(got, "refusal" if "refusal" in kinds else why(reply), reply.usage, "output_tokens")


def why(response: Any) -> str | None:
    """Why a response ended, in the words of chat completions."""
    reason = getattr(response.incomplete_details, "reason", None) if response.status == "incomplete" else None
    return {"completed": "stop", "max_output_tokens": "length"}.get(reason or response.status, reason)


@contextmanager
def reading() -> Iterator[None]:
    """Marks errors that come when the documented attributes of a reply are read, and not from the call."""
    try:
        yield
    except Exception as error:
        error.when_read = True  # type: ignore[attr-defined]
        raise


READERS = {
    ("chat", True): chat_streamed,
    ("chat", False): chat_whole,
    ("responses", True): responses_streamed,
    ("responses", False): responses_whole,
}

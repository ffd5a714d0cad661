"""A session, a server that does to each connection exactly what it is told, and the four ways in which a reply comes:
on either wire, streamed or whole."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer, Event, Notice
from nbreason.errors import NBReasonError
from nbreason.store.conversations import Store
from nbreason.store.history import Record
from nbreason.transport.client import Transport
from nbreason.transport.timeouts import Timeouts
from tests.conftest import DUMMY_KEY, HERE, Scripted, http, question

Script = Callable[[socket.socket], None]
NOT_SENT = "Nothing was sent"
TEXT = "Two **groups** ∑."
USAGE = {"prompt_tokens": 9, "completion_tokens": 7, "input_tokens": 9, "output_tokens": 7}
OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
RESET = b"\1\0\0\0\0\0\0\0"
"""``SO_LINGER`` with a time of 0: closing sends RST and not FIN."""


@dataclass(frozen=True)
class Way:
    """One of the ways in which a reply comes."""

    wire: str
    streamed: bool

    def begin(self) -> bytes:
        """The first event of a stream, without text."""
        if self.wire == "chat":
            return event({"model": "o3", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        return event({"type": "response.created", "response": {"model": "o3", "status": "in_progress"}})

    def say(self, text: str) -> bytes:
        """An event with a piece of the answer."""
        return event(self.piece(text))

    def piece(self, text: str) -> dict[str, Any]:
        if self.wire == "chat":
            return {"choices": [{"index": 0, "delta": {"content": text}}]}
        return {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": text}

    def end(self, finish: str = "stop", usage: Any = USAGE) -> bytes:
        """The event that tells why the answer is over."""
        if self.wire == "chat":
            return event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "usage": usage})
        return event(self.completed(finish, usage))

    def completed(self, finish: str, usage: Any = USAGE, **more: Any) -> dict[str, Any]:
        reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
        status = "incomplete" if finish in reasons else "completed"
        response = {"model": "o3", "status": status, "usage": usage, **more}
        if finish in reasons:
            response["incomplete_details"] = {"reason": reasons[finish]}
        return {"type": f"response.{status}", "response": response}

    def whole(self, text: str | None, finish: str = "stop", usage: Any = USAGE, **more: Any) -> dict[str, Any]:
        """A reply as one JSON object."""
        if self.wire == "chat":
            message = {"role": "assistant", "content": text, **more}
            return {"model": "o3", "choices": [{"message": message, "finish_reason": finish}], "usage": usage}
        output = [{"type": "message", "content": [{"type": "output_text", "text": text}]}] if text else []
        body: dict[str, Any] = self.completed(finish, usage, output=output)["response"]
        return body

    def reply(self, text: str | None = TEXT, finish: str = "stop", usage: Any = USAGE) -> bytes:
        """A whole HTTP reply."""
        if not self.streamed:
            return http("200 OK", json.dumps(self.whole(text, finish, usage)).encode())
        said = self.say(text) if text else b""
        return OPEN + b"Connection: close\r\n\r\n" + self.begin() + said + self.end(finish, usage) + DONE


DONE = b"data: [DONE]\n\n"


def event(body: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + (body if isinstance(body, bytes) else json.dumps(body).encode()) + b"\n\n"


WAYS = {
    f"{wire}-{form}": Way(wire, form == "streamed") for wire in ("chat", "responses") for form in ("streamed", "whole")
}
STREAMS = [way for way in WAYS.values() if way.streamed]
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
every_stream = pytest.mark.parametrize("way", STREAMS, ids=[name for name, way in WAYS.items() if way.streamed])
"""A stream is refused, cut or garbled on both wires."""


def send(data: bytes, close: bool = True) -> Script:
    """Sends a reply and closes."""

    def script(connection: socket.socket) -> None:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_RDWR)

    return script


def reset_after(data: bytes) -> Script:
    """Sends the beginning of a reply, and ends the connection with RST."""

    def script(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()

    return script


@dataclass
class Outcome:
    """What became of one ask: its answer or its error, its events, how often it was posted, and what is on disk."""

    answer: Answer | None
    error: NBReasonError | None
    events: list[Event]
    posts: int
    record: Record

    @property
    def line(self) -> str:
        """The line that the person gets instead of an answer."""
        return str(self.error)

    @property
    def text(self) -> str:
        """The text that is on disk."""
        return self.record.answer.text if self.record.answer else ""

    @property
    def notices(self) -> list[str]:
        return [item.text for item in self.events if isinstance(item, Notice)]


@dataclass
class World:
    """Asks a server that follows `script`; `ask` first, then `next_ask_works`."""

    way: Way
    server: Scripted
    folder: Path
    script: Script
    slept: list[float] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    now: float = 1_700_000_000.0

    def session(self, timeouts: Timeouts = Timeouts(), **settings: Any) -> Session:  # noqa: B008
        """A session whose server this is; what it sleeps before a repeat is noted and not slept."""

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        own = {"wire": self.way.wire, "url": self.server.url, "key_env": "MY_KEY", **settings.pop("endpoint", {})}
        made = Session(
            NBReason(model="compatible:o3", endpoints={"compatible": own}, **settings),
            Store(self.folder),
            {"MY_KEY": DUMMY_KEY},
            Transport(sleep, lambda: self.now, timeouts),
        )
        if not self.way.streamed:
            # As after a first ask whose stream was refused (row 19): from then on replies are asked for whole.
            made.runner._refused[made.plan(question("?")).url] = {"stream", "stream_options"}
        self.sessions.append(made)
        return made

    def ask(self, script: Script | None = None, session: Session | None = None, **more: Any) -> Outcome:
        """Ask once, and wait; what holds of every outcome is checked here."""
        self.script = script or self.script
        session = session or (self.sessions[-1] if self.sessions else self.session())
        before = len(self.server.requests)
        run = session.ask(question("Why?", owner="cell/0", **more))
        events = [event for event in run.events() if event is not None]
        answer, error = None, None
        try:
            answer = run.result(10)
        except NBReasonError as caught:
            error = caught
        record = session.store.history(HERE)[-1]
        if error is not None:
            line = str(error)
            assert "\n" not in line
            assert "Traceback" not in line
            assert DUMMY_KEY not in line
            assert error._render_traceback_() in ([line], [f"\x1b[31m{line}\x1b[0m"])
            assert record.problem == line
            assert record.state in ("partial", "failed")
            if record.state == "partial":
                assert error.partial is not None
                assert record.answer is not None
                assert error.partial.text == record.answer.text
        assert record.question == "Why?"
        return Outcome(answer, error, events, len(self.server.requests) - before, record)

    def next_ask_works(self) -> None:
        """The same question again: what was not whole is asked anew, once, and answered; then it is kept."""
        again = self.ask(send(self.way.reply()))
        assert (again.error, again.posts) == (None, 1)
        assert again.answer is not None
        assert (again.answer.text, again.answer.complete, again.answer.replayed) == (TEXT, True, False)
        assert again.record.state == "done"
        kept = self.ask()
        assert kept.answer is not None
        assert (kept.posts, kept.answer.replayed, kept.answer.text) == (0, True, TEXT)


def not_repeated(outcome: Outcome, text: str = "") -> None:
    """Rule N, and I where some text had come: posted once, said that it may have been billed, text kept."""
    assert outcome.error is not None
    assert outcome.posts == 1
    assert "may have been billed; it is not sent again automatically." in outcome.line
    assert (outcome.text, outcome.record.state) == (text, "partial" if text else "failed")
    if text:
        assert outcome.record.answer is not None
        assert not outcome.record.answer.complete


def whole(outcome: Outcome, text: str = TEXT) -> Answer:
    """The answer came whole: posted once, and done on disk."""
    assert outcome.error is None, outcome.line
    assert outcome.answer is not None
    assert (outcome.answer.text, outcome.answer.finish, outcome.posts) == (text, "stop", 1)
    assert (outcome.record.state, outcome.text) == ("done", text)
    return outcome.answer


@pytest.fixture
def way() -> Way:
    """Where a row is about neither wires nor streams."""
    return WAYS["chat-streamed"]


@pytest.fixture
def world(way: Way, serve: Callable[..., Scripted], tmp_path: Path) -> Iterator[World]:
    made: World

    def act(connection: socket.socket) -> None:
        made.script(connection)

    server = serve(act)
    made = World(way, server, tmp_path / "home", send(way.reply()))
    yield made
    for session in made.sessions:
        session.close()


class TlsScripted(Scripted):
    """The same behind TLS, with a certificate of the test's own authority."""

    def __init__(self, script: Script, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(script)
        self.url = self.url.replace("http://", "https://")

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            wrapped = self._context.wrap_socket(connection, server_side=True)
        except OSError:
            self.gone.set()
            connection.close()
            return
        self._connections.append(wrapped)
        super()._serve(wrapped)

"""The rehearsal server: the providers' wires on this machine, without a key, a model or a cost.

It speaks Segmind's ``/v1/<slug>``, OpenAI-style chat completions and responses (as AI/ML API, OpenAI and
OpenRouter do) and their balance endpoints, all from one base URL. Its answers report what a model would have
received. Any documented error comes on request, see ``DIRECTIVES``. It needs the standard library only and
imports nothing else of nbreason, so that a mistake in the client cannot be hidden by the same mistake here.

Play credits: 100 at the start, 0.0005 for a token in or out, one credit being one play cent; the same numbers
are in ``usage``, in the headers and at the balance endpoints. (At AI/ML API one USD is 2,000,000 credits.)
On the chat and responses wires the header ``x-remaining-credits`` is an extension of the rehearsal: AI/ML API
sends none.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from .directives import DIRECTIVES
from .ledger import START
from .server import LARGEST_BODY, Server, accept_until
from .service import Options, Service

__all__ = ["DIRECTIVES", "Rehearsal", "run", "start"]

_RECORDED = 100  # request bodies that ``record`` keeps


class Rehearsal:
    """A running rehearsal server; made by ``start``. Use it in a ``with`` block, or call ``stop``."""

    def __init__(self, server: Server, recording: bool) -> None:
        self._server = server
        self._recording = recording
        self._wake, self._sleep = socket.socketpair()
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(
            target=accept_until, args=(server, self._sleep), name="nbreason-rehearsal", daemon=True
        )
        self._thread.start()

    @property
    def host(self) -> str:
        """The address it listens on."""
        return str(self._server.server_address[0])

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The root of all endpoints, without a slash at the end, reachable from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def requests(self) -> int:
        """Requests of any method since the start."""
        return self._server.requests

    @property
    def posts(self) -> int:
        """POST requests since the start, refused ones included."""
        return self._server.posts

    @property
    def credits(self) -> float:
        """Play credits left."""
        return self._server.service.ledger.remaining

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The parsed bodies of the last 100 POSTs, oldest first; only when started with ``record=True``."""
        if not self._recording:
            raise RuntimeError("start the rehearsal server with record=True to keep request bodies")
        return list(self._server.service.bodies)

    def stop(self) -> None:
        """Ends the server, its connections and its threads. May be called twice."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        self._server.stopping.set()
        self._wake.send(b"x")
        self._thread.join()
        self._server.server_close()
        self._server.end_connections(timeout=5.0)
        self._wake.close()
        self._sleep.close()

    def join(self, timeout: float | None = None) -> None:
        """Waits, at most ``timeout`` seconds, until the server has stopped."""
        self._thread.join(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Rehearsal {self.url}{' stopped' if self._stopped else ''}>"


def start(
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    pace: float = 0.01,
    think_seconds: float = 0.3,
    credits: float = START,
    models: Iterable[str] = (),
    strict_openai: bool = False,
    record: bool = False,
    log: Callable[[str], None] | None = None,
    largest_body: int = LARGEST_BODY,
) -> Rehearsal:
    """Starts a rehearsal server in threads of this process; port 0 takes a free one.

    ``pace`` is the time in seconds before each streamed piece, ``think_seconds`` the silence before an
    answer, ``credits`` the play credits at the start, ``models`` more model names to accept.
    ``strict_openai`` answers as OpenAI does where AI/ML API differs: its error envelope, ``max_tokens``
    refused, ``status`` in responses. ``record`` keeps request bodies; ``log`` gets one line a request,
    without keys, queries or bodies; ``largest_body`` is in bytes. Raises OSError when the port is taken.
    """
    options = Options(pace, think_seconds, strict_openai, credits, tuple(models), _is_loopback(host))
    service = Service(options, keep=_RECORDED if record else 0)
    return Rehearsal(Server((host, port), service, log, largest_body), record)


def run(port: int = 0, host: str = "127.0.0.1", *, out: Callable[[str], None] = print) -> None:
    """Serves in the foreground until Ctrl-C, for a class or another client; ``out`` gets the lines."""
    with start(port, host, log=out) as rehearsal:
        out(f"Rehearsal server at {rehearsal.url}: no key, no model, no cost. Stop it with Ctrl-C.")
        try:
            while True:
                rehearsal.join(3600)
        except KeyboardInterrupt:
            out(f"Stopped after {rehearsal.requests} requests.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

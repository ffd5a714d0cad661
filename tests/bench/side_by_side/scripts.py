"""What the scripted server of ``tests/faults`` does in these cases, beside the scripts that it has."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

from tests.faults.conftest import Script, World, reset_after, send

LONGEST = 1.5
"""Seconds after which a server that would go on for ever stops, so that a client that waits for ever ends: five of
the time-outs that stand for minutes."""


def labelled(reply: bytes) -> bytes:
    """A reply that says what it is, as all providers do: the SDK goes by ``Content-Type``, and so it must be told."""
    head, blank, body = reply.partition(b"\r\n\r\n")
    if b"content-type" in head.lower():
        return reply
    return head + b"\r\nContent-Type: application/json" + blank + body


def static(reply: bytes) -> Callable[[World], Script]:
    """The same reply to everybody."""
    return lambda world: send(labelled(reply))


def in_turn(*replies: bytes) -> Script:
    """One reply after the other; the last one for ever."""
    left = list(replies)
    return lambda connection: send(labelled(left.pop(0) if len(left) > 1 else left[0]))(connection)


def lose(data: bytes, end: str) -> Script:
    """Sends the beginning of a reply and loses the connection by FIN or RST."""

    def script(connection: socket.socket) -> None:
        connection.sendall(data)
        time.sleep(0.1)  # a reset overtakes what the other side has not read yet
        if end == "RST":
            reset_after(b"")(connection)
        else:
            connection.shutdown(socket.SHUT_RDWR)

    return script


def then_silent(world: World, data: bytes) -> Script:
    """Sends `data` and then nothing, until the client closes."""

    def script(connection: socket.socket) -> None:
        connection.sendall(data)
        world.server.wait_until_gone(connection)

    return script


class Bounded:
    """Says the same thing for ever: in fact so many times, or as long as `LONGEST`; `gave_up`: it came to that."""

    def __init__(self, begin: bytes, piece: bytes, times: int = 0, every: float = 0.0) -> None:
        self.gave_up = False
        self._begin, self._piece, self._times, self._every = begin, piece, times, every

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self._begin)
        started = time.monotonic()
        said = 0
        while said < self._times or (not self._times and time.monotonic() - started < LONGEST):
            connection.sendall(self._piece)  # an OSError when the client has gone: this is its end
            said += 1
            time.sleep(self._every)
        self.gave_up = True
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

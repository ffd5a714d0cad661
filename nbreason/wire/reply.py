"""From the bytes of a reply to events, whatever shape the reply turns out to have.

A server may answer a request for a stream with one JSON object, or send a login page with status 200, so the
shape is read from the first bytes and not from what was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nbreason.core.events import CostSeen, Event, Finish, Finished, Notice
from nbreason.core.usage import Money, amount
from nbreason.errors import InvalidResponse
from nbreason.wire.envelope import MAYBE_BILLED, Envelope, excerpt
from nbreason.wire.sse import Splitter

BOM = b"\xef\xbb\xbf"


class StreamError(Exception):
    """The reply holds an error, although its status was 200."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__(envelope.message)
        self.envelope = envelope


Costs = tuple[tuple[str, str], ...]
"""Where a body tells what the answer cost: a dotted path, and the unit of the number there."""


class WireReader:
    """State of one reply: made for one call, thrown away with it.  A wire defines `whole` and `event`."""

    def __init__(self, costs: Costs = ()) -> None:
        self.costs = costs
        self.started = False  # the provider's model name has been told
        self.seen = False  # some visible text has come
        self.refused = False
        self.finished: Finish | None = None  # the reason for the end, once it was given
        self.ended = False  # the closing mark of the stream has come

    def whole(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Events of a complete JSON reply."""
        raise NotImplementedError

    def event(self, data: str) -> Iterator[Event]:
        """Events of one server-sent event."""
        raise NotImplementedError

    def rest(self) -> Iterator[Event]:
        """What was held back until it was known that nothing more comes."""
        return iter(())

    def finish(self, reason: Finish) -> Finished:
        """Note the reason for the end."""
        self.finished = reason
        return Finished(reason)

    def money(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """What the answer cost, where the body says so: the first of `costs` that is there."""
        for path, unit in self.costs:
            value: Any = body
            for name in path.split("."):
                value = value.get(name) if isinstance(value, Mapping) else None
            if (cost := amount(value)) is not None:
                yield CostSeen(Money(cost, unit))
                return


class Body:
    """Feeds the bytes of one reply to a wire's reader; `feed` each chunk, then `close` once."""

    def __init__(self, reader: WireReader) -> None:
        self._reader = reader
        self._splitter: Splitter | None = None
        self._buffer = bytearray()
        self._whole = False  # the bytes begin like one JSON object (or a web page)

    @property
    def over(self) -> bool:
        """Whether the stream has said that it is over, so that nobody need wait for the connection to close."""
        return self._reader.ended

    @property
    def said_why(self) -> bool:
        """Whether the provider has said that the answer is over and why, so that nothing of it can be missing."""
        return self._reader.finished not in (None, "cut")

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes and yield the events that they complete."""
        if self._splitter is None:
            self._buffer += chunk
            if self._whole or BOM.startswith(self._buffer):
                return
            start = self._buffer.removeprefix(BOM).lstrip()[:1]
            self._whole = bool(start) and start in b"{[<"
            if self._whole or not start:
                return
            self._splitter, chunk = Splitter(), bytes(self._buffer)
        for event in self._splitter.feed(chunk):
            if event.event == "error":
                raise StreamError(Envelope.read(event.data))
            yield from self._reader.event(event.data)

    def close(self) -> Iterator[Event]:
        """The bytes are at their end: the last events, and how the answer ended if nobody said so.

        Raises InvalidResponse when this is not a reply of the API at all.
        """
        reader = self._reader
        if self._splitter is None:
            text = self._buffer.decode("utf-8-sig", "replace")
            damaged = "\ufffd" in text and "\ufffd".encode() not in self._buffer
            yield from reader.whole(load_object(text))
            yield from reader.rest()
            if not reader.seen and not reader.finished:
                raise InvalidResponse(f"The reply holds no answer. {MAYBE_BILLED}")
            if not reader.finished:
                yield reader.finish("stop")  # the object is whole, so the answer is
        else:
            whole, damaged = self._splitter.close(), self._splitter.damaged
            yield from reader.rest()
            if not (reader.seen or reader.finished):
                raise InvalidResponse(f"The stream ended without an answer. {MAYBE_BILLED}")
            if not reader.finished:
                yield reader.finish("stop" if reader.ended and whole else "cut")
        if reader.finished == "stop" and not reader.seen:
            yield reader.finish("empty")
        if damaged:
            yield Notice("Some letters of this answer arrived damaged and are shown as \ufffd.")


def load_object(text: str) -> Mapping[str, Any]:
    """A JSON object from text.  Raises InvalidResponse, with a harmless excerpt, for anything else."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidResponse(not_an_api(text)) from None
    if not isinstance(body, dict):
        raise InvalidResponse(not_an_api(text))
    return body


def load_event(data: str) -> Mapping[str, Any]:
    """The JSON object of one server-sent event.  Raises InvalidResponse when it is damaged: the answer ends there."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidResponse(f"A piece of the answer arrived damaged, so it ends here. {MAYBE_BILLED}")
    return body


def not_an_api(text: str) -> str:
    """The line for a reply that is no API reply."""
    if not text.strip():
        return f"The reply was empty. {MAYBE_BILLED}"
    what = "a web page" if text.lstrip()[:1] == "<" else "something else"
    return (
        f"The reply was {what}, not an API reply: {excerpt(text)!r}."
        " Check the address (%nbreason status) and the network: a proxy or a login page may stand between."
        f" {MAYBE_BILLED}"
    )

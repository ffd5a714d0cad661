"""From the bytes of a reply to events, whatever shape the reply turns out to have.

A server may answer a request for a stream with one JSON object, or send a login page with status 200, so the
shape is read from the first bytes and not from what was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nbreason.core.events import CostSeen, Event, Finished
from nbreason.core.usage import Money, amount
from nbreason.errors import BadReply
from nbreason.wire.envelope import Envelope, excerpt
from nbreason.wire.sse import Splitter


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
        self.finished = False  # a reason for the end was given
        self.ended = False  # the closing mark of the stream has come

    def whole(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Events of a complete JSON reply."""
        raise NotImplementedError

    def event(self, data: str) -> Iterator[Event]:
        """Events of one server-sent event."""
        raise NotImplementedError

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
        self._buffer = b""

    @property
    def over(self) -> bool:
        """Whether the stream has said that it is over, so that nobody need wait for the connection to close."""
        return self._reader.ended

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes and yield the events that they complete."""
        if self._splitter is None:
            self._buffer += chunk
            start = self._buffer.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
            if not start or start in b"{[<":
                return
            self._splitter, chunk, self._buffer = Splitter(), self._buffer, b""
        for event in self._splitter.feed(chunk):
            if event.event == "error":
                raise StreamError(Envelope.of(load_object(event.data)))
            yield from self._reader.event(event.data)

    def close(self) -> Iterator[Event]:
        """The bytes are at their end: the last events, and how the answer ended if nobody said so.

        Raises BadReply when this is not a reply of the API at all.
        """
        reader = self._reader
        if self._splitter is None:
            yield from reader.whole(load_object(self._buffer.decode("utf-8-sig", "replace")))
            if not reader.seen and not reader.finished:
                raise BadReply("The reply holds no answer. It may have been billed.")
            if not reader.finished:
                yield Finished("stop")  # the object is whole, so the answer is
            return
        whole = self._splitter.close()
        if not (reader.seen or reader.finished):
            raise BadReply("The stream ended without an answer. It may have been billed.")
        if not reader.finished:
            yield Finished("stop" if reader.ended and whole else "cut")


def load_object(text: str) -> Mapping[str, Any]:
    """A JSON object from text.  Raises BadReply, with a harmless excerpt, for anything else."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadReply(not_an_api(text)) from None
    if not isinstance(body, dict):
        raise BadReply(not_an_api(text))
    return body


def not_an_api(text: str) -> str:
    """The line for a reply that is no API reply."""
    if not text.strip():
        return "The reply was empty. It may have been billed."
    what = "a web page" if text.lstrip()[:1] == "<" else "something else"
    return (
        f"The reply was {what}, not an API reply: {excerpt(text)!r}."
        " Check the address (%nbreason status) and the network: a proxy or a login page may stand between."
    )

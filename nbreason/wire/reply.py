"""From the bytes of a reply to events, whatever shape the reply turns out to have.

A server may answer a request for a stream with one JSON object, or send a login page with status 200, so the
shape is read from the first bytes and not from what was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from nbreason.core.characters import clean, sendable
from nbreason.core.citations import LONGEST, MOST, Citation
from nbreason.core.events import (
    Cited,
    CostSeen,
    Event,
    Finish,
    Finished,
    Notice,
    RawReply,
    ReasoningDelta,
    Started,
    TextDelta,
)
from nbreason.core.usage import Money, spent
from nbreason.errors import InvalidResponse
from nbreason.wire.envelope import MAYBE_BILLED, Envelope, excerpt
from nbreason.wire.sse import Splitter
from nbreason.wire.values import string

BOM = b"\xef\xbb\xbf"
LONGEST_ID = 200
LONGEST_RAW = 64 * 1024
"""Characters that are kept of a reply in an unknown format."""
RAW_BYTES = 5 * LONGEST_RAW
"""Enough for these characters, and for a key that begins among them."""
UNKNOWN = " in a format that nbreason reads; what arrived is shown above and saved with the question"


class Key(Protocol):
    """The key of a request, which a server may repeat."""

    def hide(self, text: str) -> str:
        """The text without the key."""

    def overlap(self, text: str) -> int:
        """How many characters at the end of a text could be the start of the key."""


class StreamError(Exception):
    """The reply holds an error, although its status was 200."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__(envelope.message)
        self.envelope = envelope


Opened = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Costs = tuple[tuple[str, str], ...]
"""Where a body reports what the answer cost: dotted paths, each with the unit of its number."""


class WireReader:
    """State of one reply, used once.  A wire defines `whole` and `event`."""

    def __init__(self, costs: Costs = ()) -> None:
        self.costs = costs
        self.started = False  # the provider's model name has been reported
        self.seen = False  # some visible text has come
        self.refused = False
        self._cited: set[str] = set()
        self.recognised = False  # it has the fields of this wire, even if there is nothing in them
        self.finished: Finish | None = None  # the reason for the end, once it was given
        self.ended = False  # the closing mark of the stream has come

    def whole(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """Events of a complete JSON reply."""
        raise NotImplementedError

    def event(self, data: str) -> Iterator[Event]:
        """Events of one server-sent event."""
        raise NotImplementedError

    def rest(self) -> Iterator[Event]:
        """What was held back until the end."""
        return iter(())

    def begin(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """The names of the model and of the answer, once."""
        model, name = string(body.get("model")), string(body.get("id"))
        if not self.started and (model or name):
            self.started = True
            yield Started(model or None, None, name if 0 < len(name) <= LONGEST_ID else None)

    def cite(self, annotation: Mapping[str, Any]) -> Iterator[Event]:
        """A web page that an annotation of the text names, each once; files that it may name are not links."""
        page = Citation(string(annotation.get("url"))[: LONGEST + 1], string(annotation.get("title"))[:LONGEST])
        if page.url and page.url not in self._cited and len(self._cited) < MOST:
            self._cited.add(page.url)
            yield Cited(page)

    def finish(self, reason: Finish) -> Finished:
        """Record why the answer ended."""
        self.finished = reason
        return Finished(reason)

    def money(self, body: Mapping[str, Any]) -> Iterator[Event]:
        """What the answer cost, if the body reports it: the first of `costs` that is present."""
        for path, unit in self.costs:
            value: Any = body
            for name in path.split("."):
                value = value.get(name) if isinstance(value, Mapping) else None
            if (cost := spent(value)) is not None:
                yield CostSeen(Money(cost, unit))
                return


class CleanText:
    """The text of events as it enters: without the key and without halves of characters, also where a key or a
    character is split between two events."""

    def __init__(self, key: Key | None) -> None:
        self._key = key
        self._held: dict[type[TextDelta] | type[ReasoningDelta], str] = {}

    def hide(self, text: str) -> str:
        """The text without the key."""
        return self._key.hide(text) if self._key else text

    def events(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events with clean text; the end of a piece may come with the next one."""
        for event in events:
            if isinstance(event, TextDelta | ReasoningDelta):
                kind, text = type(event), self._held.pop(type(event), "") + event.text
                cut = len(text) - self._incomplete(text)
                if cut < len(text):
                    self._held[kind] = text[cut:]
                if cut:
                    yield kind(self._clean(text[:cut]))
            elif isinstance(event, Started):
                model, name = (text and self._clean(text) for text in (event.model, event.response_id))
                yield replace(event, model=model, response_id=name)
            elif isinstance(event, Cited):
                yield Cited(Citation(self._clean(event.page.url), self._clean(event.page.title)))
            else:
                if isinstance(event, Finished):
                    yield from self.rest()
                yield event

    def rest(self) -> Iterator[Event]:
        """What is still held."""
        while self._held:
            kind, text = self._held.popitem()
            yield kind(self._clean(text))

    def _clean(self, text: str) -> str:
        return self.hide(sendable(text))

    def _incomplete(self, text: str) -> int:
        """How many characters at the end need the next piece."""
        if "\ud800" <= text[-1:] <= "\udbff":
            return 1
        return self._key.overlap(text) if self._key else 0


class Body:
    """Feeds the bytes of one reply to a wire's reader; `feed` each chunk, then `close` once.

    key: hidden in whatever the reply says
    opened: gives the reply of the wire inside a whole one
    """

    def __init__(self, reader: WireReader, key: Key | None = None, opened: Opened = lambda body: body) -> None:
        self._reader = reader
        self._opened = opened
        self._clean = CleanText(key)
        self._splitter: Splitter | None = None
        self._buffer = bytearray()
        self._whole = False  # the bytes begin like one JSON object (or a web page)
        self._raw = bytearray()  # the beginning of a stream that has not been recognised
        self._complete = False

    @property
    def over(self) -> bool:
        """Whether the stream has said that it is over, so that there is no need to wait for the connection to close."""
        return self._reader.ended

    @property
    def has_finish_reason(self) -> bool:
        """Whether the provider has said why the answer ended, so that none of it can be missing."""
        return self._reader.finished not in (None, "cut")

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes and yield the events that they complete."""
        return self._clean.events(self._feed(chunk))

    @property
    def _unknown(self) -> bytes:
        """The beginning of a complete reply that is not of this wire; empty for any other, and for a web page, which no
        model has written."""
        if not self._complete or self._reader.recognised or self._reader.ended:
            return b""
        data = bytes(self._raw if self._splitter else self._buffer[:RAW_BYTES]).removeprefix(BOM).strip()
        silent = all(line.startswith(b":") for line in data.splitlines() if line)
        return b"" if silent or data.startswith(b"<") or data == b"{}" else data

    def raw(self) -> Iterator[Event]:
        """What arrived, to be kept although the reply has failed; nothing unless its format is unknown."""
        if not (data := self._unknown):
            return
        # In this order: without invisible characters, letters that they kept apart may spell the key.
        yield RawReply(self._clean.hide(clean(data.decode("utf-8", "replace")))[:LONGEST_RAW])

    def close(self) -> Iterator[Event]:
        """Call at the end of the bytes: yields the last events, and how the answer ended if no event has said so.

        Raises InvalidResponse when this is not a response of the API at all.
        """
        yield from self._clean.events(self._close())
        yield from self.rest()

    def rest(self) -> Iterator[Event]:
        """Text that was waiting for its next piece; to be called when the reply breaks off, and no `close` follows."""
        yield from self._clean.rest()

    def _feed(self, chunk: bytes) -> Iterator[Event]:
        if self._splitter is None:
            self._buffer += chunk
            if self._whole or BOM.startswith(self._buffer):
                return
            start = self._buffer.removeprefix(BOM).lstrip()[:1]
            self._whole = bool(start) and start in b"{[<"
            if self._whole or not start:
                return
            self._splitter, chunk = Splitter(), bytes(self._buffer)
        if not self._reader.recognised:
            self._raw += chunk[: max(0, RAW_BYTES - len(self._raw))]
        for event in self._splitter.feed(chunk):
            data = event.data
            if "error" in data or "failed" in data:  # of which only an excerpt is kept, which could cut the key
                data = self._clean.hide(data)
            if event.event == "error":
                raise StreamError(Envelope.read(data))
            yield from self._reader.event(data)

    def _close(self) -> Iterator[Event]:
        reader = self._reader
        if self._splitter is None:
            text = self._buffer.decode("utf-8-sig", "replace")
            damaged = "\ufffd" in text and "\ufffd".encode() not in self._buffer
            self._complete = text.rstrip()[-1:] in ("}", "]")  # what is cut short is lost and not of unknown format
            yield from reader.whole(self._opened(load_object(self._clean.hide(text))))
            yield from reader.rest()
            if not reader.seen and not reader.finished:
                what = f"no answer{UNKNOWN if self._unknown else ''}"
                raise InvalidResponse(f"The response contains {what}. {MAYBE_BILLED}")
            if not reader.finished:
                yield reader.finish("stop")  # the object is whole, so the answer is
        else:
            whole, damaged = self._splitter.close(), self._splitter.damaged
            self._complete = True
            yield from reader.rest()
            if not (reader.seen or reader.finished):
                what = f"an answer{UNKNOWN if self._unknown else ''}"
                raise InvalidResponse(f"The stream ended without {what}. {MAYBE_BILLED}")
            if not reader.finished:
                yield reader.finish("stop" if reader.ended and whole else "cut")
        if reader.finished == "stop" and not reader.seen:
            yield reader.finish("empty")
        if damaged:
            yield Notice("Some characters of this answer arrived damaged and are shown as \ufffd.")


def load_object(text: str) -> Mapping[str, Any]:
    """Parse a JSON object.  Raises InvalidResponse, with a harmless excerpt, for anything else."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidResponse(not_an_api(text)) from None
    if not isinstance(body, dict):
        raise InvalidResponse(not_an_api(text))
    return body


def load_event(data: str) -> Mapping[str, Any]:
    """Parse the JSON object of one server-sent event.  Raises InvalidResponse when it is damaged."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidResponse(f"A part of the answer arrived damaged, so it ends here. {MAYBE_BILLED}")
    return body


def not_an_api(text: str) -> str:
    """The message for a response that is not one of an API."""
    if not text.strip():
        return f"The response was empty. {MAYBE_BILLED}"
    what = "a web page" if text.lstrip()[:1] == "<" else "something else"
    return (
        f"The response was {what}, not an API response: {excerpt(text)!r}."
        " Check the address (%nbreason status) and the network: there may be a proxy or a login page in between."
        f" {MAYBE_BILLED}"
    )

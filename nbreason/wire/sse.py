"""Server-sent events, split on bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Lines end at CR, LF or CRLF and nowhere else: `str.splitlines` would also break at U+2028 and U+0085, which
occur inside answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerEvent:
    """One event: its type (empty when none was given) and its data."""

    event: str
    data: str


class Splitter:
    """Bytes in, events out; one splitter for one stream."""

    def __init__(self) -> None:
        self.damaged = False  # some bytes were not UTF-8 and have been replaced by U+FFFD
        self._pending = bytearray()
        self._after_cr = False
        self._at_start = True
        self._event = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """Take the next bytes, however cut, and yield the events that they complete."""
        for line in self._lines(chunk):
            event = self._line(line)
            if event is not None:
                yield event

    def close(self) -> bool:
        """End of the stream: whether it ended between two events.

        An event without its closing blank line is dropped, as the standard says; False tells that this
        happened, which means that the stream was cut.
        """
        return not (self._pending or self._data)

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        if not chunk:
            return
        if self._after_cr:
            # The LF of a CRLF that was cut in two belongs to the line that has already been given out.
            chunk = chunk[1:] if chunk[:1] == b"\n" else chunk
            self._after_cr = False
        self._pending += chunk
        if self._at_start:
            if len(self._pending) < 3 and b"\xef\xbb\xbf".startswith(self._pending):
                return
            if self._pending.startswith(b"\xef\xbb\xbf"):
                del self._pending[:3]
            self._at_start = False
        elif b"\n" not in chunk and b"\r" not in chunk:
            return  # a long line is collected, not searched again with each piece of it
        buffer = bytes(self._pending)
        self._after_cr = buffer.endswith(b"\r")
        *lines, rest = buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._pending = bytearray(rest)
        yield from lines

    def _line(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(self._text(value.removeprefix(b" ")))
        elif name == b"event":
            self._event = self._text(value.removeprefix(b" "))
        return None

    def _text(self, value: bytes) -> str:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            self.damaged = True
            return value.decode("utf-8", "replace")

    def _dispatch(self) -> ServerEvent | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        return ServerEvent(event, "\n".join(data)) if data else None

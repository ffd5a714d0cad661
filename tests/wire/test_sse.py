"""Server-sent events are split as the standard says, wherever the network cuts the bytes.

The reference here is slow and obvious: it has all bytes at once and goes through them one by one.
"""

from __future__ import annotations

import random

import pytest

from nbreason.wire.sse import ServerEvent, Splitter

CORPUS = {
    "lf": b"data: one\n\ndata: two\n\n",
    "crlf": b"data: one\r\n\r\ndata: two\r\n\r\n",
    "crlf in several lines": b"event: e\r\ndata: a\r\ndata: b\r\n\r\n: x\r\ndata: c\r\n\r\n",
    "cr": b"data: one\r\rdata: two\r\r",
    "mixed ends": b"data: one\r\n\rdata: two\n\r\ndata: three\r\n\n",
    "a bare CR at the end": b"data: one\n\r",
    "no space after the colon": b"data:one\n\ndata:  two\n\n",
    "multi-line data": b"data: a\ndata: b\ndata\ndata: c\n\n",
    "comments and pings": b": ping\n\n:\nevent: ping\ndata: {}\n\n: x\ndata: one\n\n",
    "named events": b"event: error\ndata: no\n\nevent:done\nid: 7\nretry: 10\ndata: yes\n\n",
    "an event without data": b"event: nothing\n\ndata: one\n\n",
    "empty data": b"data:\n\ndata\n\ndata: one\n\n",
    "a byte order mark": b"\xef\xbb\xbfdata: one\n\n\xef\xbb\xbfdata: two\n\n",
    "half a byte order mark": b"\xef\xbbdata: one\n\ndata: two\n\n",
    "separators inside": "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\ndata: two\n\n".encode(),
    "letters of several bytes": "data: ∑ 🜁 é\n\ndata: two\n\n".encode(),
    "invalid UTF-8": b"data: a\xff\xfeb\n\ndata: two\n\n",
    "unknown fields": b"foo: bar\ndatax: no\ndata: one\n\n",
    "cut inside an event": b"data: one\n\ndata: tw",
    "cut before the blank line": b"data: one\n\ndata: two\n",
    "JSON": b'data: {"a": "x\\ny: z"}\n\ndata: [DONE]\n\n',
    "nothing": b"",
    "blank lines": b"\n\n\r\n\r\rdata: one\n\n\n",
}


def reference(data: bytes) -> tuple[list[ServerEvent], bool]:
    """The events of a whole stream, and whether it ended between two events."""
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    lines: list[bytes] = []
    line = b""
    position = 0
    while position < len(data):
        byte = data[position : position + 1]
        position += 1
        if byte not in (b"\r", b"\n"):
            line += byte
            continue
        if byte == b"\r" and data[position : position + 1] == b"\n":
            position += 1
        lines.append(line)
        line = b""
    events: list[ServerEvent] = []
    name, said = "", None
    for full in lines:
        if full == b"":
            if said is not None:
                events.append(ServerEvent(name, said))
            name, said = "", None
            continue
        field, value = full, b""
        if b":" in full:
            at = full.index(b":")
            field, value = full[:at], full[at + 1 :]
            if value[:1] == b" ":
                value = value[1:]
        text = value.decode("utf-8", "replace")
        if field == b"data":
            said = text if said is None else said + "\n" + text
        elif field == b"event":
            name = text
    return events, line == b"" and said is None


def split(*chunks: bytes) -> tuple[list[ServerEvent], bool]:
    """What the splitter makes of these chunks."""
    splitter = Splitter()
    events = [event for chunk in chunks for event in splitter.feed(chunk)]
    return events, splitter.close()


@pytest.mark.parametrize("name", CORPUS)
def test_every_cut_in_two_gives_what_the_reference_gives(name: str) -> None:
    data = CORPUS[name]
    expected = reference(data)
    for at in range(len(data) + 1):
        assert expected == split(data[:at], data[at:]), f"cut at {at}"


@pytest.mark.parametrize("name", CORPUS)
def test_single_bytes_and_empty_chunks_change_nothing(name: str) -> None:
    data = CORPUS[name]
    single = [data[at : at + 1] for at in range(len(data))]
    assert reference(data) == split(*single)
    assert reference(data) == split(*[piece for byte in single for piece in (b"", byte, b"")])


def test_random_streams_in_random_pieces_agree_with_the_reference() -> None:
    dice = random.Random(7)
    pieces = [
        b"data:",
        b"data: x",
        b"event: e",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\xef\xbb\xbf",
        b"\xe2\x88\x91",
        b"id",
    ]
    for _ in range(3000):
        data = b"".join(dice.choices(pieces, k=dice.randrange(24)))
        cuts = sorted(dice.choices(range(len(data) + 1), k=dice.randrange(6)))
        chunks = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert reference(data) == split(*chunks), chunks


def test_the_reference_itself_is_right_where_the_standard_gives_an_example() -> None:
    """https://html.spec.whatwg.org/multipage/server-sent-events.html, the examples of section 9.2.6."""
    stock = b"data: YHOO\ndata: +2\ndata: 10\n\n"
    assert [ServerEvent("", "YHOO\n+2\n10")] == reference(stock)[0]
    blanks = b"data\n\ndata\ndata\n\ndata:"
    assert ([ServerEvent("", ""), ServerEvent("", "\n")], False) == reference(blanks)
    spaces = b"data:test\n\ndata: test\n\n"
    assert [ServerEvent("", "test")] * 2 == reference(spaces)[0]


def test_a_stream_that_ends_in_a_bare_cr_holds_no_phantom_event() -> None:
    assert ([ServerEvent("", "one")], True) == split(b"data: one\r\n\r")
    assert ([ServerEvent("", "one")], True) == split(b"data: one\r", b"\r", b"")


def test_a_piece_without_bytes_does_not_part_the_two_of_a_crlf() -> None:
    expected = [ServerEvent("", "a\nb")]
    assert (expected, True) == split(b"data: a\r", b"", b"\ndata: b\r", b"", b"", b"\n\r\n")


def test_an_event_of_two_mebibytes_is_accepted_in_small_pieces() -> None:
    data = b"data: " + b"x" * (2 * 1024 * 1024) + b"\n\n"
    events, whole = split(*[data[at : at + 65536] for at in range(0, len(data), 65536)])
    assert (len(events), len(events[0].data), whole) == (1, 2 * 1024 * 1024, True)

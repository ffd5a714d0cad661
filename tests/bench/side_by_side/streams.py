"""Rows 33 to 47: a stream is cut, garbled, silent, or never ends."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nbreason.transport.timeouts import Timeouts
from tests.bench.side_by_side.case import ALL, SHORT, Case, Make, Must, each
from tests.bench.side_by_side.scripts import Bounded, labelled, lose, static, then_silent
from tests.conftest import http
from tests.faults.conftest import DONE, STREAMS, TEXT, Script, Way, World, event, send
from tests.faults.test_streams import CHUNKED, CLOSING, FORMS, LONG, PINGS, QUICK, chunk, in_pieces


def cases() -> Iterator[Case]:
    """The cases of these rows."""
    for group in (broken, same, garbled, silence):
        yield from group()


def broken() -> Iterator[Case]:
    def begun(world: World, *words: str) -> bytes:
        return world.way.begin() + b"".join(map(world.way.say, words))

    cut: dict[str, Make] = {"": lambda world: send(CLOSING + begun(world, "Two ", "gro"))}
    yield from each(33, Must.KEPT, cut, STREAMS, answer="Two groups", text="Two gro")
    for end in ("FIN", "RST"):
        lost: dict[str, Make] = {
            f"{end}, chunked": lambda world, end=end: lose(CHUNKED + chunk(begun(world, "Two ")), end),
            f"{end}, with a length": lambda world, end=end: lose(LONG + begun(world, "Two "), end),
        }
        yield from each(34, Must.KEPT, lost, STREAMS, text="Two ")
    inside: dict[str, Make] = {
        f"{left} missing": lambda world, left=left: send(CLOSING + begun(world, "Two ", "groups")[:-left])
        for left in (1, 2, 3, 25)
    }
    yield from each(35, Must.KEPT, inside, STREAMS, answer="Two groups", text="Two ")


def raw(world: World, text: str) -> bytes:
    """An event with the text as it is, not escaped."""
    return event(json.dumps(world.way.piece(text), ensure_ascii=False).encode())


def same() -> Iterator[Case]:
    odd = "∑ 🜁 é \u4e2d"
    pieces: dict[str, Make] = {
        f"{size} bytes": lambda world, size=size: in_pieces(
            CLOSING + world.way.begin() + raw(world, odd) + world.way.end() + DONE, size
        )
        for size in (1, 2, 3, 7)
    }
    yield from each(36, Must.WHOLE, pieces, STREAMS, answer=odd, text=odd)
    forms: dict[str, Make] = {
        name: lambda world, form=form: send(CLOSING + form(two_words(world.way))) for name, form in FORMS.items()
    }
    yield from each(38, Must.WHOLE, forms, STREAMS)
    lines = "a\u2028b\u2029c\x85d"
    apart: dict[str, Make] = {"": lambda world: send(CLOSING + raw(world, lines) + world.way.end() + DONE)}
    yield from each(39, Must.WHOLE, apart, STREAMS, answer=lines, text=lines)
    mark: dict[str, Make] = {
        f"before {what}": lambda world, empty=empty: in_pieces(
            CLOSING
            + b"\xef\xbb\xbf"
            + (world.way.begin() if empty else b"")
            + world.way.say(TEXT)
            + world.way.end()
            + DONE,
            2,
        )
        for what, empty in {"the text": False, "an event without text": True}.items()
    }
    yield from each(40, Must.WHOLE, mark, STREAMS)
    bare: dict[str, Make] = {
        "": lambda world: send(
            CLOSING + (world.way.say("Two ") + world.way.say("groups") + world.way.end()).replace(b"\n", b"\r")
        )
    }
    yield from each(41, Must.WHOLE, bare, STREAMS, answer="Two groups", text="Two groups")


def two_words(way: Way) -> bytes:
    return way.begin() + way.say("Two ") + way.say("**groups** ∑.") + way.end() + DONE


def garbled() -> Iterator[Case]:
    full = "T\ufffdo groups"

    def damaged(world: World) -> Script:
        if world.way.streamed:
            return send(CLOSING + world.way.say("Two groups").replace(b"Two", b"T\xffo") + world.way.end() + DONE)
        body = json.dumps(world.way.whole("Two groups")).encode()
        return send(labelled(http("200 OK", body.replace(b"Two", b"T\xffo"))))

    yield from each(37, Must.WHOLE, {"": damaged}, ALL, answer=full, text=full)
    bad: dict[str, Make] = {
        name: lambda world, data=data: send(
            CLOSING + world.way.say("Two ") + event(data) + world.way.say("groups") + world.way.end() + DONE
        )
        for name, data in {"cut": b'{"choices": [', "no JSON": b"no JSON", "too deep": b"[" * 100_000}.items()
    }
    yield from each(42, Must.KEPT, bad, STREAMS, answer="Two groups", text="Two ")
    trouble = {"type": "error", "error": {"message": "overloaded", "code": "server_error"}, "message": "overloaded"}
    errors: dict[str, Make] = {
        variant: lambda world, name=name: send(CLOSING + world.way.say("Two ") + name + event(trouble))
        for variant, name in {"named": b"event: error\n", "in the data": b""}.items()
    }
    yield from each(43, Must.KEPT, errors, STREAMS, text="Two ")
    bodies = {"nothing": b"", "a comment": b": only a comment\n\n", "the mark": DONE, "lines": b"\n\n\n"}
    yield from each(44, Must.ONCE, {name: static(CLOSING + body) for name, body in bodies.items()}, STREAMS)


def silence() -> Iterator[Case]:
    hang: dict[str, Make] = {"": lambda world: then_silent(world, CLOSING + world.way.say("Two "))}
    yield from each(45, Must.KEPT, hang, STREAMS, text="Two ", sdk_seconds=SHORT, timeouts=QUICK)
    for where, text in (("first", ""), ("mid", "Two ")):
        pings: dict[str, Make] = {
            f"{name} {where}": lambda world, ping=ping, text=text: Bounded(
                CLOSING + (world.way.say(text) if text else b""), ping, every=0.02
            )
            for name, ping in PINGS.items()
        }
        timeouts = Timeouts(idle=0.2, wordless=0.04)
        must = Must.KEPT if text else Must.ONCE
        yield from each(46, must, pings, STREAMS, text=text, sdk_seconds=SHORT, ask={"timeout": 10}, timeouts=timeouts)
    behind: dict[str, Make] = {
        "": lambda world: then_silent(world, CLOSING + world.way.say(TEXT) + world.way.end() + DONE)
    }
    yield from each(47, Must.WHOLE, behind, STREAMS, within=1.0)

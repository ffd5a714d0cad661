"""Rows 18 to 32: the reply is refused, odd, empty, too large, or ends in an unusual way."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from functools import partial

from nbreason.transport.timeouts import Timeouts
from tests.bench.side_by_side.case import ALL, SHORT, WHOLES, Case, Make, Must, each
from tests.bench.side_by_side.scripts import Bounded, labelled, lose, static, then_silent
from tests.conftest import http
from tests.faults.conftest import DONE, STREAMS, TEXT, Script, Way, World, event, send
from tests.faults.test_replies import BOMBS, EMPTY, packed_bomb, refusal
from tests.faults.test_streams import CLOSING, LONG


def cases() -> Iterator[Case]:
    """The cases of these rows."""
    for group in (replies, large, ends):
        yield from group()


def replies() -> Iterator[Case]:
    long = {str(code): static(refusal(code, message="maximum context length")) for code in (400, 413)}
    yield from each(18, Must.NO_REPEAT, long, ALL, billable=False)
    yield from each(19, Must.RESENT, {"stream": partial(refuses, "stream")}, STREAMS, billable=False, caller=True)
    options = {"stream_options": partial(refuses, "stream_options")}
    yield from each(19, Must.RESENT, options, billable=False, caller=True)  # Responses has no such option
    said = json.dumps({"error": {"message": "upstream broke", "type": "server_error"}}).encode()
    yield from each(20, Must.ONCE, {"": static(http("200 OK", said))}, ALL)
    instead: dict[str, Make] = {"": lambda world: send(labelled(Way(world.way.wire, False).reply()))}
    yield from each(21, Must.WHOLE, instead, STREAMS)
    for status in (400, 500):
        bodies = {"empty": b"", "HTML": b"<html><body>" + b"x" * 5000, "no text": b"\xff\xfe\x00"}
        told = {f"{status} {name}": static(http(f"{status} No", body)) for name, body in bodies.items()}
        must = Must.NO_REPEAT if status == 400 else Must.ONCE
        yield from each(22, must, told, ALL, billable=status == 500)
    nothing = event({"choices": []}) + event({"choices": None}) + DONE
    empty = http("200 OK", b'{"choices": null, "output": null}')
    yield from each(23, Must.WHOLE, {"between": with_noise}, STREAMS)
    yield from each(23, Must.ONCE, {"only": static(CLOSING + nothing)}, STREAMS)
    yield from each(23, Must.ONCE, {"only": static(empty)}, WHOLES)
    yield from labels()
    for usage in (None, {}, {"prompt_tokens": None, "input_tokens": "many"}):
        missing: dict[str, Make] = {
            json.dumps(usage): lambda world, usage=usage: send(labelled(world.way.reply(usage=usage)))
        }
        yield from each(26, Must.WHOLE, missing, ALL)
    yield from each(27, Must.ONCE, {"cut short": half, "length too long": too_long}, ALL)


def refuses(thing: str, world: World) -> Script:
    """Answers only a request that does not ask for `thing`."""

    def script(connection: socket.socket) -> None:
        if thing in json.loads(world.server.requests[-1].partition(b"\r\n\r\n")[2]):
            no = refusal(400, message=f"Unsupported parameter: {thing}", param=thing, code="unsupported_value")
            send(labelled(no))(connection)
        else:
            send(labelled(Way(world.way.wire, thing != "stream").reply()))(connection)

    return script


def with_noise(world: World) -> Script:
    noise, way = b"".join(event(body) for body in EMPTY), world.way
    return send(CLOSING + noise + way.say(TEXT) + noise + way.end() + noise + DONE)


def half(world: World) -> Script:
    body = json.dumps(world.way.whole(TEXT)).encode()
    return send(labelled(http("200 OK", body[: len(body) // 2])))


def too_long(world: World) -> Script:
    return send(labelled(http("200 OK", json.dumps(world.way.whole(TEXT)).encode()))[:-30])


def labels() -> Iterator[Case]:
    used = {"prompt_tokens": 9, "completion_tokens": 1024, "input_tokens": 9, "output_tokens": 1024}
    spent: dict[str, Make] = {"": lambda world: send(labelled(world.way.reply(None, "length", used)))}
    yield from each(24, Must.TOLD, spent, ALL, text="", label="length")
    stopped: dict[str, Make] = {"filter": lambda world: send(labelled(world.way.reply("Two", "content_filter")))}
    yield from each(25, Must.TOLD, stopped, ALL, text="Two", label="content_filter")
    yield from each(25, Must.TOLD, {"refusal": refusing}, ALL, text=None, label="refusal")


def refusing(world: World) -> Script:
    said, way = "I cannot.", world.way
    if way.wire == "chat":
        events, body = event({"choices": [{"delta": {"refusal": said}}]}), way.whole(None, refusal=said)
    else:
        events = event({"type": "response.refusal.delta", "delta": said})
        output = [{"type": "message", "content": [{"type": "refusal", "refusal": said}]}]
        body = way.completed("stop", output=output)["response"]
    streamed = CLOSING + events + way.end() + DONE
    return send(streamed if way.streamed else labelled(http("200 OK", json.dumps(body).encode())))


def large() -> Iterator[Case]:
    def bomb(name: str, world: World) -> Script:
        return send(labelled(http("200 OK", packed_bomb(*BOMBS[name], "gzip"), "Content-Encoding: gzip")))

    for name, way in (("one line of a stream", STREAMS[0]), ("one JSON string", WHOLES[0])):
        yield from each(28, Must.ONCE, {name: partial(bomb, name)}, [way], memory=32)
    text = "two megabytes " * (2 * 2**20 // 14)
    two: dict[str, Make] = {
        "2 MiB": lambda world: send(CLOSING + world.way.begin() + world.way.say(text) + world.way.end() + DONE)
    }
    yield from each(29, Must.WHOLE, two, STREAMS, answer=text, text=text)
    endless: dict[str, Make] = {"no end": lambda world: Bounded(CLOSING + b"data: ", b"x" * 2**20, times=80)}
    yield from each(29, Must.ONCE, endless)
    said = "again and " * 13_000
    tokens: dict[str, Make] = {
        "size": lambda world: Bounded(CLOSING, world.way.say(said), times=80 * 2**20 // len(said))
    }
    yield from each(30, Must.KEPT, tokens, text=None, caller=True)
    slowly: dict[str, Make] = {"time": lambda world: Bounded(CLOSING, world.way.say("again "), every=0.01)}
    yield from each(30, Must.KEPT, slowly, STREAMS, text=None, caller=True, sdk_seconds=SHORT, ask={"timeout": SHORT})


def ends() -> Iterator[Case]:
    def told(world: World) -> bytes:
        return world.way.begin() + world.way.say(TEXT) + world.way.end()

    marks: dict[str, Make] = {
        "no mark": lambda world: send(CLOSING + told(world)),
        "length too long": lambda world: send(LONG + told(world)),
        "reset": lambda world: lose(LONG + told(world), "RST"),
        "silence": lambda world: then_silent(world, LONG + told(world)),
    }
    yield from each(31, Must.WHOLE, marks, STREAMS, sdk_seconds=SHORT, timeouts=Timeouts(last=0.2))
    clean: dict[str, Make] = {"": lambda world: send(CLOSING + world.way.begin() + world.way.say("Two "))}
    yield from each(32, Must.KEPT, clean, STREAMS, text="Two ")

"""What a case is, and what came of one.

A case is a row of the table in docs/reliability.md on one wire, streamed or whole.  The bytes are those of
``tests/faults``: the same `Way` makes them and the same scripted server sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest

from nbreason.transport.timeouts import Timeouts
from tests.faults.conftest import TEXT, WAYS, Script, Way, World

SHORT = 0.3
"""Seconds that stand for a time-out of minutes."""
WHOLES = [way for way in WAYS.values() if not way.streamed]


class Must(Enum):
    """What of the column "what must happen" can be asked of any client; the words are those of the published table."""

    UNSENT = "an error, nothing sent"
    REPEATED = "R2"
    RESENT = "one resend without it"
    NO_REPEAT = "an error, no repeat"
    ONCE = "N"
    KEPT = "I"
    WHOLE = "the whole answer"
    TOLD = "the label"


Place = Callable[[World, pytest.MonkeyPatch], AbstractContextManager[str]]


def at_the_server(world: World, patch: pytest.MonkeyPatch) -> AbstractContextManager[str]:
    """The usual place: the scripted server."""
    return nullcontext(world.server.url)


@dataclass(frozen=True)
class Case:
    """One fault on one way.

    answer:   the text that the server would say in full; text: what of it must be in hand at the end, None: any
    billable: whether a POST may have been paid for, so that another could be paid for twice
    caller:   whether an SDK rightly leaves the matter to its caller
    label:    how the answer must be labelled; waits: seconds that the server asks to wait before a repeat
    memory:   MiB that may be held; within: seconds that it may take
    sdk_seconds, ask, patience: time-outs, of the SDK and of ours, where minutes would have to be waited
    """

    row: int
    way: Way
    must: Must
    script: Callable[[World], Script]
    variant: str = ""
    answer: str = TEXT
    text: str | None = TEXT
    billable: bool = True
    caller: bool = False
    label: str = "stop"
    waits: float = 0.0
    memory: int | None = None
    within: float | None = None
    sdk_seconds: float | None = None
    ask: Mapping[str, Any] = field(default_factory=dict)
    timeouts: Timeouts = field(default_factory=Timeouts)
    place: Place = at_the_server


@dataclass
class Got:
    """What came of one case.

    posts: POSTs counted at the server; error: the type of the exception; text: what was in hand at the end
    when_read: the exception came from reading an attribute of the reply, not from the call
    label: why the answer ended, as far as the reply said so; tokens: as reported; waits: seconds before each repeat
    seconds: how long it took; peak: MiB held; gave_up: the client was still reading when the server stopped
    """

    posts: int = 0
    error: str = ""
    when_read: bool = False
    text: str = ""
    label: str = ""
    tokens: Any = None
    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    peak: float = 0.0
    gave_up: bool = False


Make = Callable[[World], Script]


def each(row: int, must: Must, scripts: Mapping[str, Make], ways: Iterable[Way] = (), **more: Any) -> Iterator[Case]:
    """A row with its variants on each way; the chat stream alone when none is given."""
    for way in ways or [WAYS["chat-streamed"]]:
        for variant, script in scripts.items():
            yield Case(row, way, must, script, variant, **more)


ALL = list(WAYS.values())

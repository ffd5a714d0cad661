"""How long to wait for what.

connect   5 s        for a connection (`client.CONNECT_TIMEOUT`)
overall   1200 s     for the whole answer (the setting `timeout`); before it begins, silence is thinking
wordless  3/4 of it  without a word of the answer, whatever else comes: pings prove that a proxy lives, no more
idle      300 s      without a byte once the answer has begun
the end   5 s        for the closing mark once the provider has said that the answer is over
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Timeouts:
    """idle: seconds without a byte in the middle of an answer; wordless: the share of the whole time that may pass
    without a word of it; last: seconds for what may follow its end."""

    idle: float = 300.0
    wordless: float = 0.75
    last: float = 5.0


class Expired(Exception):
    """The time is over."""


class Within:
    """``with Within(seconds):`` raises Expired when the block takes longer.

    As `asyncio.timeout`, but raises an error that no library below raises too.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._expired = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._handle = asyncio.get_running_loop().call_later(max(0.0, self._seconds), self._expire)

    def _expire(self) -> None:
        self._expired = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.cancel()
        if not self._expired:
            return
        if self._task.uncancel() > 0:
            return  # the person has stopped the ask at the same moment
        raise Expired from None

"""An ask under way: events for whoever watches, a result for whoever waits, and a way to stop it."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import CancelledError as Cancelled
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress

from nbreason.core.events import Answer, Event
from nbreason.errors import ResponseLost, StoreError
from nbreason.transport.loop import LoopThread

Push = Callable[[Event], None]
DRAIN = 2.0
"""Seconds that a stopped ask is given to write down what it has."""


class Run:
    """One ask, running on the loop thread.

    travel: the coroutine that does the work; it is given a function to push events into
    """

    def __init__(self, loop: LoopThread, travel: Callable[[Push], Awaitable[Answer]]) -> None:
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._task: asyncio.Task[Answer] | None = None
        self._stopped = False
        self._future = loop.submit(self._work(travel))
        self.when_over(lambda: self._events.put(None))

    async def _work(self, travel: Callable[[Push], Awaitable[Answer]]) -> Answer:
        # A task of its own: stopping it must not cancel the future that carries the partial answer out.
        self._task = asyncio.ensure_future(travel(self._events.put))
        if self._stopped:
            # After its first step: a task that never began could not write down that it was stopped.
            asyncio.get_running_loop().call_soon(self._task.cancel)
        return await self._task

    def when_over(self, then: Callable[[], None]) -> None:
        """Call `then` once this is over, however it has ended: at once, or later in the loop's thread."""
        self._future.add_done_callback(lambda _: then())

    def events(self, tick: float = 0.1) -> Iterator[Event | None]:
        """Events as they arrive; None each `tick` seconds in which nothing does, so that a clock can tick."""
        while True:
            try:
                event = self._events.get(timeout=tick)
            except queue.Empty:
                yield None
                continue
            if event is None:
                return
            yield event

    def stop(self) -> None:
        """Close the connection and keep what has come; safe from any thread, at any time, any number of times."""
        if self._stopped:
            return
        self._stopped = True
        if (task := self._task) is not None:
            with suppress(RuntimeError):  # the loop has ended, and this with it
                task.get_loop().call_soon_threadsafe(task.cancel)

    def result(self, timeout: float | None = None) -> Answer:
        """The answer, when it is there.  Raises an NBReasonError if the ask failed."""
        try:
            return self._future.result(timeout)
        except Cancelled:
            raise broken_off() from None

    def drain(self) -> Answer:
        """Stop, and give what has come once it is written down; wait at most two seconds for that.

        Raises an NBReasonError if the ask failed, or if writing takes longer.
        """
        self.stop()
        try:
            return self.result(DRAIN)
        except FutureTimeout:
            raise StoreError(
                "The answer was stopped and is still being written down; %nbreason history shows it when it is."
            ) from None

    async def wait(self) -> Answer:
        """The answer, awaited on the caller's loop; cancelling the wait stops the ask."""
        try:
            return await asyncio.shield(asyncio.wrap_future(self._future))
        except asyncio.CancelledError:
            if self._future.cancelled():
                raise broken_off() from None
            self.stop()
            raise


def broken_off() -> ResponseLost:
    """The error of an ask whose loop has ended before it could."""
    return ResponseLost(
        "This ask was ended with its session, before its answer was written down. It may have been billed."
    )

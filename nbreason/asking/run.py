"""An ask under way: its events, its result, and a way to stop it."""

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
"""Seconds that a stopped ask has to save what has arrived."""


class Run:
    """One ask, running on the loop thread.

    work:     the coroutine that does it; it is given a function to push events into
    replayed: whether that is a saved answer, which is there at once
    """

    def __init__(self, loop: LoopThread, work: Callable[[Push], Awaitable[Answer]], replayed: bool = False) -> None:
        self.replayed = replayed
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._task: asyncio.Task[Answer] | None = None
        self._stopped = False
        self._future = loop.submit(self._start(work))
        self.when_over(lambda: self._events.put(None))

    async def _start(self, work: Callable[[Push], Awaitable[Answer]]) -> Answer:
        # A task of its own: stopping it must not cancel the future that carries the partial answer out.
        self._task = asyncio.ensure_future(work(self._events.put))
        if self._stopped:
            # After its first step: a task that never began could not save that it was stopped.
            asyncio.get_running_loop().call_soon(self._task.cancel)
        return await self._task

    def when_over(self, then: Callable[[], None]) -> None:
        """Call `then` once this is over, however it ended: at once, or later in the loop's thread."""
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
        """Close the connection and keep what has arrived; safe from any thread, at any time, any number of times."""
        if self._stopped:
            return
        self._stopped = True
        if (task := self._task) is not None:
            with suppress(RuntimeError):  # the loop has ended, and this with it
                task.get_loop().call_soon_threadsafe(task.cancel)

    def result(self, timeout: float | None = None) -> Answer:
        """The answer, waited for at most `timeout` seconds.  Raises an NBReasonError if the ask failed."""
        try:
            return self._future.result(timeout)
        except Cancelled:
            raise broken_off() from None

    def drain(self) -> Answer:
        """Stop, and return what has arrived once it is saved; wait at most two seconds for that.

        Raises an NBReasonError if the ask failed, or if saving takes longer.
        """
        self.stop()
        try:
            return self.result(DRAIN)
        except FutureTimeout:
            raise StoreError(
                "The answer was stopped and is still being saved; %nbreason history will show it."
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
    """The error of an ask whose session was closed first."""
    return ResponseLost("The session was closed before this answer was saved. It may have been billed.")

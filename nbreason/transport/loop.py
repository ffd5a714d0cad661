"""One daemon thread with an event loop of its own.

The kernel's own loop is busy while a cell runs, so requests run here, and the main thread takes what arrives
from a queue.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines beside the main thread; started on first use, anew in a forked child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._process = 0

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` on the loop; cancelling the future cancels the work."""
        with self._lock:  # so that a loop that is stopped knows all that was submitted to it
            return asyncio.run_coroutine_threadsafe(work, self._running())

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]]) -> threading.Thread | None:
        """Begin to stop the loop: its tasks are cancelled, `last` is run, and its thread ends.

        Safe from any thread, its own included.  Returns the thread, to be joined; None if none was started.
        What is submitted later runs on a new loop.
        """
        with self._lock:
            loop, thread = self._loop, self._thread
            if loop is None or self._process != os.getpid():
                return None
            self._loop = self._thread = None
            asyncio.run_coroutine_threadsafe(_end(loop, last), loop)
            return thread

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None or self._process != os.getpid():
            self._loop = asyncio.new_event_loop()
            self._process = os.getpid()
            self._thread = threading.Thread(target=_run, args=(self._loop,), name="nbreason-http", daemon=True)
            self._thread.start()
        return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _end(loop: asyncio.AbstractEventLoop, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Cancel the tasks that are left on a loop, since a caller may wait for them; then stop the loop."""
    try:
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.wait(left)
        await last()
    finally:
        # Futures get the results of their tasks in a callback, so the loop runs once more.
        loop.call_soon(loop.stop)

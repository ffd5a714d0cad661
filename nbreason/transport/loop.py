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
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def stop(self, first: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do `first` on the loop, then end the loop and its thread; nothing happens where none was started."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None or self._process != os.getpid():
            return
        self.submit(first()).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
        self._loop = None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._process = os.getpid()
                self._thread = threading.Thread(target=self._loop.run_forever, name="nbreason-http", daemon=True)
                self._thread.start()
            return self._loop

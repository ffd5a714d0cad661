"""Tells providers to stop work without a connection whose ask was stopped, a moment later.

A front end that restarts a kernel interrupts it first, and gives it five seconds to end.  That must not stop the work
whose answer is to outlive the kernel, and from an interrupt meant as such it cannot be told apart any sooner.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from nbreason.asking.plan import Plan
from nbreason.asking.runner import RequestRunner
from nbreason.core.events import Answer
from nbreason.errors import StoreError
from nbreason.store.conversations import Store

LATER = 6.0
"""Seconds."""


class Stops:
    """The stops that are to come, by turn.  To be used on the loop thread."""

    def __init__(self, runner: RequestRunner, store: Store) -> None:
        self._runner = runner
        self._store = store
        self._coming: dict[int, asyncio.Task[None]] = {}

    def tell_later(self, planned: Plan, turn: int, answer: Answer) -> None:
        """Tell the provider to stop, and then save the turn as stopped; until then it is pending."""
        self._coming[turn] = asyncio.ensure_future(self._tell(planned, turn, answer))

    def forget(self, turn: int) -> None:
        """The answer is waited for again."""
        if (task := self._coming.pop(turn, None)) is not None:
            task.cancel()

    async def _tell(self, planned: Plan, turn: int, answer: Answer) -> None:
        await self._runner.pause(LATER)
        if await self._runner.cancel(planned, answer.job):
            with suppress(StoreError):  # it stays pending
                await asyncio.to_thread(self._store.finish, turn, "failed", replace(answer, job=""))
        self._coming.pop(turn, None)

"""Questions on which a provider works without an open connection: found again, waited for again, and stopped.

A stop is told to the provider a moment later.  A front end that restarts a kernel interrupts it first, and gives it
five seconds to end.  That must not stop the work whose answer is to outlive the kernel, and from an interrupt meant as
such it cannot be told apart any sooner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from nbreason.asking.plan import Plan
from nbreason.asking.runner import RequestRunner
from nbreason.core.events import Answer, Event, Notice
from nbreason.core.models import Options
from nbreason.core.question import Place, Question
from nbreason.errors import NBReasonError, StillRunning, StoreError
from nbreason.store.conversations import Store
from nbreason.store.jobs import Job

LATER = 6.0
"""Seconds."""


class Jobs:
    """The work of providers on the questions of a store, and the stops that are to come."""

    def __init__(self, runner: RequestRunner, store: Store) -> None:
        self._runner = runner
        self._store = store
        self._stops: dict[int, asyncio.Task[None]] = {}

    def of(self, place: Place) -> list[Job]:
        """The questions of a conversation on which providers may still work."""
        return self._store.jobs(place)

    def find(self, planned: Plan) -> Job | None:
        """The work on exactly this request, unless it is to be asked again."""
        if planned.question.fresh or planned.choice.provider.polling is None:
            return None
        wanted = planned.choice.name, planned.request.digest
        found = self.of(planned.question.place)
        return next((job for job in found if (job.asked.requested_model, job.asked.request_hash) == wanted), None)

    @staticmethod
    def question(place: Place, job: Job) -> Question:
        """The question of such work, as far as its answer depends on it."""
        asked = job.asked
        options = Options(effort=asked.effort)
        return Question(asked.parts, place, asked.requested_model, options, asked.system, alone=True)

    def stop(self, planned: Plan, turn: int, answer: Answer, note: Callable[[Event], None]) -> NBReasonError | None:
        """Have the provider stop soon; the turn stays pending until then.

        To be called on the loop thread.  Returns the error that says that the work goes on, if it cannot be stopped.
        """
        provider = planned.choice.provider
        if provider.polling is None or not provider.polling.cancel:
            return StillRunning(
                f"Stopped waiting. {provider.title} goes on, and may bill it: %nbreason resume collects the answer."
            )
        line = f"{provider.title} will be told to stop in {LATER:.0f} s, unless the kernel is restarted:"
        note(Notice(f"{line} %nbreason resume then collects the answer"))
        self._stops[turn] = asyncio.ensure_future(self._tell(planned, turn, answer))
        return None

    def keep_on(self, turn: int) -> None:
        """The answer is waited for again: a stop that is to come does not.  To be called on the loop thread."""
        if (task := self._stops.pop(turn, None)) is not None:
            task.cancel()

    async def _tell(self, planned: Plan, turn: int, answer: Answer) -> None:
        await self._runner.pause(LATER)
        if await self._runner.cancel(planned, answer.job):
            with suppress(StoreError):  # it stays pending
                await asyncio.to_thread(self._store.finish, turn, "failed", replace(answer, job=""))
        self._stops.pop(turn, None)

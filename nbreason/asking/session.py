"""One ask, start to end.

    question -> plan -> store (pending) -> wire.encode -> transport -> wire.decode -> event*
    each event -> whoever watches, and into the draft of the answer; the answer -> store (done)

`Session.ask` reads like that sentence.  What can be refused is refused in the plan; the question is on disk
before it is sent; whatever happens on the way, what has arrived is written down.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nbreason import __version__
from nbreason.answers.formats import shaped
from nbreason.asking.budget import BudgetTracker
from nbreason.asking.cache import AnswerCache
from nbreason.asking.guard import Guard
from nbreason.asking.plan import Plan, plan
from nbreason.asking.run import Push, Run
from nbreason.asking.runner import RequestRunner
from nbreason.config.endpoints import Endpoint
from nbreason.config.logins import Logins
from nbreason.config.settings import NBReason
from nbreason.core.endings import remark
from nbreason.core.events import Answer, Draft, Event, Finished, Notice, Sending, TextDelta
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place, Question
from nbreason.core.turns import State
from nbreason.core.usage import Money
from nbreason.errors import NBReasonError, ResponseLost, StoreError
from nbreason.providers.base import Provider
from nbreason.store import ledger
from nbreason.store.identity import cell_ids, recognise
from nbreason.store.sqlite import Store
from nbreason.transport.client import MAYBE, Transport
from nbreason.transport.loop import LoopThread


class Session:
    """Settings, store and transport of one kernel; everything is handed in."""

    def __init__(
        self,
        settings: NBReason,
        store: Store,
        environment: Mapping[str, str],
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        earlier: Sequence[Store] = (),
    ) -> None:
        self.settings = settings
        self.store = store
        self.environment = environment = environment if isinstance(environment, Logins) else Logins(environment)
        self._recognised: set[str] = set()
        self._transport = transport or Transport(environment=environment)
        self._loop = LoopThread()
        self._runs: set[Run] = set()
        self._left = False
        self._changing = threading.Lock()
        self._clock = clock
        self.runner = RequestRunner(settings, environment, self._transport, clock)
        self.cache = AnswerCache(store, settings)
        self.guard = Guard(settings, environment)
        self.budgets = BudgetTracker(store, settings, clock, earlier)

    def ask(self, question: Question) -> Run:
        """Send a question.  Raises Refused before anything is sent, StoreError if it cannot be written down."""
        planned = self.plan(question)
        if (kept := self.cache.find(planned)) is not None:
            self.store.keep(question, planned.choice.name, planned.request.digest, kept)
            return self._run(lambda push: self._replay(planned, kept, push))
        if planned.obstacle is not None:
            raise planned.obstacle
        self.guard.insist(planned)
        self.budgets.insist(planned)
        turn = self.store.begin(question, planned.choice.name, planned.request.digest)
        self.budgets.begin(turn, planned)
        return self._run(lambda push: self._counted(planned, turn, push))

    def plan(self, question: Question) -> Plan:
        """What would be sent; nothing is.  This is also the dry run."""
        turns = [] if question.alone else self.store.turns_before(question.place)
        return plan(question, turns, self.settings, self.environment)

    def recognise(self, place: Place) -> None:
        """Give a renamed, moved or copied notebook its conversations, once for each path."""
        if place.notebook in self._recognised:
            return
        self._recognised.add(place.notebook)
        cells = cell_ids(place.notebook) | ({place.owner.rpartition("/")[0]} if place.owner else set())
        with self.store.database.write() as db:
            recognise(db, place.notebook, cells, self._clock())

    def credits(self, provider: Provider) -> Money | None:
        """Ask a provider what is left on the account; None: it does not report that."""
        return self._loop.submit(self.runner.balance(provider)).result()

    def reported_share(self, asked: str) -> float | None:
        """Input tokens as reported for each estimated one, learned from the answers that this model has given."""
        with self.store.database.read() as db:
            return ledger.reported_share(ledger.answers(db, model=asked))

    def reach(self, place: Endpoint) -> str:
        """What comes of connecting to an endpoint, in words; nothing is asked there."""
        return self._loop.submit(self.runner.reach(place)).result()

    def close(self) -> None:
        """Stop what is under way, keep what has come, and end the connections and the thread.

        A session that is not closed keeps them as long as its process.
        """
        with self._changing:
            runs = list(self._runs)
        for run in runs:
            run.stop()
        for run in runs:
            with suppress(Exception):  # which whoever has asked is told
                run.drain()
        if (thread := self._loop.stop(self._transport.close)) is not None:
            thread.join(5)

    def leave(self) -> None:
        """Let what is under way end by itself, and the connections and the thread with the last of it."""
        with self._changing:
            self._left = True
            self._end_if_left()

    def _run(self, travel: Callable[[Push], Coroutine[Any, Any, Answer]]) -> Run:
        """An ask under way, known until it is over."""
        with self._changing:
            run = Run(self._loop, travel)
            self._runs.add(run)
        run.when_over(lambda: self._over(run))
        return run

    def _over(self, run: Run) -> None:
        with self._changing:
            self._runs.discard(run)
            self._end_if_left()

    def _end_if_left(self) -> None:
        if self._left and not self._runs:
            self._loop.stop(self._transport.close)

    async def _replay(self, planned: Plan, kept: Answer, push: Push) -> Answer:
        """A kept answer, as if it had just come."""
        push(Sending(kept))
        push(TextDelta(kept.text))
        return shaped(kept, planned.question.shape)

    async def _counted(self, planned: Plan, turn: int, push: Push) -> Answer:
        """An ask that counts as under way until it is over, however it ends."""
        try:
            return await self._travel(planned, turn, push)
        finally:
            self.budgets.end(turn)

    async def _travel(self, planned: Plan, turn: int, push: Push) -> Answer:
        """From sending to the answer on disk, whatever happens in between."""
        started = time.monotonic()
        draft = Draft()

        def note(event: Event) -> None:
            draft.add(event)
            push(event)

        provider = planned.choice.provider
        note(Sending(self._blank(planned), self.runner.last_balance(provider)))
        for line in planned.notices:
            note(Notice(line))
        self.runner.look_at_balance(provider, note)
        failure = await self._attempt(planned, note)
        draft.settle(time.monotonic() - started)
        answer = draft.answer()
        if failure is None and answer.finish == "cut":
            failure = ResponseLost(f"The answer broke off and is marked as incomplete. {MAYBE}")
        if failure is None and (line := remark(answer, planned.request.max_tokens)):
            note(Notice(line))
        made = answer
        try:
            made = shaped(answer, planned.question.shape)
        finally:  # an answer is paid for, whatever can be made of it
            for line in made.notices[len(answer.notices) :]:
                note(Notice(line))
            await self._write_down(turn, draft.answer(), failure, note)
        if failure is not None:
            failure.partial = answer if answer.text else None
            raise failure
        return replace(draft.answer(), value=made.value)

    async def _attempt(self, planned: Plan, note: Push) -> NBReasonError | None:
        """Run the exchange; the error it ended with, or None when it ended by itself or was stopped."""
        try:
            await asyncio.wait_for(self.runner.carry(planned, note), planned.timeout)
        except asyncio.CancelledError:
            note(Finished("interrupted"))
        except TimeoutError:
            note(Finished("cut"))
            return ResponseLost(f"The answer took longer than {planned.timeout:.0f} s (--timeout). {MAYBE}")
        except NBReasonError as error:
            note(Finished("cut"))
            return error
        return None

    async def _write_down(self, turn: int, answer: Answer, failure: NBReasonError | None, note: Push) -> None:
        if failure is not None and failure.free and not (answer.text or answer.reasoning):
            answer = replace(answer, estimate=0)  # which would count as spent
        state: State = "done" if answer.complete and failure is None else "partial" if answer.text else "failed"
        try:
            await to_the_end(asyncio.to_thread(self.store.finish, turn, state, answer, str(failure or "")))
        except StoreError as trouble:
            note(Notice(f"This answer is not saved. {trouble}"))

    def _blank(self, planned: Plan) -> Answer:
        parts = planned.question.parts
        return Answer(
            images=sum(isinstance(part, Image) for part in parts),
            tables=sum(isinstance(part, Text) and part.kind == "table" for part in parts),
            requested_model=planned.choice.name,
            effort=planned.request.effort,
            asked_at=self._clock(),
            estimate=planned.request.estimate,
            window=planned.choice.facts.window,
            request_hash=planned.request.digest,
            parameters=planned.request.parameters,
            version=__version__,
            format=planned.question.shape.kind if planned.question.shape else "",
        )


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` even if this task is stopped meanwhile: a stop that comes this late changes nothing."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    task.result()

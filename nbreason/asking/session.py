"""One ask, start to end.

    question -> plan -> cache? -> guard -> budget -> store (pending) -> runner: encode, transport, decode -> event*
    each event -> the display and the draft of the answer; the answer -> store (done)

`Session.ask` reads like that.  What can be refused is refused before anything is sent; the question is on disk
before it is sent; whatever happens then, what has arrived is saved.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from nbreason import __version__
from nbreason.answers.formats import shaped
from nbreason.asking.accounts import Accounts
from nbreason.asking.budget import BudgetTracker
from nbreason.asking.cache import AnswerCache
from nbreason.asking.checkpoints import Checkpoints
from nbreason.asking.choice import Choice, choose
from nbreason.asking.discovery import Discovery
from nbreason.asking.guard import Guard
from nbreason.asking.jobs import Jobs
from nbreason.asking.plan import Plan, images_of, plan
from nbreason.asking.run import Push, Run
from nbreason.asking.runner import RequestRunner
from nbreason.config.endpoints import Endpoint
from nbreason.config.environment import Environment
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.core.attached import in_words
from nbreason.core.catalogue import Catalogue
from nbreason.core.endings import remark
from nbreason.core.events import Answer, CostSeen, Draft, Event, Finished, Notice, Sending, TextDelta
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place, Question
from nbreason.core.turns import State, Turn
from nbreason.core.usage import Money
from nbreason.errors import NBReasonError, ResponseLost, StillRunning, StoreError
from nbreason.providers.base import Provider
from nbreason.store.catalogues import CatalogueFiles
from nbreason.store.conversations import Store
from nbreason.store.identity import cell_ids
from nbreason.store.jobs import Job
from nbreason.store.ledger import reported_share
from nbreason.transport.client import MAYBE_BILLED, Transport
from nbreason.transport.loop import LoopThread

T = TypeVar("T")


class Session:
    """Asks questions with the settings, the store and the transport of one kernel, which are handed in.

    clock:   seconds since 1970
    earlier: other stores of this kernel, whose spending counts as well
    catalogues: where it is kept what servers say of their models; in memory if not given
    """

    def __init__(
        self,
        settings: NBReason,
        store: Store,
        environment: Mapping[str, str],
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        earlier: Sequence[Store] = (),
        keys: KeySource | None = None,
        catalogues: CatalogueFiles | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.environment = environment if isinstance(environment, Environment) else Environment(environment)
        self.keys = keys or KeySource(self.environment)
        self._recognised: set[str] = set()
        self._transport = transport or Transport(environment=self.environment)
        self._loop = LoopThread()
        self._runs: set[Run] = set()
        self._left = False
        self._changing = threading.Lock()
        self._clock = clock
        self.runner = RequestRunner(settings, self.environment, self.keys, self._transport, clock)
        files = catalogues or CatalogueFiles(None)
        self.discovery = Discovery(settings, self.environment, self.keys, self._transport, files, clock)
        self.cache = AnswerCache(store, settings, self.keys)
        self.jobs = Jobs(self.runner, store)
        self.guard = Guard(settings, self.keys)
        self.budgets = BudgetTracker(store, settings, earlier)
        self.accounts = Accounts(store, clock)

    def ask(self, question: Question) -> Run:
        """Send a question, or replay its saved answer.

        Raises Refused before anything is sent, StoreError if the question cannot be saved.
        """
        planned, saved = self.cache.lookup(question, self._planner(question))
        if saved is not None:
            self.store.add_replayed(question, saved.model, saved.request_hash, saved.answer, planned.question_hash)
            return self._run(lambda push: self._replay(planned, saved.answer, push), replayed=True)
        if planned.obstacle is not None:
            raise planned.obstacle
        if (job := self.jobs.find(planned)) is not None:
            return self._collect(planned, job)
        self.guard.check(planned)
        self.budgets.check(planned)
        turn = self.store.begin(question, planned.choice.name, planned.request.digest, planned.question_hash)
        self.budgets.begin(turn, planned)
        self.accounts.begin(turn, planned)
        return self._run(lambda push: self._counted(planned, turn, push))

    def resume(self, place: Place, job: Job) -> Run:
        """Collect the answer to a question on which a provider works; it is not sent again.  Raises Refused."""
        planned = self.plan(self.jobs.question(place, job))
        if planned.obstacle is not None:
            raise planned.obstacle
        return self._collect(planned, job)

    def _collect(self, planned: Plan, job: Job) -> Run:
        line = f"{planned.choice.provider.title} was still working on this question: its answer is collected"
        planned = replace(planned, notices=(f"{line}, and nothing is sent again",))
        self.budgets.begin(job.turn, planned)
        return self._run(lambda push: self._counted(planned, job.turn, push, job.asked.answer))

    def plan(self, question: Question) -> Plan:
        """What would be sent; no question is sent.  This is also the dry run.  Raises Refused."""
        return self._planner(question)(question)

    def _planner(self, question: Question) -> Callable[[Question], Plan]:
        """Makes the plan of this question, also with another model, below the turns that are above it now."""
        turns = [] if question.alone else self.store.turns_before(question.place)
        return lambda asked: self._plan(asked, turns, look_up=asked is question)

    def _plan(self, question: Question, turns: Sequence[Turn], look_up: bool) -> Plan:
        if look_up:  # a model of a replay file is not asked
            self._look_up(question)
        return plan(question, turns, self.settings, self.environment, self.keys, self.discovery.known)

    def _look_up(self, question: Question) -> None:
        """Ask a server what its model takes, if that is unknown and this question needs to know it."""
        choice = self.choose(question.model or "")
        effort = question.options.effort or self.settings.effort
        if (choice.facts.images is None and images_of(question.parts)) or (choice.facts.efforts is None and effort):
            self.look(choice)

    def choose(self, name: str = "") -> Choice:
        """The model that a name means; without one, the model of the settings.  Raises Refused, UnknownModel."""
        return choose(name or self.settings.model, self.settings, self.keys, self.discovery.known)

    def look(self, choice: Choice) -> None:
        """Ask a server what it says of a model, once and for two seconds at most; silent if it says nothing."""
        self._loop.submit(self.discovery.look(choice.provider, choice.facts.id or choice.model)).result()

    def refresh(self, provider: Provider) -> Catalogue:
        """Ask a server for its list of models.  Raises an NBReasonError."""
        return self._loop.submit(self.discovery.refresh(provider)).result()

    def recognise(self, place: Place) -> None:
        """Give a renamed, moved or copied notebook its conversations, once for each path."""
        if place.notebook in self._recognised:
            return
        self._recognised.add(place.notebook)
        cells = cell_ids(place.notebook) | ({place.owner.rpartition("/")[0]} if place.owner else set())
        self.store.recognise(place.notebook, cells)
        self.store.settle(place.notebook)

    def credits(self, provider: Provider) -> Money | None:
        """What is left on the account, asked from the provider; None when it does not report that."""
        return self._loop.submit(self.runner.balance(provider)).result()

    def reported_share(self, model: str) -> float | None:
        """Input tokens reported for each estimated one, from the last answers of a model; None without answers."""
        return reported_share(self.store.spending(model=model))

    def reach(self, place: Endpoint) -> str:
        """The outcome of connecting to an endpoint, in words; no request is sent."""
        return self._loop.submit(self.runner.reach(place)).result()

    def close(self) -> None:
        """Stop what is under way, save what has arrived, and close the connections and the thread.

        A session that is not closed keeps them until its process ends.
        """
        with self._changing:
            runs = list(self._runs)
        for run in runs:
            run.stop()
        for run in runs:
            with suppress(Exception):  # which the one who asked gets
                run.drain()
        if (thread := self._loop.stop(self._transport.close)) is not None:
            thread.join(5)

    def leave(self) -> None:
        """Close the connections and the thread when all that is under way has ended."""
        with self._changing:
            self._left = True
            self._end_if_left()

    def _run(self, work: Callable[[Push], Coroutine[Any, Any, Answer]], replayed: bool = False) -> Run:
        """Start an ask, and keep track of it until it is over."""
        with self._changing:
            run = Run(self._loop, work, replayed)
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

    async def _replay(self, planned: Plan, saved: Answer, push: Push) -> Answer:
        """A saved answer, as if it had just arrived."""
        push(Sending(saved))
        push(TextDelta(saved.text))
        return shaped(saved, planned.question.shape)

    async def _counted(self, planned: Plan, turn: int, push: Push, held: Answer | None = None) -> Answer:
        """Send, and count towards the budget until it is over, however it ends."""
        try:
            return await self._send(planned, turn, push, held)
        finally:
            self.budgets.end(turn)

    async def _send(self, planned: Plan, turn: int, push: Push, held: Answer | None = None) -> Answer:
        """Send the question and save the answer, whatever happens in between.

        held: what is saved of an answer that a provider still works on; it is collected, and nothing is sent
        """
        started = time.monotonic()
        draft, checkpoints = Draft(), Checkpoints(self.store, turn)
        self.jobs.keep_on(turn)

        def note(event: Event) -> None:
            draft.add(event)
            push(event)
            if isinstance(event, TextDelta):
                checkpoints.note(draft)

        provider = planned.choice.provider
        note(Sending(held or self._blank(planned), self.runner.last_balance(provider)))
        for line in planned.notices:
            note(Notice(line))
        self.runner.refresh_balance(provider, note)

        async def keep() -> None:
            try:
                await to_the_end(asyncio.to_thread(self.store.keep, turn, draft.answer()))
            except StoreError as trouble:
                note(Notice(f"A restart of the kernel would lose this answer. {trouble}"))

        failure = await self._attempt(planned, note, keep, held.job if held else "")
        stopped = failure is None and bool(draft.base.job) and draft.base.finish == "interrupted"
        if stopped:
            failure = self.jobs.stop(planned, turn, draft.answer(), note)
        pending = stopped or isinstance(failure, StillRunning)
        if not pending:
            draft.end_job()
        draft.set_seconds(time.monotonic() - started)
        await self._note_cost(planned, turn, draft.answer(), failure, note)
        answer = draft.answer()
        if failure is None and answer.finish == "cut":
            failure = ResponseLost(f"The answer broke off and is marked as incomplete. {MAYBE_BILLED}")
        if failure is None and (line := remark(answer, planned.request.max_tokens)):
            note(Notice(line))
        made = answer
        try:
            made = shaped(answer, planned.question.shape)
        finally:  # the answer is paid for, whatever its value is
            for line in made.notices[len(answer.notices) :]:
                note(Notice(line))
            if not pending:  # else it stays so, under the name that was saved
                await self._save(turn, draft.answer(), failure, note)
        if failure is not None:
            failure.partial = answer if answer.text or answer.raw else None
            raise failure
        return replace(draft.answer(), value=made.value)

    async def _attempt(
        self, planned: Plan, note: Push, keep: Callable[[], Awaitable[None]], job: str
    ) -> NBReasonError | None:
        """Run the exchange; the error it ended with, or None when it was completed or stopped.

        keep: saves what is known of an answer; job: the work whose answer is collected; empty: the question is sent
        """
        work = self.runner.collect(planned, job, note) if job else self.runner.send(planned, note, keep)
        try:
            # While an answer is polled for, its own clock runs, and the end of the time loses nothing.
            await asyncio.wait_for(work, None if job or planned.polling else planned.timeout)
        except asyncio.CancelledError:
            note(Finished("interrupted"))
        except TimeoutError:
            note(Finished("cut"))
            return ResponseLost(f"The answer took longer than {planned.timeout:.0f} s (--timeout). {MAYBE_BILLED}")
        except NBReasonError as error:
            note(Finished("cut"))
            return error
        return None

    async def _note_cost(
        self, planned: Plan, turn: int, answer: Answer, failure: NBReasonError | None, note: Push
    ) -> None:
        """Note what the ask cost where the provider does not report it: by two balances, else by list prices."""
        cost, source, prices = answer.cost, answer.cost_source, planned.choice.prices
        if planned.choice.provider.by_balance:
            free = was_free(answer, failure)
            found = await to_the_end(asyncio.to_thread(self.accounts.end, turn, planned, answer, free))
            cost, source = (cost, source) if cost else (found, "balance")
        if cost is None and prices:
            cost, source = prices.cost(answer.usage), "list price"
        if cost is not None and answer.cost is None:
            note(CostSeen(cost, source))

    async def _save(self, turn: int, answer: Answer, failure: NBReasonError | None, note: Push) -> None:
        if was_free(answer, failure):
            answer = replace(answer, estimate=0)  # which would count against the budget
        some = answer.text or answer.raw
        state: State = "done" if answer.complete and failure is None else "partial" if some else "failed"
        try:
            await to_the_end(asyncio.to_thread(self.store.finish, turn, state, answer, str(failure or "")))
        except StoreError as trouble:
            note(Notice(f"This answer is not saved. {trouble}"))

    def _blank(self, planned: Plan) -> Answer:
        parts = planned.question.parts
        return Answer(
            images=sum(isinstance(part, Image) for part in parts),
            tables=sum(isinstance(part, Text) and part.kind == "table" for part in parts),
            attached=in_words(parts, planned.request.turns),
            requested_model=planned.choice.name,
            effort=planned.request.effort,
            asked_at=self._clock(),
            estimate=planned.request.estimate,
            window=planned.choice.facts.context,
            request_hash=planned.request.digest,
            parameters=planned.request.parameters,
            version=__version__,
            format=planned.question.shape.kind if planned.question.shape else "",
        )


def was_free(answer: Answer, failure: NBReasonError | None) -> bool:
    """Whether no model can have worked on the question."""
    return failure is not None and failure.free and not (answer.text or answer.reasoning)


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Finish `work` even if this task is stopped meanwhile: such a late stop changes nothing."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    return task.result()

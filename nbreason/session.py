"""One ask, start to end.

    question -> plan -> store (pending) -> wire.encode -> transport -> wire.decode -> event*
    each event -> whoever watches, and into the draft of the answer; the answer -> store (done)

`Session.ask` reads like that sentence.  What can be refused is refused in the plan; the question is on disk
before it is sent; whatever happens on the way, what has arrived is written down.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nbreason.core.budget import Budget
from nbreason.core.endings import remark
from nbreason.core.events import Answer, BalanceSeen, Draft, Event, Finished, Notice, Sending, Started, TextDelta
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place, Question
from nbreason.core.request import Request
from nbreason.core.turns import State
from nbreason.core.usage import Money
from nbreason.endpoint import endpoint
from nbreason.errors import Lost, NBReasonError, StoreTrouble
from nbreason.formats import shaped
from nbreason.keeping import Guard, Keeper, Purse
from nbreason.planning import Plan, key_for, plan
from nbreason.providers.base import Provider
from nbreason.run import Push, Run
from nbreason.settings import NBReason
from nbreason.store.identity import cell_ids, recognise
from nbreason.store.sqlite import Store
from nbreason.transport.client import MAYBE, Call, Reply, Transport
from nbreason.transport.loop import LoopThread
from nbreason.transport.retry import retry_after
from nbreason.wire import WIRES
from nbreason.wire.envelope import Envelope
from nbreason.wire.problems import Case, header, no_credits, problem, problem_inside
from nbreason.wire.reply import Body, StreamError, load_object
from nbreason.wire.resend import refused, without
from nbreason.wire.values import dumps

BALANCE_EVERY = 60.0
"""Seconds between two questions for the same balance."""


class Session:
    """Settings, store and transport of one kernel; everything is handed in."""

    def __init__(
        self,
        settings: NBReason,
        store: Store,
        environment: Mapping[str, str],
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.store = store
        self.environment = environment
        self.balances: dict[str, Money] = {}
        self._asked_balance: dict[str, float] = {}
        self._refused: dict[str, set[str]] = {}  # address -> what of a streamed request it has refused
        self._recognised: set[str] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._transport = transport or Transport()
        self._loop = LoopThread()
        self._clock = clock
        self.keeper = Keeper(store, settings)
        self.guard = Guard(settings, environment)
        ceiling = Budget.parse(settings.budget)  # read once: a notebook can lower it and not raise it
        self.purse = Purse(store, lambda: ceiling, clock)

    def ask(self, question: Question) -> Run:
        """Send a question.  Raises Refused before anything is sent, StoreTrouble if it cannot be written down."""
        planned = self.plan(question)
        if (kept := self.keeper.find(planned)) is not None:
            self.store.keep(question, planned.choice.name, planned.request.digest, kept)
            return Run(self._loop, lambda push: self._replay(planned, kept, push))
        if planned.obstacle is not None:
            raise planned.obstacle
        self.guard.insist(planned)
        self.purse.insist(planned)
        turn = self.store.begin(question, planned.choice.name, planned.request.digest)
        return Run(self._loop, lambda push: self._travel(planned, turn, push))

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
        return self._loop.submit(self._balance(provider)).result()

    async def _replay(self, planned: Plan, kept: Answer, push: Push) -> Answer:
        """A kept answer, as if it had just come."""
        push(Sending(kept))
        push(TextDelta(kept.text))
        return shaped(kept, planned.question.shape)

    async def _travel(self, planned: Plan, turn: int, push: Push) -> Answer:
        """From sending to the answer on disk, whatever happens in between."""
        started = time.monotonic()
        draft = Draft()

        def note(event: Event) -> None:
            draft.add(event)
            push(event)
            if isinstance(event, BalanceSeen):
                self.balances[account] = event.balance

        account = account_of(planned.choice.provider)
        note(Sending(self._blank(planned), self.balances.get(account)))
        self._look_at_balance(planned.choice.provider, note)
        failure = await self._attempt(planned, note)
        draft.settle(time.monotonic() - started)
        answer = draft.answer()
        if failure is None and answer.finish == "cut":
            failure = Lost(f"The answer broke off and is marked as incomplete. {MAYBE}")
        if failure is None and (line := remark(answer, planned.request.max_tokens)):
            note(Notice(line))
        made = shaped(answer, planned.question.shape)
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
            await asyncio.wait_for(self._exchange(planned, note), planned.timeout)
        except asyncio.CancelledError:
            note(Finished("interrupted"))
        except (asyncio.TimeoutError, TimeoutError):
            note(Finished("cut"))
            return Lost(f"The answer took longer than {planned.timeout:.0f} s (--timeout). {MAYBE}")
        except NBReasonError as error:
            note(Finished("cut"))
            return error
        return None

    async def _exchange(self, planned: Plan, note: Push) -> None:
        for line in planned.notices:
            note(Notice(line))
        known = self._refused.setdefault(planned.url, set())
        while not await self._sent(planned, without(planned.request, known), note, known):
            pass  # each round sends less: first the tokens at the stream's end go, then the stream

    async def _sent(self, planned: Plan, request: Request, note: Push, known: set[str]) -> bool:
        """Send once and read the reply; False when it must be sent again without what is now `known`."""
        provider = planned.choice.provider
        body = WIRES[planned.endpoint.wire].encode(request, model_in_body=provider.model_in_body)
        outgoing = call(planned, request, dumps(body))
        async with self._transport.exchange(outgoing, lambda line: note(Notice(line))) as reply:
            case = self._case(planned, reply)
            if not 200 <= reply.status < 300:
                envelope = Envelope.read(await reply.text())
                if not (thing := refused(request, reply.status, envelope)):
                    raise problem(reply.status, envelope, case)
                known.add(thing)
                return False
            note(Started(None, case.request_id))
            for event in provider.money(reply.headers):
                note(event)
            try:
                await self._read(reply, planned, note)
            except StreamError as error:
                raise problem_inside(error.envelope, case) from None
        return True

    async def _read(self, reply: Reply, planned: Plan, note: Push) -> None:
        body = Body(WIRES[planned.endpoint.wire].reader(planned.choice.provider.costs))
        async for chunk in reply.chunks():
            for event in body.feed(chunk):
                note(event)
            if body.over:
                break
        for event in body.close():
            note(event)

    def _case(self, planned: Plan, reply: Reply) -> Case:
        """What is known around an error of this reply."""
        provider = planned.choice.provider
        return Case(
            title=provider.title,
            asked=planned.choice.name,
            key_source=planned.key.source if planned.key else "",
            keys=planned.endpoint.keys,
            request_id=header(reply.headers, provider.request_id_headers),
            last_balance=str(self.balances.get(account_of(provider), "")),
            retry_after=retry_after(reply.headers.get("retry-after"), self._clock()),
        )

    async def _write_down(self, turn: int, answer: Answer, failure: NBReasonError | None, note: Push) -> None:
        state: State = "done" if answer.complete and failure is None else "partial" if answer.text else "failed"
        try:
            await to_the_end(asyncio.to_thread(self.store.finish, turn, state, answer, str(failure or "")))
        except StoreTrouble as trouble:
            note(Notice(f"This answer is not saved. {trouble}"))

    def _look_at_balance(self, provider: Provider, note: Push) -> None:
        """Ask for the balance beside the answer, where no reply tells it; at most once a minute."""
        account, now = account_of(provider), self._clock()
        if provider.balance is None or provider.balance_headers:
            return
        if now - self._asked_balance.get(account, -BALANCE_EVERY) < BALANCE_EVERY:
            return
        self._asked_balance[account] = now

        async def look() -> None:
            try:
                balance = await self._balance(provider)
            except NBReasonError:
                return  # nobody asked for it; %nbreason credits tells what is wrong
            if balance is not None:
                note(BalanceSeen(balance, before=True))

        task = asyncio.ensure_future(look())
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _balance(self, provider: Provider) -> Money | None:
        if provider.balance is None:
            return None
        place = endpoint(provider, self.settings, self.environment)
        key = key_for(provider, self.environment, place.keys)
        request = Call(
            "GET",
            place.url(provider.balance.path),
            key,
            place.auth.header,
            place.auth.prefix,
            place.headers,
            timeout=10.0,
            ca=place.ca,
            proxy=place.proxy,
        )
        async with self._transport.exchange(request) as reply:
            text = await reply.text()
            if reply.status == 404:
                return None  # Segmind: no record of this account
            if reply.status != 200:
                source = key.source if key else ""
                raise problem(
                    reply.status, Envelope.read(text), Case(provider.title, "its balance", source, place.keys)
                )
            return provider.balance.read(load_object(text))

    def _blank(self, planned: Plan) -> Answer:
        parts = planned.question.parts
        return Answer(
            images=sum(isinstance(part, Image) for part in parts),
            tables=sum(isinstance(part, Text) and part.kind == "table" for part in parts),
            asked=planned.choice.name,
            effort=planned.request.effort,
            asked_at=self._clock(),
            estimate=planned.request.estimate,
            window=planned.choice.facts.window,
            format=planned.question.shape.kind if planned.question.shape else "",
        )


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` even if this task is stopped meanwhile: a stop that comes this late changes nothing."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    task.result()


def call(planned: Plan, request: Request, body: bytes) -> Call:
    """The HTTP request of a plan."""
    place = planned.endpoint
    headers = {
        **place.headers,
        "Content-Type": "application/json",
        "Accept": "text/event-stream" if request.stream else "application/json",
    }
    if name := planned.choice.provider.own_id_header:
        headers[name] = uuid.uuid4().hex
    return Call(
        "POST",
        planned.url,
        planned.key,
        place.auth.header,
        place.auth.prefix,
        headers,
        body,
        planned.timeout,
        place.ca,
        place.proxy,
        no_credits,
    )


def account_of(provider: Provider) -> str:
    """The provider whose account is charged."""
    return provider.account or provider.name

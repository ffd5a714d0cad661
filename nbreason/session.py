"""One ask, start to end.

    question -> plan -> store (pending) -> wire.encode -> transport -> wire.decode -> event*
    each event -> whoever watches, and into the draft of the answer; the answer -> store (done)

`Session.ask` reads like that sentence.  What can be refused is refused in the plan; the question is on disk
before it is sent; whatever happens on the way, what has arrived is written down.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from nbreason.core.events import Answer, BalanceSeen, Draft, Event, Finished, Notice, Sending, Started
from nbreason.core.parts import Image, Text
from nbreason.core.question import Question
from nbreason.core.turns import State
from nbreason.core.usage import Money
from nbreason.errors import Lost, NBReasonError, ProviderTrouble, StoreTrouble
from nbreason.planning import Plan, address, choose, key_for, plan
from nbreason.providers.base import Provider
from nbreason.run import Push, Run
from nbreason.settings import NBReason
from nbreason.store.sqlite import Store
from nbreason.transport.client import MAYBE, Call, Reply, Transport
from nbreason.transport.loop import LoopThread
from nbreason.wire.chat import ChatReader, dumps, encode
from nbreason.wire.envelope import Envelope
from nbreason.wire.problems import header, problem
from nbreason.wire.reply import Body, StreamError, load_object


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
        self._transport = transport or Transport()
        self._loop = LoopThread()
        self._clock = clock

    def ask(self, question: Question) -> Run:
        """Send a question.  Raises Refused before anything is sent, StoreTrouble if it cannot be written down."""
        planned = self.plan(question)
        turn = self.store.begin(question, planned.choice.name, planned.request.digest)
        return Run(self._loop, lambda push: self._travel(planned, turn, push))

    def plan(self, question: Question) -> Plan:
        """What would be sent; nothing is.  This is also the dry run."""
        turns = [] if question.alone else self.store.turns_before(question.place)
        return plan(question, turns, self.settings, self.environment)

    def credits(self, provider: Provider) -> Money | None:
        """Ask a provider what is left on the account; None: it does not report that."""
        return self._loop.submit(self._balance(provider)).result()

    async def _travel(self, planned: Plan, turn: int, push: Push) -> Answer:
        """From sending to the answer on disk, whatever happens in between."""
        started = time.monotonic()
        draft = Draft()

        def note(event: Event) -> None:
            draft.add(event)
            push(event)
            if isinstance(event, BalanceSeen):
                self.balances[planned.choice.provider.name] = event.balance

        note(Sending(self._blank(planned), self.balances.get(planned.choice.provider.name)))
        failure = await self._attempt(planned, note)
        draft.settle(time.monotonic() - started)
        answer = draft.answer()
        if failure is None and answer.finish == "cut":
            failure = Lost(f"The answer broke off and is marked as incomplete. {MAYBE}")
        await self._write_down(turn, answer, failure, note)
        if failure is not None:
            failure.partial = answer if answer.text else None
            raise failure
        return draft.answer()

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
        provider = planned.choice.provider
        for line in planned.notices:
            note(Notice(line))
        body = encode(planned.request, model_in_body=provider.model_in_body)
        async with self._transport.exchange(call(planned, dumps(body)), lambda line: note(Notice(line))) as reply:
            await self._insist(reply, planned)
            note(Started(None, header(reply.headers, provider.request_id_headers)))
            for event in provider.money(reply.headers):
                note(event)
            await self._read(reply, planned, note)

    async def _read(self, reply: Reply, planned: Plan, note: Push) -> None:
        body = Body(ChatReader(planned.choice.provider.costs))
        try:
            async for chunk in reply.chunks():
                for event in body.feed(chunk):
                    note(event)
                if body.over:
                    break
            for event in body.close():
                note(event)
        except StreamError as error:
            title = planned.choice.provider.title
            raise ProviderTrouble(
                f'{title} reported an error inside the answer: "{error.envelope.message}". {MAYBE}'
            ) from None

    async def _insist(self, reply: Reply, planned: Plan) -> None:
        """Raise the fitting error unless the reply is a success."""
        if 200 <= reply.status < 300:
            return
        provider = planned.choice.provider
        raise problem(
            reply.status,
            Envelope.read(await reply.text()),
            title=provider.title,
            asked=planned.choice.name,
            key_source=planned.key.source if planned.key else "",
            request_id=header(reply.headers, provider.request_id_headers),
            last_balance=str(self.balances.get(provider.name, "")),
        )

    async def _write_down(self, turn: int, answer: Answer, failure: NBReasonError | None, note: Push) -> None:
        state: State = "done" if answer.complete and failure is None else "partial" if answer.text else "failed"
        try:
            await asyncio.to_thread(self.store.finish, turn, state, answer, str(failure or ""))
        except StoreTrouble as trouble:
            note(Notice(f"This answer is not saved. {trouble}"))

    async def _balance(self, provider: Provider) -> Money | None:
        if provider.balance is None:
            return None
        choice = choose(provider.name, self.settings, self.environment)
        key = key_for(provider, self.environment)
        url = address(provider, self.settings, self.environment) + provider.balance.path
        request = Call("GET", url, key, provider.auth.header, provider.auth.prefix, timeout=10.0)
        async with self._transport.exchange(request) as reply:
            text = await reply.text()
            if reply.status == 404:
                return None  # Segmind: no record of this account
            if reply.status != 200:
                raise problem(
                    reply.status,
                    Envelope.read(text),
                    title=provider.title,
                    asked=choice.name,
                    key_source=key.source if key else "",
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
        )


def call(planned: Plan, body: bytes) -> Call:
    """The HTTP request of a plan."""
    auth = planned.choice.provider.auth
    accept = "text/event-stream" if planned.request.stream else "application/json"
    return Call(
        "POST",
        planned.url,
        planned.key,
        auth.header,
        auth.prefix,
        {"Content-Type": "application/json", "Accept": accept},
        body,
        planned.timeout,
    )

"""Sends one request to a provider and reads the response; asks for balances meanwhile."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nbreason.asking.plan import Plan, key_for
from nbreason.asking.polling import Poller
from nbreason.config.endpoints import Endpoint, endpoint
from nbreason.config.keys import KeySource
from nbreason.config.secret import Secret
from nbreason.config.settings import NBReason
from nbreason.core.estimate import tokens_of
from nbreason.core.events import BalanceSeen, Event, Notice, Queued, Started, TextDelta, Waiting
from nbreason.core.parts import Image
from nbreason.core.request import Request
from nbreason.core.usage import Money
from nbreason.errors import InvalidResponse, NBReasonError, ResponseLost
from nbreason.providers import response_headers
from nbreason.providers.base import Provider
from nbreason.transport.client import Call, Reply, Transport
from nbreason.transport.probe import reach
from nbreason.transport.retry import requested_wait
from nbreason.transport.trust import describe_trust
from nbreason.wire import WIRES
from nbreason.wire.envelope import MAYBE_BILLED, Envelope
from nbreason.wire.polling import Unfinished
from nbreason.wire.problems import ErrorContext, no_credits, problem, problem_inside
from nbreason.wire.reply import Body, Opened, StreamError, load_object
from nbreason.wire.resend import refused, without
from nbreason.wire.values import dumps

BALANCE_EVERY = 60.0
"""Seconds between two requests for the same balance."""

Note = Callable[[Event], None]


async def nothing() -> None:
    """Do nothing."""


def opened(planned: Plan) -> Opened:
    """How to read the first reply: on the Responses wire it may say, even unasked, that the answer is to come."""
    offered = planned.choice.provider.polling
    expected = planned.polling or (
        offered if offered and offered.wire == planned.endpoint.wire == "responses" else None
    )
    return expected.answer if expected else as_it_is


def as_it_is(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A reply that is one of the wire itself."""
    return body


class RequestRunner:
    """Sends the request of a plan; remembers what each account had left, and what an address has refused."""

    def __init__(
        self,
        settings: NBReason,
        environment: Mapping[str, str],
        keys: KeySource,
        transport: Transport,
        clock: Callable[[], float],
    ) -> None:
        self.balances: dict[str, Money] = {}
        self._settings = settings
        self._environment = environment
        self._keys = keys
        self._transport = transport
        self._clock = clock
        self._balance_asked_at: dict[str, float] = {}
        self._refused: dict[str, set[str]] = {}  # address -> what of a streamed request it has refused
        self._poller = Poller(transport, self._read_polled)
        self._background: set[asyncio.Task[None]] = set()

    def last_balance(self, provider: Provider) -> Money | None:
        """What was left on the provider's account when it was last reported."""
        return self.balances.get(provider.charged)

    async def send(self, planned: Plan, note: Note, keep: Callable[[], Awaitable[None]] = nothing) -> None:
        """Send a plan and note each event of the response; again without a part that was refused and not billed.

        keep: called when the provider works on it without a connection, before the answer is waited for
        Raises an NBReasonError when there is no answer, or when it ends too early.
        """
        refusals = self._refused.setdefault(planned.url, set())
        with hiding(planned.key):
            try:
                while not await self._send_once(planned, without(planned.request, refusals), note, refusals):
                    pass  # each round sends less: first the tokens at the stream's end go, then the stream
            except Unfinished as state:
                if not state.job:
                    raise InvalidResponse(
                        "The provider has taken the question, but does not name it so that the answer could be"
                        f" collected. {MAYBE_BILLED}"
                    ) from None
                note(Queued(state.job))
                await keep()
                await self._poller.collect(planned, state.job, note)

    async def collect(self, planned: Plan, job: str, note: Note) -> None:
        """Wait for an answer that is being made without a connection.  Raises as `send`."""
        with hiding(planned.key):
            await self._poller.collect(planned, job, note)

    async def cancel(self, planned: Plan, job: str) -> bool:
        """Tell the provider to stop such work; whether it could be told."""
        return await self._poller.cancel(planned, job)

    async def pause(self, seconds: float) -> None:
        """Wait before a request."""
        await self._transport.pause(seconds)

    async def _send_once(self, planned: Plan, request: Request, note: Note, refusals: set[str]) -> bool:
        """Send once and read the reply; False when it must be sent again without what is now in `refusals`."""
        provider = planned.choice.provider
        body = WIRES[planned.endpoint.wire].encode(request, model_in_body=provider.model_in_body)
        if planned.polling is not None:
            body = planned.polling.body(body)
        outgoing = call(planned, request, dumps(body), self._transport.timeouts.no_text)
        callbacks = (lambda line: note(Notice(line)), lambda seconds: note(Waiting(seconds)))
        async with self._transport.exchange(outgoing, *callbacks) as reply:
            case = self._case(planned, reply)
            if not 200 <= reply.status < 300:
                envelope = Envelope.read(await reply.text())
                if not (thing := refused(request, reply.status, envelope)):
                    self._note_headers(reply, provider, note)
                    raise problem(reply.status, envelope, case)
                refusals.add(thing)
                return False
            note(Started(None, case.request_id))
            self._note_headers(reply, provider, note)
            try:
                await self._read(reply, planned, note, opened(planned))
            except StreamError as error:
                raise problem_inside(error.envelope, case) from None
        return True

    async def _read_polled(self, reply: Reply, planned: Plan, note: Note, opened: Opened) -> None:
        """Read a reply to a question for an answer."""
        case = self._case(planned, reply)
        if not 200 <= reply.status < 300:
            raise problem(reply.status, Envelope.read(await reply.text()), case)
        try:
            await self._read(reply, planned, note, opened)
        except StreamError as error:
            raise problem_inside(error.envelope, case) from None

    async def _read(self, reply: Reply, planned: Plan, note: Note, opened: Opened) -> None:
        key = planned.key if planned.key and planned.key.distinctive else None
        provider = planned.choice.provider
        wire = provider.polling.wire if provider.polling and opened != as_it_is else planned.endpoint.wire
        body = Body(WIRES[wire].reader(provider.costs_read), key, opened)
        try:
            await self._feed(body, reply, note)
            for event in body.close():
                note(event)
        except InvalidResponse:
            for event in body.raw():
                note(event)
            raise

    async def _feed(self, body: Body, reply: Reply, note: Note) -> None:
        try:
            async for chunk in reply.chunks():
                for event in body.feed(chunk):
                    reply.note_progress(visible=isinstance(event, TextDelta))
                    note(event)
                if body.over:
                    break
                if body.has_finish_reason:
                    reply.note_end()
        except ResponseLost:
            if not body.has_finish_reason:
                raise  # otherwise only the closing mark, or the tokens, are missing
        finally:
            for event in body.rest():
                note(event)

    def _case(self, planned: Plan, reply: Reply) -> ErrorContext:
        """What is known around an error of this reply."""
        provider = planned.choice.provider
        return ErrorContext(
            title=provider.title,
            asked=planned.choice.name,
            key_source=planned.key.source if planned.key else "",
            keys=planned.endpoint.keys,
            request_id=response_headers.request_id(provider, reply.headers),
            left=self._left(provider, reply.headers),
            retry_after=requested_wait(reply.headers, self._clock(), reply.status),
            size=size(planned),
        )

    def _left(self, provider: Provider, headers: Mapping[str, str]) -> str:
        """What is left on the account, by this reply or by the last answer, as a sentence; empty if not known."""
        seen = [event.balance for event in response_headers.events(provider, headers) if isinstance(event, BalanceSeen)]
        if seen:
            return seen[0].left()
        last = self.last_balance(provider)
        return last.left("at the last answer") if last else ""

    def refresh_balance(self, provider: Provider, note: Note) -> None:
        """Ask for the balance meanwhile, where no response reports it; at most once a minute."""
        account, now = provider.charged, self._clock()
        if provider.balance is None or provider.balance_headers:
            return
        if now - self._balance_asked_at.get(account, -BALANCE_EVERY) < BALANCE_EVERY:
            return
        self._balance_asked_at[account] = now

        async def look() -> None:
            try:
                balance = await self.balance(provider)
            except NBReasonError:
                return  # not asked for; %nbreason credits says what is wrong
            if balance is not None:
                note(BalanceSeen(balance, before=True))

        task = asyncio.ensure_future(look())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def balance(self, provider: Provider) -> Money | None:
        """What is left on the account, asked from the provider; None when it does not report that."""
        if provider.balance is None:
            return None
        place = endpoint(provider, self._settings, self._environment)
        key = key_for(provider, self._keys, place.keys)
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
        with hiding(key):
            async with self._transport.exchange(request) as reply:
                text = await reply.text()
                if reply.status == 404:
                    return None  # Segmind: no record of this account
                if reply.status != 200:
                    source = key.source if key else ""
                    raise problem(
                        reply.status,
                        Envelope.read(text),
                        ErrorContext(provider.title, "its balance", source, place.keys),
                    )
                left = provider.balance.read(load_object(text))
        if left is not None:
            self.balances[provider.charged] = left
        return left

    async def reach(self, place: Endpoint) -> str:
        """The outcome of connecting to an endpoint, in words; no request is sent."""
        return await reach(place.base, place.ca, place.proxy, self._environment)

    def trusts(self) -> str:
        """Which certificates are trusted, in words."""
        return describe_trust(self._environment)

    def _note_headers(self, reply: Reply, provider: Provider, note: Note) -> None:
        """Note what the headers report, of an error as well."""
        for event in response_headers.events(provider, reply.headers):
            if isinstance(event, BalanceSeen):
                self.balances[provider.charged] = event.balance
            note(event)


def call(planned: Plan, request: Request, body: bytes, no_text: float) -> Call:
    """The HTTP request of a plan; no_text: as in `Timeouts`."""
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
        no_text * planned.timeout,
        place.ca,
        place.proxy,
        no_credits,
    )


@contextmanager
def hiding(key: Secret | None) -> Iterator[None]:
    """Errors leave this block without the key, also one that is too short to be hidden wherever text enters."""
    try:
        yield
    except NBReasonError as error:
        if key is not None:
            error.args = (key.hide(str(error)),)
        raise


def size(planned: Plan) -> str:
    """How large a request is and what makes it so, the largest first."""
    shares: dict[str, int] = {}
    for part in planned.question.parts:
        name = part.source or ("a picture" if isinstance(part, Image) else "the question")
        shares[name] = shares.get(name, 0) + tokens_of(part)
    shares["instructions and earlier turns"] = planned.request.estimate - sum(shares.values())
    largest = sorted(shares.items(), key=lambda share: -share[1])[:3]
    return f"About {planned.request.estimate:,} tokens: {', '.join(f'{name} {count:,}' for name, count in largest)}."

"""Collects an answer that a provider makes without an open connection (`wire.polling`).

Asking for an answer costs nothing, so that is repeated whatever happens, until the answer is there or the time is up.
The request itself is never sent again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from nbreason.asking.plan import Plan
from nbreason.core.events import Event, Notice
from nbreason.errors import (
    ConnectionFailed,
    NBReasonError,
    NotFound,
    RateLimited,
    ResponseLost,
    ServerError,
    StillRunning,
)
from nbreason.transport.client import Call, Reply, Transport
from nbreason.wire.polling import Unfinished
from nbreason.wire.reply import Opened

PACE = ((10.0, 1.0), (60.0, 2.0), (float("inf"), 5.0))
"""Until so many seconds have passed, so many between two requests."""
TIMEOUT = 60.0
CANCEL_TIMEOUT = 10.0
"""Seconds."""

Note = Callable[[Event], None]
Read = Callable[[Reply, Plan, Note, Opened], Awaitable[None]]


class Poller:
    """Asks for one answer after the other.

    read: reads a reply, of any status, into events; raises as `RequestRunner.send`, and Unfinished
    """

    def __init__(self, transport: Transport, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._read = read
        self._clock = clock

    async def collect(self, planned: Plan, job: str, note: Note) -> None:
        """Wait for an answer, and note its events.

        Raises StillRunning when the timeout of the plan is over, or another NBReasonError when there is no answer.
        """
        provider, started, told = planned.choice.provider, self._clock(), False
        polling = provider.polling
        assert polling is not None
        path, opened = (polling.status, polling.state) if polling.result else (polling.status, polling.answer)
        while True:
            try:
                return await self._ask(planned, path.format(job=job), note, opened)
            except Unfinished as state:
                if state.done:
                    path, opened = polling.result, polling.answer
                    continue
            except NotFound:
                raise ResponseLost(
                    f"{provider.title} no longer has this answer: it keeps one for {polling.keeps}. It may have been"
                    " billed; the question is not sent again automatically."
                ) from None
            except (ConnectionFailed, ResponseLost, RateLimited, ServerError) as trouble:
                if isinstance(trouble, ServerError) and trouble.status is None:
                    raise  # it is the work that has failed
                if not told:
                    told = True
                    note(Notice(f"{provider.title} cannot be asked for the answer at the moment; still trying"))
            passed = self._clock() - started
            if passed >= planned.timeout:
                raise StillRunning(
                    f"{provider.title} is still working on the answer after {passed:,.0f} s. Run the cell again, or use"
                    f" %nbreason resume, to collect it: nothing is sent again. It is kept for {polling.keeps}."
                )
            await self._transport.pause(next(seconds for limit, seconds in PACE if passed < limit))

    async def cancel(self, planned: Plan, job: str) -> bool:
        """Tell the provider to stop; whether it could be told."""
        polling = planned.choice.provider.polling
        if polling is None or not polling.cancel:
            return False
        request = call(planned, polling.cancel.format(job=job), "POST")
        with suppress(NBReasonError, TimeoutError):
            async with asyncio.timeout(CANCEL_TIMEOUT), self._transport.exchange(request) as reply:
                return 200 <= reply.status < 300
        return False

    async def _ask(self, planned: Plan, path: str, note: Note, opened: Opened) -> None:
        async with self._transport.exchange(call(planned, path, "GET")) as reply:
            await self._read(reply, planned, note, opened)


def call(planned: Plan, path: str, method: str) -> Call:
    """A request about work that is under way."""
    place = planned.endpoint
    return Call(
        method,
        place.url(path),
        planned.key,
        place.auth.header,
        place.auth.prefix,
        {**place.headers, "Accept": "application/json"},
        b"" if method == "POST" else None,
        TIMEOUT,
        ca=place.ca,
        proxy=place.proxy,
    )

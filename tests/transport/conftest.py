"""Exchanges, one at a time, with sleeps that are noted and not slept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from nbreason.config.secret import Secret
from nbreason.transport.client import Call, Transport


@dataclass
class Exchanged:
    status: int
    headers: dict[str, str]
    body: bytes
    slept: list[float]
    told: list[str]


@dataclass
class Exchanger:
    """Makes one exchange with a transport of its own; what it slept and told is kept, also when it raises.

    on_sleep: called instead of sleeping
    """

    on_sleep: Callable[[], object] = lambda: None
    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __call__(self, url: str, key: Secret | None = None, **more: Any) -> Exchanged:
        return asyncio.run(self._exchange(Call("POST", url, key, body=b"{}", **more)))

    async def _exchange(self, call: Call) -> Exchanged:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            self.on_sleep()

        transport = Transport(sleep=sleep, clock=lambda: 1_700_000_000.0)
        try:
            async with transport.exchange(call, self.told.append) as reply:
                body = b"".join([chunk async for chunk in reply.chunks()])
                return Exchanged(reply.status, dict(reply.headers), body, self.slept, self.told)
        finally:
            for client in transport._clients.values():
                await client.aclose()


@pytest.fixture
def exchange() -> Exchanger:
    return Exchanger()

"""One rehearsal server that plays every provider, and a session in which each of them is moved to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from nbreason.asking.session import Session
from nbreason.config.endpoints import url_variable
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.models import Options
from nbreason.core.parts import Image, Part, Text
from nbreason.core.question import Place, Question
from nbreason.providers import providers
from nbreason.providers.base import USAGE_COST, Provider
from nbreason.rehearsal import Rehearsal
from nbreason.rehearsal import start as start_rehearsal
from nbreason.store.conversations import Store
from nbreason.transport.client import Transport
from tests.conftest import DUMMY_KEY
from tests.rehearsal.conftest import png

FIGURE = Image(png(640, 480), "image/png", 640, 480, "two peaks", "In[5]")
SERVED = "o3"
"""What the rehearsal serves under a provider that knows no models of its own."""


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with start_rehearsal(pace=0, think_seconds=0, record=True, credits=1e9) as running:
        yield running


async def at_once(seconds: float) -> None:
    """In place of waiting before a repeat."""
    await asyncio.sleep(0)


def everywhere(url: str) -> dict[str, str]:
    """An environment in which every provider is at `url` and has a key."""
    found: dict[str, str] = {}
    for provider in providers().values():
        # OpenRouter's own path, on which the rehearsal reports `usage.cost`.
        found[url_variable(provider)] = url + ("/api" if provider.costs == USAGE_COST else "")
        for name in provider.keys[:1]:
            found[name] = DUMMY_KEY
    return found


class Asker:
    """Asks without history and waits."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __call__(
        self, model: str, words: str = "Why?", *parts: Part, options: Options | None = None, **more: Any
    ) -> Answer:
        question = Question(
            (*parts, Text(words)), Place("x"), model=model, options=options or Options(), alone=True, **more
        )
        return self.session.ask(question).result(20)


def new_session(environment: Mapping[str, str], **settings: Any) -> Session:
    return Session(NBReason(replay="off", **settings), Store(None), dict(environment), Transport(sleep=at_once))


@pytest.fixture(scope="module")
def ask(server: Rehearsal) -> Iterator[Asker]:
    """Asks any provider; all of them are the rehearsal server.  One for a module: asks here share no history."""
    session = new_session(everywhere(server.url))
    yield Asker(session)
    session.close()


@pytest.fixture
def fresh(server: Rehearsal) -> Iterator[Asker]:
    """The same, with nothing learned yet."""
    session = new_session(everywhere(server.url))
    yield Asker(session)
    session.close()


def a_model(provider: Provider) -> str:
    """The full name of a model to ask at a provider."""
    return f"{provider.name}:{provider.default_model or SERVED}"

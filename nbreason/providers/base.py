"""What a provider is: data.  Where it is, with which key, on which wire, with which facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nbreason.core.events import BalanceSeen, CostSeen, Event
from nbreason.core.models import UNKNOWN, ModelFacts
from nbreason.core.usage import Money, amount
from nbreason.wire.reply import Costs


@dataclass(frozen=True)
class Auth:
    """How the key travels: the header's name, and the word in front of the key."""

    header: str = "Authorization"
    prefix: str = "Bearer "


BEARER = Auth()


@dataclass(frozen=True)
class BalanceQuery:
    """Where the account's balance is asked for, and how the JSON reply is read (None: not reported)."""

    path: str
    read: Callable[[Mapping[str, Any]], Money | None]


@dataclass(frozen=True)
class Provider:
    """One provider.

    name:     as people type it, ``"segmind"``; title: as it is shown
    base_url: address without the path; `start` gives it instead where a server is started on first use
    keys:     environment variables that may hold the key, the first that is set wins
    placeholder: what is sent as the key where none is needed; empty where one is
    path:     of the chat endpoint; ``{model}`` stands for the model's name where it is part of the path
    wire:     ``"chat"``
    streams:  whether to ask for a stream
    models:   facts by the names that people type
    rank:     which provider is the default when several have a key: the lowest
    balance_headers, cost_headers: where replies tell what is left and what was spent, in `unit`
    costs:    where the body of a reply tells what was spent
    """

    name: str
    title: str
    base_url: str = ""
    start: Callable[[], str] | None = None
    keys: tuple[str, ...] = ()
    placeholder: str = ""
    auth: Auth = BEARER
    path: str = "/v1/chat/completions"
    wire: Literal["chat"] = "chat"
    streams: bool = True
    default_model: str = ""
    models: Mapping[str, ModelFacts] = field(default_factory=dict)
    unit: str = "credits"
    balance_headers: tuple[str, ...] = ()
    cost_headers: tuple[str, ...] = ()
    costs: Costs = ()
    request_id_headers: tuple[str, ...] = ("x-request-id",)
    balance: BalanceQuery | None = None
    rank: int = 100
    note: str = ""

    @property
    def model_in_body(self) -> bool:
        """Whether the model's name is sent in the body; otherwise it is part of the path."""
        return "{model}" not in self.path

    def money(self, headers: Mapping[str, str]) -> Iterator[Event]:
        """What the headers of a reply tell of cost and balance; names in lower case."""
        for names, event in ((self.cost_headers, CostSeen), (self.balance_headers, BalanceSeen)):
            for name in names:
                if (value := amount(headers.get(name))) is not None:
                    yield event(Money(value, self.unit))
                    break

    def facts(self, model: str) -> ModelFacts:
        """What is known of a model, by the name people type or the one on the wire."""
        if model in self.models:
            return self.models[model]
        return next((facts for facts in self.models.values() if facts.id == model), UNKNOWN)

"""What a provider is: data.  Where it is, with which key, on which wire, with which facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbreason.core.events import BalanceSeen, CostSeen, Event, RateSeen
from nbreason.core.models import UNKNOWN, ModelFacts
from nbreason.core.usage import Money, amount
from nbreason.wire import WIRES, WireName
from nbreason.wire.reply import Costs

DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class Auth:
    """How the key travels: the header's name, and the word in front of the key."""

    header: str = "Authorization"
    prefix: str = "Bearer "


BEARER = Auth()
RATES = (("requests", "x-ratelimit-remaining-requests"), ("tokens", "x-ratelimit-remaining-tokens"))
"""OpenAI's rate-limit headers, which many servers send as well."""
LOCAL = replace(UNKNOWN, cap="max_tokens", json=("object", "schema"))
"""What is assumed of a model on a server of one's own: text, and the older name of the token limit, which all
of these servers have (Ollama's page lists `max_tokens` only)."""


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
    wire:     the wire it speaks by default
    path:     of the endpoint, where it is not the wire's own; ``{model}`` stands for the model's name
    streams:  whether to ask for a stream
    models:   facts by the names that people type; `unknown`: what is assumed of all others
    account:  the provider whose account, address and balance this one shares; empty for its own
    rank:     which provider is the default when several have a key: the lowest that has a default model
    balance_headers, cost_headers: where replies tell what is left and what was spent, in `unit`
    budget_headers: where replies tell what may be spent in all and what has been, in `unit`
    costs:    where the body of a reply tells what was spent
    rate_headers: what is counted (``requests``, ``tokens``) and the header that tells how many are left
    own_id_header: a header in which an id of our own is sent, for the provider's support
    confirmed, assumed: what is known from the provider's own documents, and what nobody has confirmed
    """

    name: str
    title: str
    base_url: str = ""
    start: Callable[[], str] | None = None
    keys: tuple[str, ...] = ()
    placeholder: str = ""
    auth: Auth = BEARER
    wire: WireName = "chat"
    path: str = ""
    streams: bool = True
    default_model: str = ""
    models: Mapping[str, ModelFacts] = field(default_factory=dict)
    unknown: ModelFacts = UNKNOWN
    account: str = ""
    unit: str = "credits"
    balance_headers: tuple[str, ...] = ()
    cost_headers: tuple[str, ...] = ()
    budget_headers: tuple[str, str] | None = None
    costs: Costs = ()
    rate_headers: tuple[tuple[str, str], ...] = RATES
    request_id_headers: tuple[str, ...] = ("x-request-id",)
    own_id_header: str = ""
    balance: BalanceQuery | None = None
    rank: int = 100
    note: str = ""
    confirmed: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def cost_units(self) -> tuple[str, ...]:
        """The units in which it tells what an ask has cost; none: it does not tell."""
        return (*((self.unit,) if self.cost_headers else ()), *(unit for _, unit in self.costs))

    @property
    def model_in_body(self) -> bool:
        """Whether the model's name is sent in the body; otherwise it is part of the path."""
        return "{model}" not in self.path

    def path_on(self, wire: WireName) -> str:
        """The path of the endpoint of a wire."""
        return self.path or WIRES[wire].path

    def money(self, headers: Mapping[str, str]) -> Iterator[Event]:
        """What the headers of a reply tell of cost, balance and rate limits; names in lower case."""
        for names, event in ((self.cost_headers, CostSeen), (self.balance_headers, BalanceSeen)):
            for name in names:
                if (value := amount(headers.get(name))) is not None:
                    yield event(Money(value, self.unit))
                    break
        budget, spent = (amount(headers.get(name)) for name in self.budget_headers or ("", ""))
        if budget is not None and spent is not None:
            yield BalanceSeen(Money(budget - spent, self.unit))
        for what, name in self.rate_headers:
            if (left := amount(headers.get(name))) is not None:
                yield RateSeen(what, int(left))

    def facts(self, model: str) -> ModelFacts:
        """What is known of a model: by the name people type, by the one on the wire, or by the name that is left
        when the maker in front (``openai/``) and the date behind are dropped."""
        if model in self.models:
            return self.models[model]
        for facts in self.models.values():
            if facts.id == model:
                return facts
        bare = model.rpartition("/")[2]
        name = DATE.sub("", bare)
        if name not in self.models:
            return self.unknown
        facts = self.models[name]
        return replace(facts, id=model if name != bare or facts.id is None else facts.id)

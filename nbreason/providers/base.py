"""A provider as data: its address, its key, its wire and its models."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.core.models import UNKNOWN, ModelFacts
from nbreason.core.usage import Money
from nbreason.wire import WIRES, WireName
from nbreason.wire.polling import Polling
from nbreason.wire.reply import Costs

DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class Auth:
    """How the key is sent: the name of the header, and the prefix of the key."""

    header: str = "Authorization"
    prefix: str = "Bearer "


BEARER = Auth()
RATES = (("requests", "x-ratelimit-remaining-requests"), ("tokens", "x-ratelimit-remaining-tokens"))
"""OpenAI's rate-limit headers, which many servers send as well."""
USAGE_COST: Costs = (("usage.cost", "USD"),)
"""Where OpenRouter and LiteLLM report the cost: in the body, or in the last chunk of a stream."""
LOCAL = replace(UNKNOWN, cap="max_tokens", json=("object", "schema"))
"""What is assumed of a model on a local server: the token limit has its older name, which all of these servers
support (Ollama's page lists `max_tokens` only)."""


def bare_names(model: str) -> tuple[str, str, str]:
    """The name of a model as it is, without a prefix (``openai/``), and without a date at its end as well."""
    bare = model.rpartition("/")[2]
    return model, bare, DATE.sub("", bare)


@dataclass(frozen=True)
class BalanceQuery:
    """The path that reports the account's balance, and a function that reads its JSON reply (None: not reported)."""

    path: str
    read: Callable[[Mapping[str, Any]], Money | None]


@dataclass(frozen=True)
class CatalogueQuery:
    """One request for what a server says of its models; a provider may need several, whose replies are put together.

    read:   reads the JSON of the reply, and gets the model of the request, if it is of one; wrong JSON gives nothing
    method: GET, or POST with ``{"model": NAME}``
    each:   whether it is sent for one model; those that the queries before it have named are asked for in turn
    key:    whether the list is for those who have a key; other lists never get it
    """

    path: str
    read: Callable[[Any, str], Entries]
    method: str = "GET"
    each: bool = False
    key: bool = True


@dataclass(frozen=True)
class Provider:
    """One provider.

    name:     as people type it, ``"segmind"``; title: as it is shown
    base_url: address without the path; `start` gives it instead where a server is started on first use
    keys:     environment variables that may hold the key, the first that is set wins
    placeholder: what is sent as the key where none is needed; empty where one is
    wire:     the wire it uses by default
    path:     of the endpoint, if it is not the wire's own; ``{model}`` is replaced by the model's name
    streams:  whether to request a stream
    models:   facts by the names that people type; `unknown`: those of all other models
    account:  the provider whose account, address and balance this one shares; empty if it has its own
    catalogue: requests for what its server says of its models
    polling:  how it works without an open connection (`--poll`), if its documents say that it does
    rank:     which provider is the default when several have a key: the lowest that has a default model
    weighted: whether its token counts are weighted, or its prices in credits: list prices then say nothing
    balance_headers, cost_headers: headers of replies with what is left and what was spent, in `unit`
    budget_headers: headers with the total budget and with what was spent of it, in `unit`
    costs:    where the body of a reply reports what was spent
    rate_headers: what is limited (``requests``, ``tokens``) and the header with how many are left
    own_id_header: a header for an id of our own, for the provider's support
    confirmed, assumed: what the provider's own documents say, and what is unconfirmed
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
    weighted: bool = False
    balance_headers: tuple[str, ...] = ()
    cost_headers: tuple[str, ...] = ()
    budget_headers: tuple[str, str] | None = None
    costs: Costs = ()
    rate_headers: tuple[tuple[str, str], ...] = RATES
    request_id_headers: tuple[str, ...] = ("x-request-id",)
    own_id_header: str = ""
    balance: BalanceQuery | None = None
    catalogue: tuple[CatalogueQuery, ...] = ()
    polling: Polling | None = None
    rank: int = 100
    note: str = ""
    confirmed: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def charged(self) -> str:
        """The name of the provider whose account is charged."""
        return self.account or self.name

    @property
    def by_balance(self) -> bool:
        """Whether two balances tell what a request cost: the headers of a stream are sent before it is charged."""
        return bool(self.balance_headers) and not self.streams

    @property
    def costs_read(self) -> Costs:
        """Where to look for the cost in a body: a provider's address may lead to a proxy that tells it as others do."""
        return self.costs or (() if self.weighted else USAGE_COST)

    @property
    def cost_units(self) -> tuple[str, ...]:
        """The units in which it reports what a request cost, or that its balances tell; empty: neither."""
        headers = (self.unit,) if self.cost_headers or self.by_balance else ()
        return (*headers, *(unit for _, unit in self.costs[:1]))

    @property
    def model_in_body(self) -> bool:
        """Whether the model's name is sent in the body; otherwise it is part of the path."""
        return "{model}" not in self.path

    def path_on(self, wire: WireName) -> str:
        """The path of the endpoint of a wire."""
        return self.path or WIRES[wire].path

    def facts(self, model: str) -> ModelFacts:
        """The facts of a model, by the name people type, by the one on the wire, or by the name without a prefix
        (``openai/``) and a date at the end."""
        if model in self.models:
            return self.models[model]
        for facts in self.models.values():
            if facts.id == model:
                return facts
        _, bare, name = bare_names(model)
        if name not in self.models:
            return self.unknown
        facts = self.models[name]
        return replace(facts, id=model if name != bare or facts.id is None else facts.id)

    def priced(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        """Facts without prices where those say nothing of what a request costs here."""
        return {name: value for name, value in found.items() if not (self.weighted and name.startswith("price_"))}

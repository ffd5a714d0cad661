"""What a server says of its models, reduced to what may be believed.

A catalogue comes from elsewhere: it can tell facts of `core.models.LEARNED` and nothing else, so never an address, a
key, a budget or what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from nbreason.core.usage import amount

Facts = Mapping[str, Any]
Entries = Iterable[tuple[object, Facts]]
"""Name and facts of each model, as a server wrote them.  The empty name means each model that is known already."""

MOST_MODELS = 10_000
LONGEST_NAME = 200
MOST_TOKENS = 100_000_000
HIGHEST_PRICE = 1.0
"""USD per token: a hundred times what any model costs."""
EFFORT = re.compile(r"[a-z][a-z0-9_-]{0,19}")


@dataclass(frozen=True)
class Catalogue:
    """The models of one server.

    models: facts by the names of the server; at: when it was asked, in seconds since 1970; etag: of its reply
    """

    models: Mapping[str, Facts]
    at: float
    etag: str = ""

    def find(self, model: str) -> str:
        """The server's name of a model, which Ollama extends; empty if it has none of this name."""
        return next((name for name in (model, f"{model}:latest") if name in self.models), "")


def merged(known: Mapping[str, Facts], entries: Entries) -> dict[str, Facts]:
    """Models with what a server adds to them, believed."""
    models = dict(known)
    for name, facts in entries:
        for each in list(models) if name == "" else [name] if is_name(name) else []:
            if each in models or len(models) < MOST_MODELS:
                models[each] = {**models.get(each, {}), **believed(facts)}
    return models


def is_name(name: object) -> TypeGuard[str]:
    """Whether a model can have this name: no spaces, which end an option, and nothing that a screen would obey."""
    return (
        isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable() and not re.search(r"\s|\*", name)
    )


def believed(facts: Facts) -> dict[str, Any]:
    """Those of the facts that have a possible value."""
    images, efforts = facts.get("images"), facts.get("efforts")
    found: dict[str, Any] = {
        "images": {True: "any", "any": "any", False: 0}.get(images) if isinstance(images, bool | int | str) else None,
        "efforts": tuple(efforts) if is_efforts(efforts) else None,
    }
    for name in ("window", "max_input", "max_output"):
        tokens = amount(facts.get(name))
        found[name] = int(tokens) if tokens is not None and 1 <= tokens <= MOST_TOKENS else None
    for name in ("price_in", "price_out", "price_cached"):
        price = amount(facts.get(name))
        found[name] = price if price is not None and 0 <= price <= HIGHEST_PRICE else None
    return {name: value for name, value in found.items() if value is not None}


def is_efforts(value: object) -> TypeGuard[Sequence[str]]:
    """Whether this is a list of names that an effort can have."""
    return (
        isinstance(value, list | tuple)
        and len(value) < 20
        and all(isinstance(effort, str) and EFFORT.fullmatch(effort) for effort in value)
    )

"""``GET /v1/models`` as OpenAI has it, and what others add to it: names, and sometimes limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbreason.core.catalogue import Entries, Facts
from nbreason.providers.base import CatalogueQuery
from nbreason.wire.values import items, mapping


def named(entry: Facts, facts: Facts, name: str = "id") -> Iterator[tuple[object, Facts]]:
    """A model by its name and by each of its aliases."""
    yield entry.get(name), facts
    aliases = entry.get("aliases")
    for alias in aliases if isinstance(aliases, list) else []:
        yield alias, facts


def has_images(kinds: object) -> bool | None:
    """Whether a list of what a model reads has images; None if it is no list."""
    return "image" in kinds if isinstance(kinds, list) else None


def read(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id": …}]}``: vLLM adds `max_model_len`, Groq `context_window` and `max_completion_tokens`."""
    for entry in items(mapping(reply).get("data")):
        window = next((entry[name] for name in ("max_model_len", "context_window") if entry.get(name)), None)
        yield entry.get("id"), {"window": window, "max_output": entry.get("max_completion_tokens")}


OPEN_MODELS = (CatalogueQuery("/v1/models", read),)

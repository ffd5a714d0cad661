"""Ollama on this machine.

Source: its page on OpenAI compatibility: port 11434, no key, `max_tokens`, `reasoning_effort`, `response_format`,
base64 images; its API reference on the models of a server.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.wire.values import items, mapping


def names(reply: Any, asked: str) -> Entries:
    """``{"models": [{"name": "qwen3-vl:8b"}]}``."""
    for entry in items(mapping(reply).get("models")):
        yield entry.get("name"), {}


def abilities(reply: Any, asked: str) -> Entries:
    """``{"capabilities": ["completion", "vision"], "thinking": …, "model_info": {"qwen3vl.context_length": 262}}``."""
    found, info = mapping(reply).get("capabilities"), mapping(mapping(reply).get("model_info"))
    facts: dict[str, object] = {
        "window": next((value for name, value in info.items() if name.endswith(".context_length")), None)
    }
    if isinstance(found, list):
        levels = mapping(mapping(reply).get("thinking")).get("values")
        named = [level for level in levels if isinstance(level, str)] if isinstance(levels, list) else []
        # A model that thinks or not, without levels, takes the usual names for it.
        facts |= {"images": "vision" in found, "efforts": (named or None) if "thinking" in found else []}
    yield asked, facts


def loaded(reply: Any, asked: str) -> Entries:
    """``{"models": [{"name", "context_length": 4096}]}``: with how much context a model runs now."""
    for entry in items(mapping(reply).get("models")):
        yield entry.get("name"), {"window": entry.get("context_length")}


PROVIDER = Provider(
    name="ollama",
    title="Ollama",
    base_url="http://localhost:11434",
    keys=("OLLAMA_API_KEY",),
    placeholder="ollama",
    unknown=LOCAL,
    catalogue=(
        CatalogueQuery("/api/tags", names),
        CatalogueQuery("/api/show", abilities, "POST", each=True),
        CatalogueQuery("/api/ps", loaded),
    ),
    rank=90,
    note="models of this machine",
    confirmed=(
        "port, request fields, images as base64: its page on OpenAI compatibility",
        "`/api/tags`, `/api/show`, `/api/ps`: its API reference",
    ),
    assumed=("a model on this machine may read images where nobody says otherwise",),
)

"""Fireworks AI: many open models, whose names begin with ``accounts/fireworks/models/``.

Source: its pages on OpenAI compatibility.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.wire.values import items, mapping


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id", "supports_chat", "supports_image_input", "context_length"}]}``."""
    for entry in items(mapping(reply).get("data")):
        if entry.get("supports_chat") is not False:
            facts = {"images": entry.get("supports_image_input"), "window": entry.get("context_length")}
            yield entry.get("id"), facts


PROVIDER = Provider(
    name="fireworks",
    title="Fireworks AI",
    base_url="https://api.fireworks.ai/inference",
    keys=("FIREWORKS_API_KEY",),
    unknown=LOCAL,
    rate_headers=(),
    catalogue=(CatalogueQuery("/v1/models", models),),
    rank=57,
    confirmed=("address, Bearer key, names of models: its page on OpenAI compatibility",),
    assumed=("the fields of `/v1/models` (seen in public clients)", "`max_tokens`, and JSON by schema, for each model"),
)

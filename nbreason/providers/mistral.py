"""Mistral.

Source: its API reference.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.providers.open_models import named
from nbreason.wire.values import items, mapping


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id", "aliases", "capabilities": {"completion_chat", "vision"}, "max_context_length"}]}``."""
    for entry in items(mapping(reply).get("data")):
        able = mapping(entry.get("capabilities"))
        if able.get("completion_chat") is not False:
            yield from named(entry, {"images": able.get("vision"), "window": entry.get("max_context_length")})


PROVIDER = Provider(
    name="mistral",
    title="Mistral",
    base_url="https://api.mistral.ai",
    keys=("MISTRAL_API_KEY",),
    unknown=LOCAL,
    rate_headers=(),
    catalogue=(CatalogueQuery("/v1/models", models),),
    rank=54,
    confirmed=("address, Bearer key, `max_tokens`, `response_format`, `/v1/models`: its API reference and client",),
    assumed=("image parts have OpenAI's form, an object with `url`",),
)

"""Together AI: many open models.

Source: its page on OpenAI compatibility.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.core.usage import amount
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.wire.values import items, mapping


def models(reply: Any, asked: str) -> Entries:
    """``[{"id", "type": "chat", "context_length", "pricing": {"input", "output"}}]``, USD per million tokens.

    A price of 0 belongs to models that are only run on machines of one's own.
    """
    for entry in items(reply):
        prices = {name: amount(mapping(entry.get("pricing")).get(name)) for name in ("input", "output")}
        facts = {name: price / 1e6 for name, price in prices.items() if price}
        if entry.get("type") in ("chat", "language", None):
            yield (
                entry.get("id"),
                {
                    "window": entry.get("context_length"),
                    "price_in": facts.get("input"),
                    "price_out": facts.get("output"),
                },
            )


PROVIDER = Provider(
    name="together",
    title="Together AI",
    base_url="https://api.together.ai",
    keys=("TOGETHER_API_KEY",),
    unknown=LOCAL,
    rate_headers=(),
    catalogue=(CatalogueQuery("/v1/models", models),),
    rank=56,
    confirmed=("address, Bearer key, image parts: its page on OpenAI compatibility",),
    assumed=(
        "type, context and prices (USD per million tokens) in `/v1/models` (seen in public clients)",
        "JSON by schema for each model",
    ),
)

"""OpenRouter: many makers' models behind OpenAI's chat completions.

Source: its API reference.  The models' names carry their maker (``openai/o3``); `usage.cost` is in USD;
``/api/v1/key`` tells what the key may still spend, or null where it has no limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.core.models import GPT5, OPENAI_MODELS
from nbreason.core.usage import Money, amount
from nbreason.providers.base import LOCAL, USAGE_COST, BalanceQuery, CatalogueQuery, Provider
from nbreason.providers.open_models import has_images
from nbreason.wire.values import items, mapping


def balance(reply: Mapping[str, Any]) -> Money | None:
    """``{"data": {"limit_remaining": 4.2}}``."""
    left = amount(mapping(reply.get("data")).get("limit_remaining"))
    return None if left is None else Money(left, "USD")


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id", "context_length", "architecture", "top_provider", "pricing", "supported_parameters", …}]}``.

    Prices are strings in USD per token; -1 means that they vary.
    """
    for entry in items(mapping(reply).get("data")):
        price, efforts = mapping(entry.get("pricing")), mapping(entry.get("reasoning")).get("supported_efforts")
        parameters = entry.get("supported_parameters")
        if (
            efforts is None
            and isinstance(parameters, list)
            and not {"reasoning", "reasoning_effort"} & {*map(str, parameters)}
        ):
            efforts = []
        yield (
            entry.get("id"),
            {
                "images": has_images(mapping(entry.get("architecture")).get("input_modalities")),
                "efforts": efforts,
                "window": entry.get("context_length"),
                "max_output": mapping(entry.get("top_provider")).get("max_completion_tokens"),
                "price_in": price.get("prompt"),
                "price_out": price.get("completion"),
                "price_cached": price.get("input_cache_read"),
            },
        )


PROVIDER = Provider(
    name="openrouter",
    title="OpenRouter",
    base_url="https://openrouter.ai/api",
    keys=("OPENROUTER_API_KEY",),
    default_model="gpt-5-mini",
    models={
        name: replace(
            facts, id=f"openai/{name}", cap="max_tokens", params=("plugins", "user", "verbosity", "web_search_options")
        )
        for name, facts in {**OPENAI_MODELS, "gpt-5-mini": GPT5}.items()
        if name != "o1-preview"
    },
    unknown=LOCAL,
    unit="USD",
    costs=USAGE_COST,
    rate_headers=(),
    rank=40,
    balance=BalanceQuery("/v1/key", balance),
    catalogue=(CatalogueQuery("/v1/models", models, key=False),),
    confirmed=(
        "`usage.cost`, `/api/v1/key`, 402 for credits, errors under status 200, `/api/v1/models`: its API reference",
    ),
    assumed=("`reasoning_effort` is taken as an alias of `reasoning.effort` (seen in public replies)",),
)

"""xAI's Grok models.

Source: its API reference; its guide calls chat completions a legacy endpoint, and the Responses wire works as well:
``NBReason.endpoints = {"xai": {"wire": "responses"}}``.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.core.models import UNKNOWN
from nbreason.core.usage import amount
from nbreason.providers.base import CatalogueQuery, Provider
from nbreason.providers.open_models import has_images, named
from nbreason.wire.values import items, mapping

HUNDRED_MILLION = 1e10
"""Prices are in USD cents for a hundred million tokens."""


def models(reply: Any, asked: str) -> Entries:
    """``{"models": [{"id", "aliases", "input_modalities", "prompt_text_token_price", …}]}``."""
    for entry in items(mapping(reply).get("models")):
        kinds = {"in": "prompt_text", "out": "completion_text", "cached": "cached_prompt_text"}
        prices = {name: amount(entry.get(f"{kind}_token_price")) for name, kind in kinds.items()}
        facts = {f"price_{name}": price / HUNDRED_MILLION for name, price in prices.items() if price is not None}
        yield from named(entry, {**facts, "images": has_images(entry.get("input_modalities"))})


PROVIDER = Provider(
    name="xai",
    title="xAI",
    base_url="https://api.x.ai",
    keys=("XAI_API_KEY",),
    unknown=UNKNOWN,
    catalogue=(CatalogueQuery("/v1/language-models", models),),
    rank=52,
    confirmed=(
        "address, Bearer key, both wires, images as data URIs: its guides",
        "`/v1/language-models` and the unit of its prices: its OpenAPI file",
    ),
    assumed=("`max_completion_tokens` limits the answer; the efforts of each model are passed on",),
)

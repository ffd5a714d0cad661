"""AI/ML API: OpenAI-style chat completions, streamed.

Source: its published OpenAPI files.  The bare name ``o3`` is not valid there, so the names people type are
mapped to the ids of the specification.  Replies tell what was spent, never what is left: the balance has an
address of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.core.models import OPENAI_MODELS
from nbreason.core.usage import Money, amount
from nbreason.providers.base import BalanceQuery, CatalogueQuery, Provider
from nbreason.providers.open_models import has_images, named
from nbreason.wire.values import items, mapping

IDS = {"o3": "openai/o3-2025-04-16", "o4-mini": "openai/o4-mini-2025-04-16", "o3-mini": "o3-mini", "o1": "o1"}
MODELS = {name: replace(OPENAI_MODELS[name], id=wire_id) for name, wire_id in IDS.items()}


def balance(reply: Mapping[str, Any]) -> Money | None:
    """``{"current_balance": 12.5, "currency": "USD"}``."""
    left = amount(reply.get("current_balance"))
    return None if left is None else Money(left, str(reply.get("currency") or "USD"))


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id", "aliases", "type", "info", "modalities"}]}``; prices are in `pricing`, tokens are weighted."""
    for entry in items(mapping(reply).get("data")):
        info = mapping(entry.get("info"))
        facts = {
            "images": has_images(mapping(entry.get("modalities")).get("input")),
            "window": info.get("contextLength"),
            "max_output": info.get("outputMax"),
        }
        if entry.get("type") in (None, "openai/chat-completions", "openai/responses"):
            yield from named(entry, facts)


PROVIDER = Provider(
    name="aimlapi",
    title="AI/ML API",
    base_url="https://api.aimlapi.com",
    keys=("AIMLAPI_API_KEY", "AIML_API_KEY"),
    default_model="o4-mini",
    # Its file of o1-mini has neither system messages nor an effort, and plain strings as content.
    models={**MODELS, "o1-mini": replace(OPENAI_MODELS["o1-preview"], max_output=65_536)},
    unit="USD",
    weighted=True,
    cost_headers=("x-aimlapi-usd-spent",),
    costs=(("meta.usage.usd_spent", "USD"), ("meta.usage.credits_used", "credits")),
    request_id_headers=("x-inference-id", "x-request-id"),
    own_id_header="x-client-request-id",
    rank=20,
    balance=BalanceQuery("/v2/billing", balance),
    catalogue=(CatalogueQuery("/v1/models?include=all", models, key=False),),
    confirmed=(
        "ids, roles, parts, efforts, limits, stream, JSON formats, `/v2/billing`, `/v1/models`: the OpenAPI files",
        "request and reply of o3 and o3-mini: the sample replies of the models' pages",
    ),
    assumed=(
        "window and longest answer of each model, which are OpenAI's",
        "the cost headers and `meta.usage` are in USD and credits as their names say",
    ),
)

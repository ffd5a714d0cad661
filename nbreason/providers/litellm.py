"""A LiteLLM proxy, as institutes run it: which models it has and what they are called is its owner's choice.

Source: LiteLLM's pages on response headers; the two headers of the key's budget are known from public clients.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries, Facts
from nbreason.core.models import OPENAI_MODELS
from nbreason.providers.base import LOCAL, USAGE_COST, CatalogueQuery, Provider
from nbreason.wire.values import items, mapping


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"model_group", "max_input_tokens", "supports_vision", "input_cost_per_token", …}]}``.

    Of a model that LiteLLM does not know it says no to everything and sometimes a price of nothing: only what the
    owner of the proxy has written down is believed then.
    """
    for entry in items(mapping(reply).get("data")):
        if entry.get("mode") not in ("chat", "responses", None):
            continue
        facts: Facts = {
            "images": entry.get("supports_vision"),
            "efforts": entry.get("supported_reasoning_efforts"),
            "max_input": entry.get("max_input_tokens"),
            "max_output": entry.get("max_output_tokens"),
            "price_in": entry.get("input_cost_per_token"),
            "price_out": entry.get("output_cost_per_token"),
        }
        if not (entry.get("mode") and entry.get("max_input_tokens")):
            facts = {name: value or None for name, value in facts.items()}
        elif facts["efforts"] is None and not entry.get("supports_reasoning"):
            facts = {**facts, "efforts": []}
        yield entry.get("model_group"), facts


PROVIDER = Provider(
    name="litellm",
    title="LiteLLM proxy",
    base_url="http://localhost:4000",
    keys=("LITELLM_API_KEY", "LITELLM_PROXY_API_KEY"),
    placeholder="none",
    # Proxies pass OpenAI's models on under these names more often than not, with or without `openai/`.
    models={name: facts for name, facts in OPENAI_MODELS.items() if name != "o1-preview"},
    unknown=LOCAL,
    unit="USD",
    cost_headers=("x-litellm-response-cost",),
    costs=USAGE_COST,
    budget_headers=("x-litellm-key-max-budget", "x-litellm-key-spend"),
    request_id_headers=("x-litellm-call-id", "x-request-id"),
    catalogue=(CatalogueQuery("/model_group/info", models),),
    rank=80,
    note="a proxy on this machine unless moved",
    confirmed=(
        "port 4000, `x-litellm-response-cost`, rate-limit headers: LiteLLM's pages",
        "`/model_group/info`: run against a proxy",
    ),
    assumed=(
        "`usage.cost` in the last chunk of a stream is in USD (seen in replies of a proxy)",
        "models called o3, o4-mini, o1, o3-mini are OpenAI's",
        "what is left is the key's budget less its spending (both headers seen in public clients)",
    ),
)

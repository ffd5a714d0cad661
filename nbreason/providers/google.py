"""Google's Gemini models, through their endpoint for OpenAI's clients.

Source: its page on OpenAI compatibility.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.wire.values import items, mapping, string


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id": "models/gemini-2.5-flash"}]}``: names only."""
    for entry in items(mapping(reply).get("data")):
        yield string(entry.get("id")).removeprefix("models/") or None, {}


PROVIDER = Provider(
    name="google",
    title="Google Gemini",
    base_url="https://generativelanguage.googleapis.com/v1beta/openai",
    keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    unknown=LOCAL,
    rate_headers=(),
    catalogue=(CatalogueQuery("/v1/models", models),),
    rank=51,
    confirmed=(
        "address, Bearer key, `reasoning_effort`, JSON by schema, images as data URIs, list of models: its page on"
        " OpenAI compatibility",
    ),
    assumed=(
        "`max_tokens` limits the answer with its reasoning",
        "what the total counts beside tokens in and out is reasoning, and billed as output (seen in public issues)",
    ),
)

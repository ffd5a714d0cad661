"""LM Studio's server on this machine.

Source: its pages on OpenAI-compatible endpoints and on structured output: port 1234, no key, JSON by schema.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.wire.values import items, mapping


def models(reply: Any, asked: str) -> Entries:
    """``{"models": [{"type", "key", "capabilities", "max_context_length", "loaded_instances": [{"config"}]}]}``.

    The context with which a model is loaded goes before the one that it could have.
    """
    for entry in items(mapping(reply).get("models")):
        running = [mapping(instance.get("config")) for instance in items(entry.get("loaded_instances"))]
        window = next((config["context_length"] for config in running if config.get("context_length")), None)
        facts = {
            "images": mapping(entry.get("capabilities")).get("vision"),
            "window": window or entry.get("max_context_length"),
        }
        if entry.get("type") != "embedding":
            yield entry.get("key"), facts


PROVIDER = Provider(
    name="lmstudio",
    title="LM Studio",
    base_url="http://localhost:1234",
    keys=("LMSTUDIO_API_KEY", "LM_API_TOKEN"),
    placeholder="lm-studio",
    # Any object without a schema (`json_object`) is refused there.
    unknown=replace(LOCAL, json=("schema",)),
    catalogue=(CatalogueQuery("/api/v1/models", models),),
    rank=91,
    note="models of this machine",
    confirmed=("port, JSON by schema, `/api/v1/models` (from version 0.4 on): its pages",),
    assumed=(
        "JSON without a schema is refused (seen in public clients)",
        "a model on this machine may read images where nobody says otherwise",
    ),
)

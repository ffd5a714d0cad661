"""llama.cpp's own server (`llama-server`) on this machine.

Source: the README of its server: port 8080, a key only if it was started with one, `/v1/models`, `/props`.
"""

from __future__ import annotations

from typing import Any

from nbreason.core.catalogue import Entries
from nbreason.providers.base import LOCAL, CatalogueQuery, Provider
from nbreason.providers.open_models import has_images
from nbreason.wire.values import items, mapping


def models(reply: Any, asked: str) -> Entries:
    """``{"data": [{"id", "meta": {"n_ctx_train"}, "architecture": {"input_modalities"}}]}``."""
    for entry in items(mapping(reply).get("data")):
        facts = {
            "images": has_images(mapping(entry.get("architecture")).get("input_modalities")),
            "window": mapping(entry.get("meta")).get("n_ctx_train"),
        }
        yield entry.get("id"), facts


def loaded(reply: Any, asked: str) -> Entries:
    """``{"modalities": {"vision"}, "default_generation_settings": {"n_ctx"}}`` of the one model that is loaded."""
    settings = mapping(mapping(reply).get("default_generation_settings"))
    vision = mapping(mapping(reply).get("modalities")).get("vision")
    yield "", {"images": vision, "window": settings.get("n_ctx")}


PROVIDER = Provider(
    name="llamacpp",
    title="llama.cpp",
    base_url="http://localhost:8080",
    keys=("LLAMA_API_KEY",),
    placeholder="llama.cpp",
    unknown=LOCAL,
    catalogue=(CatalogueQuery("/v1/models", models), CatalogueQuery("/props", loaded)),
    rank=93,
    note="models of this machine",
    confirmed=("port, `/v1/models`, `/props`, JSON by schema: the README of its server",),
    assumed=("a model on this machine may read images where nobody says otherwise",),
)

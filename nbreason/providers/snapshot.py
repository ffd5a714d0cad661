"""What a published list said of models on one day: the facts of those that nobody else describes.

`snapshot.json` is made by docs/tools/snapshot.py, and read when a fact is needed for the first time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from nbreason.core.models import Source
from nbreason.providers.base import bare_names

MAKERS = ("openai", "anthropic", "google", "xai", "deepseek", "mistral")
"""Providers that serve their own models, whose names others use as well."""


@dataclass(frozen=True)
class Snapshot:
    """The list: provider -> model -> facts by name, and where they come from."""

    source: Source
    models: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def of_provider(self, provider: str, model: str) -> Mapping[str, Any]:
        """The facts of a model at a provider; empty if the list has none."""
        known = self.models.get(provider, {})
        return next((known[name] for name in bare_names(model) if name in known), {})

    def names(self, provider: str) -> list[str]:
        """The models of a provider."""
        return list(self.models.get(provider, ()))

    def of_maker(self, model: str) -> Mapping[str, Any]:
        """The facts of a model of this name at its maker, without the maker's prices; empty if there are none."""
        found = next((facts for maker in MAKERS if (facts := self.of_provider(maker, model))), {})
        return {name: value for name, value in found.items() if not name.startswith("price_")}


@cache
def snapshot() -> Snapshot:
    """The list that this package carries."""
    found = json.loads((files(__package__) / "snapshot.json").read_text(encoding="utf-8"))

    def facts(row: list[Any]) -> dict[str, Any]:
        named = dict(zip(found["fields"], row, strict=False))
        images, efforts = named["images"], named.get("efforts")
        named["images"] = None if images is None else "any" if images else 0
        named["efforts"] = None if efforts is None else tuple(efforts.split())
        return named

    models = {
        provider: {model: facts(row) for model, row in rows.items()} for provider, rows in found["models"].items()
    }
    return Snapshot(Source(f"LiteLLM's list {found['version']}", "LiteLLM", found["date"]), models)

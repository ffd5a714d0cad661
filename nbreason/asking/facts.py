"""What is known of a model, fact by fact from whoever is trusted most.

settings > the provider's documents > its catalogue > the snapshot by provider > the snapshot by maker
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbreason.core.models import ModelFacts
from nbreason.providers.base import Provider
from nbreason.providers.snapshot import snapshot


def facts_of(provider: Provider, model: str, configured: Mapping[str, Any]) -> ModelFacts:
    """All facts of a model.

    model: as people type it; configured: what the settings say of it
    Raises Refused for settings that make no sense.
    """
    facts = provider.facts(model).override(configured)
    name, known = facts.id or model, snapshot()
    facts = facts.completed(provider.priced(known.of_provider(provider.account or provider.name, name)), known.source)
    by_maker = known.of_maker(name)
    if provider.placeholder:  # a server of one's own has limits of its own
        by_maker = {fact: value for fact, value in by_maker.items() if fact in ("images", "efforts")}
    return facts.completed(by_maker, known.source)


def listed(provider: Provider, model: str) -> bool:
    """Whether anybody has described a model of this name at this provider."""
    return provider.facts(model) is not provider.unknown or bool(snapshot().of_provider(provider.name, model))

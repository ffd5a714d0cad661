"""What is known of a model, fact by fact from whoever is trusted most.

settings > the provider's documents > its catalogue > the snapshot by provider > the snapshot by maker
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nbreason.core.catalogue import Catalogue
from nbreason.core.models import ModelFacts, Source
from nbreason.providers.base import Provider
from nbreason.providers.snapshot import snapshot

Known = Callable[[Provider], Catalogue | None]
"""What the server of a provider has said of its models, if anything; nothing is sent to find out."""


def nothing_known(provider: Provider) -> None:
    """No server has said anything."""


def facts_of(
    provider: Provider, model: str, configured: Mapping[str, Any], catalogue: Catalogue | None = None
) -> ModelFacts:
    """All facts of a model.

    model: as people type it; configured: what the settings say of it
    Raises Refused for settings that make no sense.
    """
    facts = provider.facts(model).override(configured)
    name, listed = facts.id or model, snapshot()
    if catalogue is not None:
        at = datetime.fromtimestamp(catalogue.at).isoformat(" ", "minutes")
        source = Source(f"{provider.title}'s own list", "server", at)
        facts = facts.completed(provider.priced(catalogue.models.get(catalogue.find(name), {})), source)
    by_provider = listed.of_provider(provider.account or provider.name, name)
    facts = facts.completed(provider.priced(by_provider), listed.source)
    by_maker = listed.of_maker(name)
    if provider.placeholder or "/" not in name:  # a server of one's own, or whoever renames a model, has other limits
        by_maker = {fact: value for fact, value in by_maker.items() if fact in ("images", "efforts")}
    return facts.completed(by_maker, listed.source)


def is_listed(provider: Provider, model: str, catalogue: Catalogue | None) -> bool:
    """Whether anybody has named this model of a provider."""
    return (
        provider.facts(model) is not provider.unknown
        or (catalogue is not None and bool(catalogue.find(model)))
        or bool(snapshot().of_provider(provider.account or provider.name, model))
    )

"""Which model a name means, and whether it may be asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from nbreason.asking.facts import Known, facts_of, is_listed, nothing_known
from nbreason.config.endpoints import key_names
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.core.catalogue import Catalogue
from nbreason.core.models import ModelFacts
from nbreason.core.prices import Prices, list_prices
from nbreason.errors import Refused, UnknownModel
from nbreason.providers import providers
from nbreason.providers.base import Provider

REHEARSAL = "rehearsal"


@dataclass(frozen=True)
class Choice:
    """The model to ask: its provider, its name as typed, and what is known about it."""

    provider: Provider
    model: str
    facts: ModelFacts

    @property
    def name(self) -> str:
        """``provider:model``."""
        return f"{self.provider.name}:{self.model}"

    @property
    def prices(self) -> Prices | None:
        """Its list prices; None where they are not known, or say nothing of what its provider charges."""
        return None if self.provider.weighted else list_prices(self.facts)


def choose(name: str, settings: NBReason, keys: KeySource, known: Known = nothing_known) -> Choice:
    """The model that a name means: ``provider:model``, a provider, a model, an alias, or empty for the default.

    known: what servers have said of their models
    Raises UnknownModel with the nearest right name, and Refused for a model that the settings do not allow.
    """
    choice = _resolve(name, settings, keys, known)
    for patterns in _allowed_patterns(settings):
        if not _matches(choice.name, patterns):
            raise Refused(
                f"{choice.name} is not allowed here, only {', '.join(patterns)} (NBReason.allowed). Nothing was sent."
            )
    return choice


def allowed(name: str, settings: NBReason) -> bool:
    """Whether the configuration and the settings of this kernel allow a model, ``provider:model``."""
    return all(_matches(name, patterns) for patterns in _allowed_patterns(settings))


def list_models(settings: NBReason, known: Known = nothing_known) -> list[Choice]:
    """Every model that nbreason, the settings or a server know and that is allowed, by provider."""
    found: list[Choice] = []
    for provider in sorted(providers().values(), key=lambda provider: (provider.rank, provider.name)):
        found.extend(models_of(provider, settings, known))
    return found


def models_of(
    provider: Provider, settings: NBReason, known: Known = nothing_known, more: Sequence[str] = ()
) -> list[Choice]:
    """Those of one provider, and `more` that have not been named yet."""
    configured = (full.partition(":") for full in settings.effective_models if not set(full) & set("*?["))
    catalogue = known(provider)
    named = [
        *provider.models,
        *(name for owner, _, name in configured if owner == provider.name),
        *(catalogue.models if catalogue else ()),
        *more,
    ]
    described = {facts.id for facts in provider.models.values()} - {*provider.models}
    names = (name for name in dict.fromkeys(named) if name not in described)
    return [
        _choice(provider, name, settings, catalogue) for name in names if allowed(f"{provider.name}:{name}", settings)
    ]


def has_key(provider: Provider, settings: NBReason, keys: KeySource) -> bool:
    """Whether there is a key for a provider; a problem with its settings is reported when it is asked."""
    try:
        return keys.find(key_names(provider, settings)) is not None
    except Refused:
        return False


def is_open(name: str | None, settings: NBReason, keys: KeySource) -> bool:
    """Whether nobody has named a model and no provider has a key, so that the rehearsal would answer."""
    return not (name or settings.model) and _by_preference(settings, keys)[0].name == REHEARSAL


def _allowed_patterns(settings: NBReason) -> list[list[str]]:
    """The patterns of the configuration and those of this kernel's settings; both hold, and none allows all."""
    return [patterns for patterns in (settings.configured_allowed, settings.allowed) if patterns]


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _resolve(name: str, settings: NBReason, keys: KeySource, known: Known) -> Choice:
    name = str(settings.aliases.get(name, name)).strip()
    if not name:
        provider = _by_preference(settings, keys)[0]
        return _choice(provider, "", settings, known(provider))
    provider_name, colon, model = name.partition(":")
    if colon and provider_name in providers():
        provider = providers()[provider_name]
        return _choice(provider, model, settings, known(provider))
    if not colon and name in providers():
        return _choice(providers()[name], "", settings, known(providers()[name]))
    if not colon:
        for provider in _by_preference(settings, keys):
            if name in provider.models:
                return _choice(provider, name, settings, known(provider))
    raise UnknownModel(f"There is no model {name!r}.{_did_you_mean(name, settings)} Nothing was sent.")


def _choice(provider: Provider, model: str, settings: NBReason, catalogue: Catalogue | None) -> Choice:
    model = model or provider.default_model
    if not model:
        raise UnknownModel(
            f"{provider.title} has no default model: name one, {provider.name}:NAME, as {provider.title} calls it."
            " Nothing was sent."
        )
    name = f"{provider.name}:{model}"
    configured = _configured_facts(name, settings)
    close = any(_is_typo(model, other) for other in provider.models)
    if configured is None and close and not is_listed(provider, model, catalogue):
        raise UnknownModel(f"There is no model {name!r}.{_did_you_mean(name, settings)} Nothing was sent.")
    return Choice(provider, model, facts_of(provider, model, configured or {}, catalogue))


def _configured_facts(name: str, settings: NBReason) -> Mapping[str, Any] | None:
    """What the settings say about a model, by its name or else by a pattern (``"ollama:*-vl*"``)."""
    models = settings.effective_models
    found = models.get(name)
    if found is None:
        found = next((facts for pattern, facts in models.items() if fnmatchcase(name, pattern)), None)
    if found is not None and not isinstance(found, Mapping):
        raise Refused(f"NBReason.models[{name!r}] must be a dict of facts, such as images. Nothing was sent.")
    return found


def _is_typo(name: str, known: str) -> bool:
    """Whether `name` looks like a slip for `known`; names that differ in a digit are different models."""
    return re.findall(r"\d", name) == re.findall(r"\d", known) and (
        difflib.SequenceMatcher(None, name.lower(), known).ratio() > 0.75
    )


def _did_you_mean(name: str, settings: NBReason) -> str:
    names = [*settings.aliases, *(f"{p.name}:{model}" for p in providers().values() for model in p.models)]
    tails = {known.partition(":")[2]: known for known in names if ":" in known}
    close = difflib.get_close_matches(name, names, 1, 0.6) or [
        tails[tail] for tail in difflib.get_close_matches(name, tails, 1, 0.6)
    ]
    return f" Did you mean {close[0]}?" if close else " See %nbreason models."


def _by_preference(settings: NBReason, keys: KeySource) -> list[Provider]:
    """Providers in the order in which they are tried: those with a key, then the rehearsal, then the rest."""

    def order(provider: Provider) -> tuple[int, int, str]:
        usable = provider.default_model and has_key(provider, settings, keys)
        ready = 0 if usable else 1 if provider.name == REHEARSAL else 2
        return ready, provider.rank, provider.name

    return sorted(providers().values(), key=order)

"""The providers, found by looking: every module of this folder that has a `PROVIDER`, and every entry point
of the group ``nbreason.providers``.  There is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from nbreason.providers.base import Provider


@cache
def providers() -> Mapping[str, Provider]:
    """All providers by name; one that is installed beside this package may replace one of ours."""
    found: dict[str, Provider] = {}
    for module in pkgutil.iter_modules(__path__):
        provider = getattr(importlib.import_module(f"{__name__}.{module.name}"), "PROVIDER", None)
        if isinstance(provider, Provider):
            found[provider.name] = provider
    for entry in entry_points(group="nbreason.providers"):
        provider = entry.load()
        if isinstance(provider, Provider):
            found[provider.name] = provider
    return found

"""The providers: every module of this folder that has a `PROVIDER`, and every entry point of the group
``nbreason.providers``.  There is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from nbreason.providers.base import Provider


@cache
def providers() -> Mapping[str, Provider]:
    """All providers by name; another package may replace one of ours."""
    found: dict[str, Provider] = {}
    for module in pkgutil.iter_modules(__path__):
        provider = getattr(importlib.import_module(f"{__name__}.{module.name}"), "PROVIDER", None)
        if isinstance(provider, Provider):
            found[provider.name] = provider
    for entry in entry_points(group="nbreason.providers"):
        provider = _installed(entry)
        if provider is not None:
            found[provider.name] = provider
    return found


def _installed(entry: EntryPoint) -> Provider | None:
    """A provider of another package, or None with a warning: a broken one must not disable the others."""
    try:
        provider = entry.load()
    # Whatever another package raises while it is imported.
    except Exception as error:  # noqa: BLE001
        warnings.warn(f"The provider {entry.name} cannot be loaded: {type(error).__name__}: {error}", stacklevel=2)
        return None
    if not isinstance(provider, Provider):
        warnings.warn(f"The provider {entry.name} is not an nbreason.providers.base.Provider.", stacklevel=2)
        return None
    return provider

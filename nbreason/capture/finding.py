"""Find the modules that can describe something, and ask the first that knows the object."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Protocol, cast

import nbreason.capture.kinds
from nbreason.capture.delimit import data_block
from nbreason.capture.fitting import within
from nbreason.capture.limits import Limits
from nbreason.capture.safe import clip, known, type_name
from nbreason.core.parts import Image, Part, Text

ENTRY_POINTS = "nbreason.capture"
_ORDER = 50


class Kind(Protocol):
    """What a module (or any object behind the entry point) has to have."""

    matches: Callable[[object], bool]
    describe: Callable[[object, str, Limits], list[Part]]


def describe_with_kinds(value: object, name: str, limits: Limits) -> list[Part]:
    """The description by the first kind that matches and does not fail; a plain line when all fail."""
    return within(limits, lambda fewer: _described(value, name, fewer))


def _described(value: object, name: str, limits: Limits) -> list[Part]:
    with warnings.catch_warnings():
        # A deprecation inside a library is no news to somebody who asks a question about their data.
        warnings.simplefilter("ignore")
        for kind in kinds():
            parts = _ask(kind, value, name, limits)
            if parts:
                return [_within(part, limits) for part in parts]
    body = "No description: everything tried on this object raised an error."
    return [Text(data_block(body, name=name, kind="object", type=type_name(value)), name)]


def _ask(kind: Kind, value: object, name: str, limits: Limits) -> list[Part]:
    """Its description; none when it does not match or fails, so that the next kind has its turn."""
    found = known(lambda: list(kind.describe(value, name, limits)) if kind.matches(value) else []) or []
    return found if all(isinstance(part, (Text, Image)) for part in found) else []  # a plug-in may give anything


def _within(part: Part, limits: Limits) -> Part:
    """The last word on length, whatever a plug-in made."""
    if isinstance(part, Text) and len(part.text) > limits.characters + 400:
        return Text(clip(part.text, limits.characters), part.source)
    return part


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """All kinds in the order they are asked; those of other packages first where the order is equal."""
    found = [*_of_entry_points(), *_of_this_package()]
    return tuple(sorted(found, key=order))


def order(kind: object) -> int:
    """When a kind is asked: the lower, the sooner."""
    return int(getattr(kind, "ORDER", _ORDER))


def _of_this_package() -> list[Kind]:
    names = sorted(info.name for info in pkgutil.iter_modules(nbreason.capture.kinds.__path__))
    modules = [importlib.import_module(f"nbreason.capture.kinds.{name}") for name in names]
    return [cast(Kind, module) for module in modules if _is_kind(module)]


def _of_entry_points() -> list[Kind]:
    from importlib.metadata import entry_points

    found: list[Kind] = []
    for point in entry_points(group=ENTRY_POINTS):
        loaded = known(point.load)  # a plug-in that cannot be imported is as good as not installed
        if _is_kind(loaded):
            found.append(cast(Kind, loaded))
    return found


def _is_kind(module: ModuleType | object) -> bool:
    return callable(getattr(module, "matches", None)) and callable(getattr(module, "describe", None))

"""Find the modules that can describe objects, and ask the first that matches."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol, cast

import nbreason.capture.kinds
from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits, fit_tokens, shortened
from nbreason.core.parts import Image, Part, Text

ENTRY_POINTS = "nbreason.capture"
_DEFAULT_ORDER = 50
_FUNCTIONS = ("matches", "describe")


class Kind(Protocol):
    """What a module (or any object behind the entry point) must have."""

    matches: Callable[[object], bool]
    describe: Callable[[object, str, Limits], list[Part]]


def describe_with_kinds(value: object, name: str, limits: Limits) -> list[Part]:
    """The description by the first kind that matches and does not fail; a plain line when all fail."""
    return fit_tokens(limits, lambda fewer: _describe(value, name, fewer))


def _describe(value: object, name: str, limits: Limits) -> list[Part]:
    with warnings.catch_warnings():
        # A deprecation inside a library is of no interest to someone who asks a question about their data.
        warnings.simplefilter("ignore")
        for kind in kinds():
            if parts := ask(kind, value, name, limits):
                return [shortened(part, limits) for part in parts]
    return text_block(value, name, "object", "No description: everything tried on this object raised an error.", limits)


def ask(kind: Kind, value: object, name: str, limits: Limits) -> list[Part]:
    """A kind's description; empty if it does not match, fails, or returns anything but parts."""
    parts = value_or_none(lambda: list(kind.describe(value, name, limits)) if kind.matches(value) else []) or []
    return parts if all(isinstance(part, (Text, Image)) for part in parts) else []


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """All kinds in the order they are asked; those of other packages first where the order is equal."""
    return tuple(sorted([*_of_entry_points(), *_of_this_package()], key=order))


def order(kind: object) -> int:
    """When a kind is asked: the lower, the sooner."""
    return int(getattr(kind, "ORDER", _DEFAULT_ORDER))


def _of_this_package() -> list[Kind]:
    names = sorted(info.name for info in pkgutil.iter_modules(nbreason.capture.kinds.__path__))
    return [cast(Kind, importlib.import_module(f"nbreason.capture.kinds.{name}")) for name in names]


def _of_entry_points() -> list[Kind]:
    from importlib.metadata import entry_points

    # A plug-in that cannot be imported is as good as not installed.
    loaded = [value_or_none(point.load) for point in entry_points(group=ENTRY_POINTS)]
    return [cast(Kind, kind) for kind in loaded if all(callable(getattr(kind, name, None)) for name in _FUNCTIONS)]

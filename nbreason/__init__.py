"""Ask reasoning models from a notebook, about its figures and dataframes.

    %load_ext nbreason
    %%reason --figs
    Why does this histogram have two peaks?

This module imports nothing heavy, so that `%load_ext nbreason` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbreason.api import aask, ask
    from nbreason.core.events import Answer
    from nbreason.errors import NBReasonError

__version__ = "0.1.0"
__all__ = ["Answer", "NBReasonError", "__version__", "aask", "ask"]

_HOMES = {
    "ask": "nbreason.api",
    "aask": "nbreason.api",
    "Answer": "nbreason.core.events",
    "NBReasonError": "nbreason.errors",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext nbreason``: registers the magics and begins to note what the notebook shows."""
    from nbreason.magics import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext nbreason``."""
    from nbreason.magics import unload

    unload(shell)

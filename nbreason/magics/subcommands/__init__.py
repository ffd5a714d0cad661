"""``%nbreason …``: one function for each subcommand, found in the modules of this folder; there is no other list."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from nbreason.core.phrases import did_you_mean
from nbreason.errors import UsageError
from nbreason.magics.ask import show
from nbreason.magics.subcommands import registry
from nbreason.magics.subcommands.registry import Subcommand

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook

HELP = ("-h", "--help")

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
SUBCOMMANDS = dict(sorted(registry.SUBCOMMANDS.items()))


def run(notebook: Notebook, line: str) -> None:
    """Run one subcommand.  Raises UsageError for an unknown one, or for arguments that it does not take."""
    name, rest = [*line.split(maxsplit=1), "", ""][:2]
    if name in ("", *HELP):
        name, rest = "help", ""
    command = find_subcommand(name)
    rest = rest.strip()
    if rest in HELP:
        command, rest = find_subcommand("help"), name
    if rest and not command.arguments:
        raise UsageError(f"%nbreason {name} takes no arguments: drop {rest[:40]!r}. Nothing has changed.")
    bundle = command.run(notebook, rest)
    if bundle is not None:
        show(notebook, bundle)


def find_subcommand(name: str) -> Subcommand:
    """The subcommand of that name.  Raises UsageError that suggests the nearest one."""
    if name not in SUBCOMMANDS:
        raise UsageError(f"There is no %nbreason {name}. {did_you_mean(name, SUBCOMMANDS)}")
    return SUBCOMMANDS[name]

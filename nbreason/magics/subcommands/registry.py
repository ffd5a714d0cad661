"""How a subcommand of ``%nbreason`` is declared: one function with its name, arguments and help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from nbreason.core.options import Source
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle

Run = Callable[["Notebook", str], "Bundle | None"]
Function = TypeVar("Function", bound=Run)


@dataclass(frozen=True)
class Subcommand:
    """One subcommand.

    arguments: what may follow its name, for people; empty for none
    help:      what it does, one line
    suggest:   words that completion offers after its name, or where it looks them up
    run:       gets the notebook and the rest of the line; returns what is to be shown
    """

    name: str
    arguments: str
    help: str
    suggest: tuple[str, ...] | Source | Literal["providers", "subcommands"]
    run: Run

    @property
    def head(self) -> str:
        """``%nbreason use MODEL [-e EFFORT]``."""
        return f"%nbreason {self.name} {self.arguments}".rstrip()


SUBCOMMANDS: dict[str, Subcommand] = {}


def subcommand(
    arguments: str, help: str, suggest: tuple[str, ...] | Source | Literal["providers", "subcommands"] = ()
) -> Callable[[Function], Function]:
    """Make a function a subcommand; it is called as the function is, ``import_`` as ``import``."""

    def declare(function: Function) -> Function:
        name = function.__name__.rstrip("_")
        SUBCOMMANDS[name] = Subcommand(name, arguments, help, suggest, function)
        return function

    return declare

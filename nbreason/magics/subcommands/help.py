"""``%nbreason help``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.magics.help import nbreason_help, reason_help
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import text_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle


@subcommand("[reason | NAME]", "this list, the options of %%reason, or one subcommand", "subcommands")
def help(notebook: Notebook, rest: str) -> Bundle:
    """All subcommands, one of them, or the options of ``%%reason``."""
    from nbreason.magics.subcommands import find_subcommand

    match rest.strip("% "):
        case "" | "nbreason":
            return text_bundle(nbreason_help())
        case "reason":
            return text_bundle(reason_help())
        case name:
            command = find_subcommand(name)
            return text_bundle(f"{command.head}  {command.help}")

"""``%nbreason apply``: the corrected cell of ``--fix``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.core.correction import Correction
from nbreason.errors import UsageError
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle, line_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook


@subcommand("", "put the corrected cell of the last --fix into the next cell")
def apply(notebook: Notebook, rest: str) -> Bundle:
    """Put the corrected cell of the last answer into the next cell."""
    correction = getattr(notebook.shell.user_ns.get("_reason"), "value", None)
    if not isinstance(correction, Correction):
        raise UsageError("The last answer corrects no cell: ask with %%reason --fix first. Nothing has changed.")
    notebook.shell.set_next_input(correction.after)
    return line_bundle(f"The corrected In[{correction.cell}] was put into the next cell: read it before you run it.")

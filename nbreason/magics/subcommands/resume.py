"""``%nbreason resume``: the answers that providers made while no kernel waited for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.magics.ask import follow
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import line_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle


@subcommand("", "collect the answers that --poll was waiting for when the kernel ended; nothing is sent again")
def resume(notebook: Notebook, rest: str) -> Bundle | None:
    """Wait for each answer that is still being made for this conversation, and show it."""
    place = notebook.conversation()
    jobs = notebook.session.jobs.of(place)
    if not jobs:
        return line_bundle("No provider works on a question of this conversation: there is nothing to collect.")
    for job in jobs:
        answer, interrupted = follow(notebook, notebook.session.resume(place, job), place)
        notebook.shell.user_ns["_reason"] = answer
        if interrupted:
            break
    return None

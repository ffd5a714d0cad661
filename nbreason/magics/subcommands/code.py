"""``%nbreason code``: the code of the last answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.answers.formats import code_in
from nbreason.core.phrases import counted
from nbreason.errors import UsageError
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle, line_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook


@subcommand("", "put the last answer's code into the next cell")
def code(notebook: Notebook, rest: str) -> Bundle:
    """Put the last answer's code into the next cell."""
    answers = [record for record in notebook.session.store.history(notebook.conversation()) if record.answer]
    last = max(answers, key=lambda record: record.asked_at).answer if answers else None
    found = code_in(last.text) if last else ""
    if not found:
        raise UsageError("There is no code in the last answer." if last else "There is no answer yet.")
    notebook.shell.set_next_input(found)
    lines = found.count("\n") + 1
    them = "it before you run it" if lines == 1 else "them before you run them"
    return line_bundle(f"{counted(lines, 'line')} of code put into the next cell: read {them}.")

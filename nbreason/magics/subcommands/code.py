"""``%nbreason code``: the code of the last answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.answers.formats import code_blocks
from nbreason.core.phrases import counted
from nbreason.errors import UsageError
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle, line_bundle

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook


@subcommand("[N | all]", "put the last code block of the last answer into the next cell; N: its N-th block", ("all",))
def code(notebook: Notebook, rest: str) -> Bundle:
    """``code`` takes the last block of the last answer, ``code 2`` its second, ``code all`` all of them."""
    answers = [record for record in notebook.session.store.history(notebook.conversation()) if record.answer]
    last = max(answers, key=lambda record: record.asked_at).answer if answers else None
    blocks = code_blocks(last.text) if last else []
    if not blocks:
        raise UsageError("There is no code in the last answer." if last else "There is no answer yet.")
    chosen, which = choose(blocks, rest)
    notebook.shell.set_next_input(chosen)
    lines = chosen.count("\n") + 1
    them = "it before you run it" if lines == 1 else "them before you run them"
    return line_bundle(f"{counted(lines, 'line')} of code{which} put into the next cell: read {them}.")


def choose(blocks: list[str], rest: str) -> tuple[str, str]:
    """The code that an argument names, and which it is of several.  Raises UsageError for any other argument."""
    count = len(blocks)
    if rest == "all":
        return "\n\n".join(blocks), f" (all {count} blocks)" if count > 1 else ""
    number = int(rest) if rest.isdecimal() and len(rest) < 9 else 0 if rest else count
    if not 1 <= number <= count:
        use = f"the number of one, 1 to {count}, or all" if count > 1 else "%nbreason code"
        raise UsageError(f"The last answer has {counted(count, 'code block')}: use {use}. Nothing has changed.")
    return blocks[number - 1], f" (block {number} of {count})" if count > 1 else ""

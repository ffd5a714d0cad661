"""The magics: parse, one call, show."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand

from nbreason import errors
from nbreason.core.characters import sendable
from nbreason.errors import Interrupted, UsageError
from nbreason.magics.asking import ask, show, show_preview, store_in_namespace
from nbreason.magics.completion import matcher
from nbreason.magics.help import REASON_HELP, SUBCOMMANDS_HELP
from nbreason.magics.options import Given, parse
from nbreason.magics.questions import QuestionMarks
from nbreason.magics.typed import refuse_keys, refuse_option
from nbreason.notebook.notebook import Notebook
from nbreason.render.colour import error_line

if TYPE_CHECKING:
    from nbreason.core.events import Answer

WIDTH = 80
"""Columns of the help that IPython shows; a pager does not wrap between words."""


def laid_out(text: str) -> str:
    """Help in lines of that width."""
    from nbreason.render.wrapping import hanging

    return hanging(text, WIDTH)


@magics_class
class ReasonMagics(Magics):
    """``%reason``, ``%%reason`` and ``%nbreason``."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.notebook = Notebook(shell)
        self.matcher = matcher(self.notebook)
        self.question_marks = QuestionMarks(shell)

    def _given(self, line: str) -> Given:
        """The options of a line, none of which holds a key; the question itself is looked at before it is sent."""
        known = self.notebook.session.guard.configured_keys()
        try:
            given = parse(line)
        except UsageError:
            refuse_keys(line, known)  # what is wrong with a line is told in its own words
            raise
        refuse_keys(line.strip().removesuffix(given.text), known)
        return given

    # Without `no_var_expand` IPython would replace {x} and $x in the question: LaTeX and JSON.
    @no_var_expand
    @line_cell_magic
    def reason(self, line: str, cell: str | None = None) -> None:
        given = self._given(sendable(line))
        if given.help:
            from nbreason.magics.commands import help

            show(self.notebook, help(self.notebook, "reason"))
            return
        text = given.text if cell is None else f"{given.text}\n{cell}"
        question = self.notebook.question(given, text, template=True)
        if given.dry_run:
            show_preview(self.notebook, question)
        elif given.background:
            from nbreason.magics.background import begin

            begin(self.notebook, question, given)
        else:
            answer, interrupted = ask(self.notebook, question)
            store_in_namespace(self.notebook, given, answer)
            if interrupted and cell is None:
                raise Interrupted  # a line may stand in a loop, which the person wants to end as well

    @no_var_expand
    @line_magic
    def nbreason(self, line: str) -> None:
        from nbreason.magics.commands import run

        line = sendable(line)
        refuse_keys(line, self.notebook.session.guard.configured_keys())
        for word in line.split():
            refuse_option(word.partition("=")[0])
        run(self.notebook, line)

    reason.__doc__ = REASON_HELP
    nbreason.__doc__ = SUBCOMMANDS_HELP
    # What IPython asks first for a docstring; laid out when somebody reads it, not while the extension is loaded.
    reason.getdoc = partial(laid_out, REASON_HELP)  # type: ignore[union-attr, unused-ignore]
    nbreason.getdoc = partial(laid_out, SUBCOMMANDS_HELP)  # type: ignore[union-attr, unused-ignore]


def load(shell: Any) -> None:
    """Register the magics with a shell, and begin to note what it shows."""
    errors.style = error_line
    magics = ReasonMagics(shell)
    shell.register_magics(magics)
    if magics.notebook.settings not in shell.configurables:
        shell.configurables.append(magics.notebook.settings)
    magics.notebook.figures.attach(shell)
    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(magics.matcher)
    magics.notebook.last_error.attach()
    shell.input_transformer_manager.token_transformers.append(magics.question_marks)
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type_by_name("nbreason.core.events", "Answer", answer_as_mime)
    if missed(shell):
        print("IPython took the question in this cell for a call for help, before nbreason was loaded. Run it again.")


MISSED = r"%load_ext\s+nbreason\b.*\n\s*(\w+\s*=\s*)?%reason\b[^\n]*\?\s*(\n|$)"


def missed(shell: Any) -> bool:
    """Whether the running cell holds a question behind what loads this extension: IPython has read the cell before."""
    history = shell.history_manager
    cell = history.input_hist_raw[-1] if history and history.input_hist_raw else ""
    return "%reason" in cell and re.search(MISSED, cell, re.DOTALL) is not None


def unload(shell: Any) -> None:
    """Undo `load`; conversations stay, and what is under way ends by itself."""
    magics = of(shell)
    if magics is None:
        return
    magics.notebook.figures.detach()
    if magics.matcher in getattr(shell.Completer, "custom_matchers", ()):
        shell.Completer.custom_matchers.remove(magics.matcher)
    if magics.notebook.dashboard is not None:
        magics.notebook.dashboard[1]()
    magics.notebook.last_error.detach()
    transformers = shell.input_transformer_manager.token_transformers
    transformers[:] = [found for found in transformers if found is not magics.question_marks]
    shell.configurables[:] = [item for item in shell.configurables if item is not magics.notebook.settings]
    for kind in ("line", "cell"):
        for name in ("reason", "nbreason"):
            shell.magics_manager.magics[kind].pop(name, None)
    shell.magics_manager.registry.pop(ReasonMagics.__name__, None)
    magics.notebook.leave()


def of(shell: Any) -> ReasonMagics | None:
    """The magics of a shell in which the extension is loaded."""
    found = shell.magics_manager.registry.get(ReasonMagics.__name__)
    return found if isinstance(found, ReasonMagics) else None


def answer_as_mime(answer: Answer, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
    """How an Answer shows itself as the value of a cell."""
    from nbreason.render.bundle import answer_bundle

    bundle = answer_bundle(answer)
    return bundle.data, bundle.metadata


__all__ = ["ReasonMagics", "load", "of", "unload"]

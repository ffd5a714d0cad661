"""The magics: parse, one call, show.

What only an ask needs is imported by the first ask, so that ``%load_ext nbreason`` stays fast.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand

from nbreason import errors
from nbreason.config.environment import process_environment
from nbreason.core.characters import sendable
from nbreason.errors import Interrupted, UsageError
from nbreason.magics.completion import matcher
from nbreason.magics.question_marks import QuestionMarks
from nbreason.notebook.notebook import Notebook
from nbreason.render.colour import error_line
from nbreason.render.mime import answer_as_mime

if TYPE_CHECKING:
    from nbreason.core.options import AskOptions

WIDTH = 80
"""Columns of the help that IPython shows; a pager does not wrap between words."""


def laid_out(name: str) -> str:
    """The help of a magic in lines of that width."""
    from nbreason.magics import help
    from nbreason.render.wrapping import hanging

    return hanging(help.nbreason_help() if name == "nbreason" else help.reason_help(), WIDTH)


@magics_class
class ReasonMagics(Magics):
    """``%reason``, ``%%reason`` and ``%nbreason``."""

    def __init__(self, shell: Any, notebook: Notebook) -> None:
        super().__init__(shell)
        self.notebook = notebook
        self.matcher = matcher(notebook)
        self.question_marks = QuestionMarks(shell)

    def _parse(self, line: str) -> tuple[AskOptions, str]:
        """Options and question; no option may hold a key.  The question itself is checked before it is sent."""
        from nbreason.magics.parser import parse
        from nbreason.magics.typed_keys import refuse_keys

        guard = self.notebook.session.guard
        try:
            options, text = parse(line)
        except UsageError:
            refuse_keys(line, guard.configured_keys())  # the error repeats what is wrong with the line
            raise
        if given := line.strip().removesuffix(text):
            refuse_keys(given, guard.configured_keys())
        return options, text

    # Without `no_var_expand` IPython would replace {x} and $x in the question: LaTeX and JSON.
    @no_var_expand
    @line_cell_magic
    def reason(self, line: str, cell: str | None = None) -> None:
        """Ask a reasoning model: ``%%reason?`` shows the options."""
        from nbreason.magics.ask import ask, show_preview, store_in_namespace

        options, text = self._parse(sendable(line))
        if options.help or (cell is None and text.strip(" ?").lower() == "help"):
            from nbreason.magics.subcommands import run

            run(self.notebook, "help reason")
            return
        question = self.notebook.question(options, text if cell is None else f"{text}\n{cell}", template=True)
        if options.dry_run:
            show_preview(self.notebook, question)
        elif options.background:
            from nbreason.magics.background import ask_in_background

            ask_in_background(self.notebook, question, options)
        else:
            answer, interrupted = ask(self.notebook, question)
            store_in_namespace(self.notebook, options, answer)
            if interrupted and cell is None:
                raise Interrupted  # a line may be in a loop, which the user wants to end as well

    @no_var_expand
    @line_magic
    def nbreason(self, line: str) -> None:
        """Manage nbreason: ``%nbreason help`` lists the subcommands."""
        from nbreason.magics.subcommands import run
        from nbreason.magics.typed_keys import refuse_key_option, refuse_keys

        line = sendable(line)
        refuse_keys(line, self.notebook.session.guard.configured_keys())
        for word in line.split():
            refuse_key_option(word.partition("=")[0])
        run(self.notebook, line)

    # What IPython asks for before the docstring: made when it is read, not while the extension is loaded.
    reason.getdoc = partial(laid_out, "reason")  # type: ignore[union-attr, unused-ignore]
    nbreason.getdoc = partial(laid_out, "nbreason")  # type: ignore[union-attr, unused-ignore]


def load(shell: Any) -> None:
    """Register the magics with a shell, and record what it shows from now on."""
    errors.style = error_line
    magics = ReasonMagics(shell, Notebook(shell))
    magics.notebook.attach()
    shell.register_magics(magics)
    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(magics.matcher)
    shell.input_transformer_manager.token_transformers.append(magics.question_marks)
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type_by_name("nbreason.core.events", "Answer", answer_as_mime)
    if advice := _took_for_help(shell):
        print(f"IPython read a question as a request for help, before nbreason was loaded. {advice}")
    if line := _cut_off(magics.notebook):
        print(line)


def _cut_off(notebook: Notebook) -> str:
    """Where the text is of answers that were being written when the last kernel of this notebook ended."""
    path = notebook.context.notebook()
    if not path or not notebook.settings.save:
        return ""
    from nbreason.store.home import home
    from nbreason.store.unfinished import count

    answers = count(home(process_environment()), path)
    if not answers:
        return ""
    which = "An answer was" if answers == 1 else f"{answers} answers were"
    return f"{which} cut off when the kernel ended; what had arrived is saved: %nbreason export FILE.md writes it."


LATE = r"%load_ext\s+nbreason\b.*\n\s*(\w+\s*=\s*)?%reason\b[^\n]*\?\s*(\n|$)"


def _took_for_help(shell: Any) -> str:
    """What to do if a question follows in what is running now, which IPython read before; empty if there is none."""
    file = str(shell.user_ns.get("__file__", ""))
    if file.endswith(".ipy"):
        text, advice = Path(file).read_text(errors="replace"), f"Use ipython --ext=nbreason {Path(file).name}."
    else:
        history = shell.history_manager
        text = history.input_hist_raw[-1] if history and history.input_hist_raw else ""
        advice = "Run it again."
    return advice if "%reason" in text and re.search(LATE, text, re.DOTALL) else ""


def unload(shell: Any) -> None:
    """Undo `load`; conversations stay, and running asks finish."""
    magics = shell.magics_manager.registry.pop(ReasonMagics.__name__, None)
    if magics is None:
        return
    if magics.matcher in getattr(shell.Completer, "custom_matchers", ()):
        shell.Completer.custom_matchers.remove(magics.matcher)
    transformers = shell.input_transformer_manager.token_transformers
    transformers[:] = [found for found in transformers if found is not magics.question_marks]
    for kind in ("line", "cell"):
        for name in ("reason", "nbreason"):
            shell.magics_manager.magics[kind].pop(name, None)
    magics.notebook.detach()


__all__ = ["ReasonMagics", "load", "unload"]

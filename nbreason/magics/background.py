"""``--background``: an ask that continues while other cells run, in the output of its own cell."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from nbreason.core.events import Answer, Draft
from nbreason.errors import NBReasonError
from nbreason.magics.ask import follow, show, store_in_namespace, warn_once
from nbreason.render.bundle import Bundle, answer_bundle, line_bundle

if TYPE_CHECKING:
    from nbreason.asking.run import Run
    from nbreason.core.options import AskOptions
    from nbreason.core.question import Question
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.panel import Panel
    from nbreason.render.screens import LiveScreen

ERROR = (
    "color: var(--jp-content-font-color1, #212121); background: var(--jp-rendermime-error-background, #fdd);"
    " font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px);"
    " white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.5em 0 0; padding: 0.4em"
)
"""Looks like an error of the front end. A real one is an output of a running cell, and this cell has ended."""


class Pending:
    """The handle of an ask in the background.

    Its panel was displayed by its cell; later there are only updates of that display, which carry its id and so
    appear there whichever cell is running.

    asked: the model
    """

    def __init__(self, notebook: Notebook, run: Run, panel: Panel, screen: LiveScreen, asked: str) -> None:
        self._run = run
        self._asked = asked
        self._thread = threading.Thread(
            target=self._follow, args=(notebook, panel, screen), daemon=True, name="nbreason ask"
        )
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it has ended, with an answer or an error."""
        return not self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> Answer:
        """The answer, as soon as it is complete.  timeout: seconds

        Raises TimeoutError, or the NBReasonError that the ask ended with.
        """
        self._thread.join(timeout)
        if not self.done:
            raise TimeoutError(f"no answer within {timeout:g} s; the ask continues")
        return self._run.result()

    def cancel(self) -> None:
        """Stop the ask and keep what has arrived."""
        self._run.stop()

    def __repr__(self) -> str:
        if not self.done:
            return f"<asking {self._asked}: .wait() returns the answer, .cancel() stops it>"
        try:
            return describe(self._asked, self._run.result())
        except Exception as error:  # noqa: BLE001
            return f"<no answer from {self._asked}: {message(error)}>"

    def _follow(self, notebook: Notebook, panel: Panel, screen: LiveScreen) -> None:
        """Show what arrives, and replace the panel at the end, whatever goes wrong: nothing else would."""
        started = time.monotonic()
        try:
            self._watch(notebook, screen)
            answer = self._run.result()
            notebook.shell.user_ns["_reason"] = answer
            screen.end(answer)
        except Exception as error:  # noqa: BLE001
            panel.replace_with(failure(error, self._asked, time.monotonic() - started))
        finally:
            notebook.remove_run(self._run)

    def _watch(self, notebook: Notebook, screen: LiveScreen) -> None:
        from nbreason.render.screens import watch

        with suppress(Exception):  # what cannot be shown while it arrives is shown at the end
            watch(notebook.refreshed_by(self._run.events()), screen)


class Finished:
    """The same handle for an ask that has ended: without a live panel, the cell waits for the answer."""

    done = True

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def wait(self, timeout: float | None = None) -> Answer:
        """The answer."""
        return self._answer

    def cancel(self) -> None:
        """Do nothing: there is nothing to stop."""

    def __repr__(self) -> str:
        return describe(self._answer.requested_model, self._answer)


def describe(asked: str, answer: Answer) -> str:
    """The repr of a handle whose ask has ended."""
    if answer.finish == "interrupted":
        return f"<{asked} was stopped: .wait() returns what had arrived>"
    return f"<{asked} has answered: .wait() returns the answer>"


def message(error: Exception) -> str:
    """An error in one line; the type is part of it unless the error is ours."""
    return str(error) if isinstance(error, NBReasonError) else f"{type(error).__name__}: {error}"


def failure(error: Exception, asked: str, seconds: float) -> Bundle:
    """What had arrived, or that nothing had, and the error below it."""
    from nbreason.render.screens import failed_line

    partial = error.partial if isinstance(error, NBReasonError) else None
    above = (
        answer_bundle(partial) if partial else line_bundle(failed_line(Draft(Answer(requested_model=asked)), seconds))
    )
    html = f'{above.data["text/html"]}<pre style="{ERROR}">{escape(message(error))}</pre>'
    return Bundle({"text/html": html, "text/plain": f"{above.data['text/plain']}\n{message(error)}"}, above.metadata)


def ask_in_background(notebook: Notebook, question: Question, options: AskOptions) -> None:
    """Ask, and return at once if a live panel can be shown; `options.into` gets the handle."""
    from nbreason.render.screens import uses_live_panel

    handle: Pending | Finished
    run = notebook.session.ask(question)
    if uses_live_panel(notebook.shell, notebook.settings.live) and not run.replayed:
        handle = start(notebook, question, run)
        if options.format == "code":
            # The reply to a cell sets the next cell, and it is sent before the answer has arrived.
            line = "Once the answer is complete, %nbreason code puts its code into the next cell."
            show(notebook, line_bundle(line))
    else:
        answer = follow(notebook, run, question.place)[0]
        store_in_namespace(notebook, options, answer)
        handle = Finished(answer)
    if options.into:
        notebook.shell.user_ns[options.into] = handle


def start(notebook: Notebook, question: Question, run: Run) -> Pending:
    """Show the panel of an ask now, and have it updated by a thread."""
    from nbreason.render.panel import Panel
    from nbreason.render.screens import LiveScreen

    session = notebook.session
    try:
        asked = session.choose(question.model or "").name
        budget = session.budgets.share(question.place)
        panel = Panel(run.stop, budget)
        notebook.add_run(run)
        pending = Pending(notebook, run, panel, LiveScreen(run.stop, budget, panel), asked)
    except BaseException:
        run.stop()
        raise
    warn_once(notebook)
    return pending

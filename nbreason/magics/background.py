"""``--background``: an ask that goes on while other cells run, in the output of its own cell."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from nbreason.core.events import Answer, Draft
from nbreason.errors import NBReasonError
from nbreason.magics.asking import ask, show, store_in_namespace, warn_once
from nbreason.render.bundle import Bundle, answer_bundle, line_bundle

if TYPE_CHECKING:
    from nbreason.asking.run import Run
    from nbreason.core.question import Question
    from nbreason.magics.options import Given
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.panel import Panel
    from nbreason.render.screens import LiveScreen

ERROR = (
    "color: var(--jp-content-font-color1, #212121); background: var(--jp-rendermime-error-background, #fdd);"
    " font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px);"
    " white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.5em 0 0; padding: 0.4em"
)
"""Like an error of the front end, which is an output of a cell that runs, and this one's cell is over."""


class Pending:
    """An answer that is still coming.

    Its panel was displayed by its cell, and only updates of that display come later: they carry its id, so they
    land there whichever cell runs meanwhile.

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
        """Whether it is over, well or not."""
        return not self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> Answer:
        """The answer, once it is there.  timeout: seconds.  Raises TimeoutError, or the NBReasonError it ended with."""
        self._thread.join(timeout)
        if not self.done:
            raise TimeoutError(f"no answer within {timeout:g} s; it goes on")
        return self._run.result()

    def cancel(self) -> None:
        """Stop it and keep what has come."""
        self._run.stop()

    def __repr__(self) -> str:
        if not self.done:
            return f"<asking {self._asked}: .wait() gives the answer, .cancel() stops it>"
        try:
            return outcome(self._asked, self._run.result())
        except Exception as error:  # noqa: BLE001
            return f"<no answer of {self._asked}: {told(error)}>"

    def _follow(self, notebook: Notebook, panel: Panel, screen: LiveScreen) -> None:
        """Show what comes, and replace the panel in the end, whatever goes wrong: nobody else would."""
        started = time.monotonic()
        try:
            self._watch(notebook, screen)
            answer = self._run.result()
            notebook.shell.user_ns["_reason"] = answer
            screen.end(answer)
        except Exception as error:  # noqa: BLE001
            panel.replace_with(failure(error, self._asked, time.monotonic() - started))
        finally:
            notebook.ended(self._run)

    def _watch(self, notebook: Notebook, screen: LiveScreen) -> None:
        from nbreason.render.screens import watch

        with suppress(Exception):  # what cannot be shown while it comes is waited for, and shown in the end
            watch(notebook.following(self._run.events()), screen)


class Waited:
    """The same handle for an ask that is over: where no live panel can be shown, the answer is waited for."""

    done = True

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def wait(self, timeout: float | None = None) -> Answer:
        """The answer."""
        return self._answer

    def cancel(self) -> None:
        """Nothing is left to stop."""

    def __repr__(self) -> str:
        return outcome(self._answer.requested_model, self._answer)


def outcome(asked: str, answer: Answer) -> str:
    """What a handle says of an answer that has come."""
    if answer.finish == "interrupted":
        return f"<{asked} was stopped: .wait() gives what had come>"
    return f"<{asked} has answered: .wait() gives it>"


def told(error: Exception) -> str:
    """An error in words: ours are made for people, of others it is told what they are."""
    return str(error) if isinstance(error, NBReasonError) else f"{type(error).__name__}: {error}"


def failure(error: Exception, asked: str, seconds: float) -> Bundle:
    """What had come, or that nothing had, and below it the error."""
    from nbreason.render.screens import failed_line

    partial = error.partial if isinstance(error, NBReasonError) else None
    above = (
        answer_bundle(partial) if partial else line_bundle(failed_line(Draft(Answer(requested_model=asked)), seconds))
    )
    html = f'{above.data["text/html"]}<pre style="{ERROR}">{escape(told(error))}</pre>'
    return Bundle({"text/html": html, "text/plain": f"{above.data['text/plain']}\n{told(error)}"}, above.metadata)


def begin(notebook: Notebook, question: Question, given: Given) -> None:
    """Ask, and return at once where a live panel can be shown; the handle lands where `given` says."""
    from nbreason.render.screens import uses_live_panel

    handle: Pending | Waited
    if uses_live_panel(notebook.shell, notebook.settings.live):
        handle = asking(notebook, question)
        if given.format == "code":
            # The next cell is set by the reply to a cell, which is sent before the answer has come.
            line = "From the background: when the answer has come, %nbreason code puts its code into the next cell."
            show(notebook, line_bundle(line))
    else:
        answer = ask(notebook, question)[0]
        store_in_namespace(notebook, given, answer)
        handle = Waited(answer)
    if given.into:
        notebook.shell.user_ns[given.into] = handle


def asking(notebook: Notebook, question: Question) -> Pending:
    """An ask whose panel is shown now and followed by a thread."""
    from nbreason.render.panel import Panel
    from nbreason.render.screens import LiveScreen

    session = notebook.session
    asked = session.choose(question.model or "").name
    run = session.ask(question)
    try:
        budget = session.budgets.share(question.place)
        panel = Panel(run.stop, budget)
        notebook.began(run)
        pending = Pending(notebook, run, panel, LiveScreen(run.stop, budget, panel), asked)
    except BaseException:
        run.stop()
        raise
    warn_once(notebook)
    return pending

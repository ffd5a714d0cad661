"""Where an answer is shown while it arrives: a live notebook, a notebook nobody watches, a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TextIO

from nbreason.core.events import Answer, Draft, Event, Notice, Sending, TextDelta
from nbreason.core.usage import Money
from nbreason.render.bundle import Bundle, answer_bundle, line_bundle
from nbreason.render.line import DOT, duration, live_head, static_line
from nbreason.render.markdown import to_plain


class Screen(Protocol):
    """Something that shows one answer.  `show` for each event and each tick, then `end` once."""

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """An event has come, or (None) a tenth of a second has passed without one."""

    def end(self, answer: Answer | None) -> None:
        """The answer is over; None when there is nothing to show but an error, which is raised elsewhere."""


def watch(events: Iterable[Event | None], screen: Screen, clock: Callable[[], float] = time.monotonic) -> Draft:
    """Show events until they end; returns the draft with all of them."""
    draft, started = Draft(), clock()
    for event in events:
        if event is not None:
            draft.add(event)
        screen.show(event, draft, clock() - started)
    return draft


def failed_line(draft: Draft, elapsed: float) -> str:
    """What stays of an ask without an answer; the error itself stands below it."""
    return f"{draft.base.asked}{DOT}no answer{DOT}{duration(elapsed)}"


class LiveScreen:
    """A notebook that somebody watches.

    stop: stops the ask
    """

    TICK = 0.1

    def __init__(self, stop: Callable[[], None]) -> None:
        from nbreason.render.panel import Panel

        self._panel = Panel(stop)
        self._before: Money | None = None
        self._text_due = self._status_due = 0.0
        self._changed = False
        self._draft, self._elapsed = Draft(), 0.0

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """At most ten updates a second, fewer as the answer grows: each carries the whole text."""
        self._draft, self._elapsed = draft, elapsed
        if isinstance(event, Sending):
            self._before = event.balance
        self._changed = self._changed or isinstance(event, TextDelta)
        if self._changed and elapsed >= self._text_due:
            text = draft.text
            self._panel.show_answer(text)
            self._text_due = elapsed + self.TICK + len(text) / 100_000
            self._changed = False
        if elapsed >= self._status_due:
            self._panel.show_status(draft.answer(), elapsed, phase(draft), self._before)
            self._status_due = elapsed + 2 * self.TICK

    def end(self, answer: Answer | None) -> None:
        """The live output becomes a static one."""
        self._panel.become(answer_bundle(answer) if answer else line_bundle(failed_line(self._draft, self._elapsed)))


class QuietScreen:
    """A notebook that nobody watches, such as one that is run by nbclient: one output at the end."""

    def __init__(self, publish: Callable[[Bundle], None]) -> None:
        self._publish = publish

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """Nothing is shown before the end."""

    def end(self, answer: Answer | None) -> None:
        """The answer, if there is one."""
        if answer:
            self._publish(answer_bundle(answer))


class TerminalScreen:
    """A terminal: the text as it comes, escape sequences stripped, and the line under it."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._waiting = False

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """Text is written at once; while there is none, a clock ticks where the terminal can show it."""
        match event:
            case TextDelta(text):
                self._clear()
                self._out.write(to_plain(text))
            case Notice(text):
                self._clear()
                self._out.write(text + "\n")
            case None if not draft.text and self._out.isatty():
                self._clear()
                self._out.write(live_head(draft.answer(), elapsed, phase(draft)))
                self._waiting = True
        self._out.flush()

    def end(self, answer: Answer | None) -> None:
        """The line under the answer."""
        self._clear()
        if answer:
            self._out.write(("" if answer.text.endswith("\n") else "\n") + "\n" + static_line(answer) + "\n")
        self._out.flush()

    def _clear(self) -> None:
        if self._waiting:
            self._out.write("\r\x1b[2K")
            self._waiting = False


def phase(draft: Draft) -> str:
    """What is going on, in one word."""
    if draft.text:
        return "answering"
    return "thinking"


def publish(bundle: Bundle) -> None:
    """Display a bundle in the notebook."""
    from IPython.display import display

    display(bundle.data, raw=True, metadata=bundle.metadata)


def screen_for(shell: Any, live: str, stop: Callable[[], None]) -> Screen:
    """The screen that fits a shell.  live: ``auto``, ``on`` or ``off``."""
    if getattr(shell, "kernel", None) is None:
        return TerminalScreen()
    if live == "on" or (live == "auto" and somebody_watches(shell)):
        return LiveScreen(stop)
    return QuietScreen(publish)


def somebody_watches(shell: Any) -> bool:
    """Whether a person's notebook is at the other end.

    JupyterLab, Notebook 7 and VS Code send the id of the cell; nbclient, papermill and consoles send none, and
    a panel in their output would be left behind as a broken widget.  Colab sends none either, but is known by
    its module.
    """
    if "google.colab" in sys.modules or "__vsc_ipynb_file__" in shell.user_ns:
        return True
    try:
        return bool(shell.kernel.get_parent()["metadata"].get("cellId"))
    except (AttributeError, KeyError, TypeError):
        return False

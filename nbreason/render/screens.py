"""Where an answer is shown while it arrives: a live notebook, a notebook run by a program, a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from nbreason.core.citations import footnotes
from nbreason.core.correction import Correction
from nbreason.core.events import Answer, Draft, Event, Notice, ReasoningDelta, Sending, TextDelta
from nbreason.core.usage import Money
from nbreason.render.bundle import PLAIN_SHAPES, Bundle, answer_bundle, fragment, line_bundle, raw_excerpt
from nbreason.render.colour import use_colour
from nbreason.render.difference import difference_text
from nbreason.render.line import DOT, duration, live_head, static_line
from nbreason.render.markdown import one_line, to_plain
from nbreason.render.phase import Phase
from nbreason.render.pieces import blocks, finished, without_begun
from nbreason.render.terminal import layout
from nbreason.render.tex import Typesetter
from nbreason.render.wrapping import hanging, screen_width

if TYPE_CHECKING:
    from nbreason.render.panel import Panel


class Screen(Protocol):
    """Something that shows one answer.  `show` for each event and each tick, then `end` once."""

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """An event has come, or (None) a tenth of a second has passed without one."""

    def end(self, answer: Answer | None) -> None:
        """The answer is complete; None after an error, which is raised elsewhere."""


def watch(events: Iterable[Event | None], screen: Screen, clock: Callable[[], float] = time.monotonic) -> Draft:
    """Show events until they end; returns the draft with all of them."""
    draft, started = Draft(), clock()
    for event in events:
        if event is not None:
            draft.add(event)
        screen.show(event, draft, clock() - started)
    return draft


def failed_line(draft: Draft, elapsed: float) -> str:
    """The line above the error of an ask without an answer."""
    return f"{draft.base.requested_model}{DOT}no answer{DOT}{duration(elapsed)}"


class LiveScreen:
    """A notebook with a live front end.

    stop:   stops the ask
    budget: the spent share of the notebook's budget, 0 and up; None without a budget
    panel:  where to show the answer; by default a new panel
    """

    TICK = 0.12
    RATE = 150_000
    """Bytes a second for a tail that is long and cannot be cut: a table, much code."""
    FREEZE = 1_500
    """Characters; a longer tail is frozen as far as it is finished."""
    THOUGHTS = 2_000
    """Characters of thinking text to show while it streams: its end."""

    def __init__(self, stop: Callable[[], None], budget: float | None = None, panel: Panel | None = None) -> None:
        if panel is None:
            from nbreason.render.panel import Panel

            panel = Panel(stop, budget)
        self._panel = panel
        self._before: Money | None = None
        self._phase = Phase()
        self._tail = ""
        self._typesetter = Typesetter()
        self._text_due = self._status_due = self._thoughts_due = 0.0
        self._text_came = self._thoughts_came = False
        self._draft, self._elapsed = Draft(), 0.0

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """At most eight updates of the text a second and two of the clock."""
        self._draft, self._elapsed = draft, elapsed
        match event:
            case Sending(_, balance):
                self._before = balance
            case TextDelta(text):
                self._tail = (self._tail + text).replace("\r\n", "\n")
                self._text_came = True
            case ReasoningDelta():
                self._thoughts_came = True
        if self._phase.update(event, elapsed):
            self._panel.announce(f"{draft.base.requested_model} is {self._phase.name}")
        if self._text_came and elapsed >= self._text_due:
            self._text_due = elapsed + max(self.TICK, self._show_text() / self.RATE)
            self._text_came = False
        if self._thoughts_came and elapsed >= self._thoughts_due:
            thoughts = to_plain(draft.reasoning)
            self._panel.show_thinking(("… " if len(thoughts) > self.THOUGHTS else "") + thoughts[-self.THOUGHTS :])
            self._thoughts_due, self._thoughts_came = elapsed + 1, False
        if elapsed >= self._status_due:
            self._panel.show_status(draft.answer(), elapsed, self._phase.label(elapsed), self._before)
            self._status_due = elapsed + 4 * self.TICK

    def end(self, answer: Answer | None) -> None:
        """Replace the live output with a static one."""
        self._panel.replace_with(
            answer_bundle(answer) if answer else line_bundle(failed_line(self._draft, self._elapsed))
        )

    def _show_text(self) -> int:
        """Show the tail, its finished part for good; returns how many characters were sent."""
        shape = self._draft.base.format
        sent = 0
        if len(self._tail) > self.FREEZE and (cut := cut_of(self._tail, shape)):
            piece = self._tail[:cut] + ("" if shape in PLAIN_SHAPES else "\n")
            sent = self._freeze(fragment(piece, shape, self._typesetter))
            self._tail = self._tail[cut:]
        tail = self._tail if shape in PLAIN_SHAPES else without_begun(self._tail)
        html = fragment(tail, shape, Typesetter(self._typesetter.room))
        self._panel.show_tail(html)
        return sent + len(html)

    def _freeze(self, html: str) -> int:
        self._panel.freeze(html)
        return len(html)


class QuietScreen:
    """A notebook run by a program such as nbclient: one output at the end."""

    def __init__(self, publish: Callable[[Bundle], None]) -> None:
        self._publish = publish

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """Nothing is shown before the answer is complete."""

    def end(self, answer: Answer | None) -> None:
        """The answer, if there is one."""
        if answer:
            self._publish(answer_bundle(answer))


class TerminalScreen:
    """A terminal: each block once it is finished, then the status line.

    If the output is not a terminal, the answer's Markdown is written as it arrives.

    width: columns; colour: whether to use it; both default to what the terminal offers
    """

    TICK = 0.1

    def __init__(self, out: TextIO | None = None, width: int | None = None, colour: bool | None = None) -> None:
        self._out = out or sys.stdout
        self._tty = self._out.isatty()
        self._width = width or screen_width()
        self._colour = use_colour() if colour is None else colour
        self._tail = ""
        self._phase = Phase()
        self._due = 0.0
        self._begun = self._waiting = False

    def show(self, event: Event | None, draft: Draft, elapsed: float) -> None:
        """Write finished blocks; while there are none, show a clock if the terminal can."""
        self._phase.update(event, elapsed)
        match event:
            case TextDelta(text) if self._tty:
                self._tail = (self._tail + text).replace("\r\n", "\n")
            case TextDelta(text):
                self._out.write(to_plain(text))
                self._begun = True
            case Notice(text):
                begun = not self._tty and draft.text and not draft.text.endswith("\n")
                self._print(("\n" if begun else "") + self._fitting(text) + "\n")
        if self._tty and elapsed >= self._due:
            self._due = elapsed + self.TICK
            finished, self._tail = blocks(self._tail) if self._tail else ([], "")
            for block in finished:
                self._write(draft.base.format, block + "\n")
            self._tick(draft, elapsed)
        self._out.flush()

    def end(self, answer: Answer | None) -> None:
        """Write the rest of the answer, and the status line."""
        if self._tail:
            self._write(answer.format if answer else "", self._tail)
        line_ended = self._tty or (answer is not None and answer.text.endswith("\n"))
        if answer and answer.raw:
            self._print(raw_excerpt(answer) + "\n")
        if answer and (sources := footnotes(answer.citations)):
            self._print("" if line_ended else "\n")
            self._write("", f"Sources:\n\n{sources}")
            line_ended = True
        if answer:
            if isinstance(answer.value, Correction):
                self._print(f"\n{difference_text(answer.value, self._tty and self._colour)}\n")
            line = self._fitting(static_line(answer))
            self._print(("" if line_ended else "\n") + "\n" + line + "\n")
        self._print("")
        self._out.flush()

    def _write(self, shape: str, block: str) -> None:
        """Write a finished block, after an empty line if others were written."""
        if not block.strip():
            return
        plain = shape in PLAIN_SHAPES
        text = to_plain(block).rstrip("\n") if plain else layout(block, self._width, self._colour)
        self._print(("\n" if self._begun else "") + text + "\n")
        self._begun = True

    def _fitting(self, line: str) -> str:
        """A line of ours, wrapped to the width of a terminal."""
        return hanging(one_line(line), self._width) if self._tty else one_line(line)

    def _tick(self, draft: Draft, elapsed: float) -> None:
        if os.getenv("TERM") == "dumb":
            return
        self._print(live_head(draft.answer(), elapsed, self._phase.label(elapsed))[: self._width - 1])
        self._waiting = True

    def _print(self, text: str) -> None:
        """Write over the clock."""
        if self._waiting:
            self._out.write("\r\x1b[2K")
            self._waiting = False
        self._out.write(text)


def cut_of(text: str, shape: str) -> int:
    """How many characters of a text are finished.  shape: the format of the answer."""
    return text.rfind("\n") + 1 if shape in PLAIN_SHAPES else finished(text)


def publish(bundle: Bundle) -> None:
    """Display a bundle in the notebook."""
    from IPython.display import display

    display(bundle.data, raw=True, metadata=bundle.metadata)


def screen_for(shell: Any, live: str, stop: Callable[[], None], budget: float | None = None) -> Screen:
    """The screen for a shell.

    live:   ``auto``, ``on`` or ``off``
    budget: the spent share of the notebook's budget, 0 and up; None without a budget
    """
    if getattr(shell, "kernel", None) is None:
        return TerminalScreen(colour=use_colour(shell))
    return LiveScreen(stop, budget) if uses_live_panel(shell, live) else QuietScreen(publish)


def uses_live_panel(shell: Any, live: str) -> bool:
    """Whether answers stream into a live panel.  live: ``auto``, ``on`` or ``off``."""
    if getattr(shell, "kernel", None) is None:
        return False
    return live == "on" or (live == "auto" and has_live_frontend(shell))


def somebody_reads(shell: Any, live: str) -> bool:
    """Whether a person is there: a live front end, or a terminal."""
    if getattr(shell, "kernel", None) is None:
        return sys.stdout.isatty()
    return uses_live_panel(shell, live)


def has_live_frontend(shell: Any) -> bool:
    """Whether the kernel is connected to a notebook front end that shows widgets.

    JupyterLab, Notebook 7 and VS Code send the id of the cell; nbclient, papermill and consoles send none, and
    a panel in their output would stay there as a broken widget.  Colab sends none either, but is recognised by
    its module.
    """
    if "google.colab" in sys.modules or "__vsc_ipynb_file__" in shell.user_ns:
        return True
    try:
        return bool(shell.kernel.get_parent()["metadata"].get("cellId"))
    except (AttributeError, KeyError, TypeError):
        return False

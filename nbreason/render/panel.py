"""The live panel: the answer as it grows, and under it time, tokens, credits and a way to stop.

Answer and panel are one output, which is replaced by static HTML in the end: a widget that is saved in a notebook
reopens as an error.  Finished text is sent once: it becomes a widget of its own, and only the tail changes.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.metadata import version
from typing import Any

import ipywidgets
from IPython.display import display
from ipywidgets.widgets.widget_string import HTMLMathStyle, HTMLStyle

from nbreason.core.events import Answer
from nbreason.core.usage import Money
from nbreason.render.bundle import MUTED, PLAIN, Bundle, foot
from nbreason.render.code import STYLE
from nbreason.render.line import live_head, live_money, live_tokens, share

BAR = (
    '<span role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100"'
    ' aria-valuenow="{now}" style="width: 12em; height: 6px; border-radius: 3px; display: inline-block;'
    ' vertical-align: middle; margin-right: 0.6em; background: var(--jp-border-color2, #ddd)">'
    '<span style="display: block; width: {width}; height: 6px; border-radius: 3px; background: {colour}">'
    "</span></span>"
)
INTERRUPT = (
    '<button type="button" title="Stop this answer and keep what has come" aria-label="Stop this answer"'
    ' data-commandlinker-command="notebook:interrupt-kernel" data-commandlinker-args="{}">Stop</button>'
)
UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap"
MATHS = 'class="arithmatex"'
# A streaming answer looks as it will in the end: what ipywidgets does to sizes and margins is undone, and no box grows
# with its content.  The browser lays out what is visible only: otherwise each update costs more, the longer the answer.
LIVE = (
    ".nbreason-live .widget-box, .nbreason-live.widget-box { overflow: visible; min-width: 0; }"
    " .nbreason-live .nbreason-piece.nbreason-piece { margin: 0; font-size: var(--jp-content-font-size1, 14px);"
    " min-width: 0; content-visibility: auto; contain-intrinsic-size: auto 600px; }"
    " .nbreason-live .nbreason-piece > div { margin: 0; min-width: 0; flex: 1 1 auto;"
    " line-height: var(--jp-content-line-height, 1.6); }"
    # The source of a formula would be seen for a moment at each update.
    " .jp-Notebook .nbreason-live .arithmatex:not(:has(mjx-container)) { visibility: hidden; }"
    # The colour of ipywidgets has a contrast of 4.2:1.
    " .nbreason-live .jupyter-widget-Collapse-header { color: var(--jp-ui-font-color1, #000); }"
)
ENDED = "incomplete: the kernel ended first"
MISSED = "the page was closed before the answer was complete; run the cell again: a complete answer is replayed"
GROUP = 16
"""Pieces in one box: appending to a box sends its whole list of children, so the lists are kept short."""


class Panel:
    """One live output.

    stop:   called, from any thread, when Stop is pressed
    budget: the spent share of the notebook's budget, 0 and up; None without a budget
    """

    def __init__(self, stop: Callable[[], None], budget: float | None = None) -> None:
        self._budget = budget
        # Shared by all pieces: a widget's layout and style are widgets too, each with its own message.
        self._layout = ipywidgets.Layout()
        self._styles = {ipywidgets.HTML: HTMLStyle(), ipywidgets.HTMLMath: HTMLMathStyle()}
        self._tail = self._piece()
        self._group = ipywidgets.VBox([self._tail])
        self._answer = ipywidgets.VBox([self._group])
        self._thinking = ipywidgets.HTML()
        self._thoughts = ipywidgets.Accordion(
            [self._thinking], titles=("thinking",), layout=ipywidgets.Layout(display="none")
        )
        self._status = ipywidgets.HTML()
        self._spoken = ipywidgets.HTML()
        foot = ipywidgets.HBox([self._status, stop_button(stop), self._spoken])
        sheet = ipywidgets.HTML(f"<style>{STYLE}{LIVE}</style>", layout=ipywidgets.Layout(display="none"))
        self._box = ipywidgets.VBox([sheet, self._thoughts, self._answer, foot], _dom_classes=("nbreason-live",))
        self._handle = show_live(self._box, "asking …", ENDED, MISSED)

    def show_tail(self, html: str) -> None:
        """Show the part of the answer that may still change.  html: sanitised"""
        if MATHS in html and not isinstance(self._tail, ipywidgets.HTMLMath):
            plain, self._tail = self._tail, self._piece(html)
            self._group.children = (*self._group.children[:-1], self._tail)
            plain.close()
        self._tail.value = html

    def freeze(self, html: str) -> None:
        """Show this as the final content of the tail, and begin a new one."""
        self.show_tail(html)
        self._tail = self._piece()
        if len(self._group.children) < GROUP:
            self._group.children = (*self._group.children, self._tail)
        else:
            self._group = ipywidgets.VBox([self._tail])
            self._answer.children = (*self._answer.children, self._group)

    def show_thinking(self, text: str) -> None:
        """Show the end of the thinking text."""
        self._thoughts.layout.display = None
        self._thinking.value = f'<pre class="mathjax_ignore" style="{PLAIN}; {MUTED}">{escape(text)}</pre>'

    def show_status(self, answer: Answer, elapsed: float, phase: str, before: Money | None) -> None:
        """Time, tokens and money.  before: the balance at the last answer."""
        self._status.value = (
            f'<div style="{MUTED}"><div role="timer" aria-live="off">{escape(live_head(answer, elapsed, phase))}</div>'
            f"<div>{escape(live_tokens(answer))}</div>"
            f"<div>{bar(answer, self._budget)}{escape(live_money(answer, before, self._budget))}</div></div>"
        )

    def announce(self, words: str) -> None:
        """Text for screen readers, announced once; the clock is not announced."""
        self._spoken.value = f'<span role="status" aria-live="polite" style="{UNSEEN}">{escape(words)}</span>'

    def replace_with(self, bundle: Bundle) -> None:
        """Replace the panel with a static output, and close all its widgets."""
        self._handle.update(bundle.data, raw=True, metadata=bundle.metadata)
        close(self._box)
        for style in self._styles.values():
            style.close()

    def _piece(self, html: str = "") -> Any:
        """A widget for a piece of the answer; HTMLMath costs the page much more, so only where there is maths."""
        kind = ipywidgets.HTMLMath if MATHS in html else ipywidgets.HTML
        return kind(
            html,
            layout=self._layout,
            style=self._styles[kind],
            _dom_classes=("jp-RenderedHTMLCommon", "nbreason-piece"),
        )


def close(box: Any) -> None:
    """Close a widget with all its descendants, layouts and styles."""
    for widget in [box, *descendants(box)]:
        for part in (getattr(widget, "layout", None), getattr(widget, "style", None)):
            if part is not None:
                part.close()
        widget.close()


def descendants(box: Any) -> list[Any]:
    """All widgets inside a box."""
    children = list(getattr(box, "children", ()))
    return children + [inner for child in children for inner in descendants(child)]


def show_live(widget: Any, plain: str, ended: str, missed: str) -> Any:
    """Display a widget as an output that is replaced later; returns its display handle.

    ended, missed: lines that our labextension puts below its text if the kernel ends first, or if this end did not
    reach the page.  It finds the text by the class ``nbreason-piece``, and the output by the widget's id.
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    live = {"sheet": f"<style>{STYLE}</style>", "ended": foot(ended), "missed": foot(missed)}
    return display(
        {"application/vnd.jupyter.widget-view+json": view, "text/plain": plain},
        raw=True,
        metadata={"nbreason": {"live": live}},
        display_id=widget.model_id,
    )


def bar(answer: Answer, budget: float | None) -> str:
    """A bar for the budget, or without one for the context window; empty if that is unknown."""
    if budget is not None:
        return gauge("budget spent", budget)
    return gauge("context window used", share(answer)) if answer.window else ""


def gauge(label: str, value: float) -> str:
    """A bar.  value: 0 to 1; more is shown as full"""
    full = min(1.0, max(0.0, value))
    colour = "var(--jp-warn-color1, #c75c00)" if value >= 0.9 else "var(--jp-brand-color1, #1976d2)"
    return BAR.format(label=escape(label, quote=True), now=round(100 * full), width=f"{100 * full:.1f}%", colour=colour)


def stop_button(stop: Callable[[], None]) -> Any:
    """A Stop button that works while the cell runs.

    Since ipykernel 7, widget messages are handled while a cell runs (7.4 needs to be told so for this one).
    Earlier versions handle them after the cell, so there the front end itself interrupts the kernel.
    """
    if int(version("ipykernel").partition(".")[0]) < 7:
        return ipywidgets.HTML(INTERRUPT)
    return button("Stop", "Stop this answer and keep what has come", stop)


def button(words: str, explained: str, press: Callable[[], None]) -> Any:
    """A button that is handled while a cell runs, if the kernel can do that."""
    made = ipywidgets.Button(description=words, tooltip=explained, layout=ipywidgets.Layout(width="auto"))
    made.on_click(lambda _: press())
    if hasattr(made.comm, "_reply_subshell_for"):
        made.comm._reply_subshell_for = lambda data, default: default
    return made

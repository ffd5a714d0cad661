"""The notebook's dashboard: credits left, spending by model, the last asks; live, or as a static snapshot.

A widget that is saved in a notebook reopens as an error once its kernel is gone.  `Dashboard.end` replaces it with a
snapshot; when the kernel is restarted that is too late, because the front end no longer listens to it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets

from nbreason.render.bundle import MUTED, Bundle, line_bundle
from nbreason.render.markdown import one_line
from nbreason.render.panel import button, close, gauge, show_live
from nbreason.render.tables import table
from nbreason.render.wrapping import hanging, screen_width

Row = tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the dashboard shows, as text.

    model:   the default model, with its effort
    left:    what is left on each account, and the rate limits
    budget:  a description, and the spent share (0 and up); None without a budget
    models:  model, asks, tokens in, tokens out, cost
    asks:    question, model, tokens in, tokens out, time, cost; newest first
    code:    the last code block of the last answer; markdown: all of it
    running: the number of running asks
    stale:   a line about the stale turns; empty if there are none
    """

    model: str
    left: tuple[str, ...] = ()
    budget: tuple[str, float] | None = None
    models: tuple[Row, ...] = ()
    asks: tuple[Row, ...] = ()
    code: str = ""
    markdown: str = ""
    running: int = 0
    stale: str = ""


MODELS = ("Model", "Asks", "In", "Out", "Cost")
ENDED = "as it was when the kernel ended; %nbreason panel shows it live"
ASKS = ("Question", "Model", "In", "Out", "Time", "Cost")


def snapshot(facts: Facts) -> Bundle:
    """The dashboard as it is now, as static output."""
    when = time.strftime("%Y-%m-%d %H:%M")
    html = f'{dashboard_html(facts)}<div style="{MUTED}">as of {when}; %nbreason panel shows it live</div>'
    tables = [table(head, rows) for head, rows in ((MODELS, facts.models), (ASKS, facts.asks)) if rows]
    head = "\n".join(hanging(line, screen_width()) for line in (*summary(facts), *remarks(facts)))
    plain = "\n\n".join([head, *(part.data["text/plain"] for part in tables)])
    return Bundle({"text/html": html, "text/plain": plain}, {"nbreason": {}})


def summary(facts: Facts) -> list[str]:
    """The lines above the tables."""
    running = f"{facts.running} running" if facts.running else ""
    head = " · ".join(part for part in (facts.model, running) if part)
    budget = [f"Budget {100 * facts.budget[1]:.0f} %: {facts.budget[0]}"] if facts.budget else []
    return [one_line(line) for line in (head, " · ".join(facts.left) or no_balance(facts), *budget)]


def no_balance(facts: Facts) -> str:
    """The line for a notebook without a reported balance."""
    if facts.asks:
        return "Credits left: not reported"
    return "Credits left: shown after the first answer, if the provider reports them"


def remarks(facts: Facts) -> list[str]:
    """The line about stale turns, or that for a notebook without answers."""
    if facts.asks:
        return [facts.stale] if facts.stale else []
    return ["The first answer is being written." if facts.running else "Nothing has been asked in this notebook yet."]


def dashboard_html(facts: Facts) -> str:
    """The dashboard as HTML."""
    lines = summary(facts)
    bar = gauge("budget spent", facts.budget[1]) if facts.budget else ""
    parts = [
        f'<div style="font-weight: 600">{escape(lines[0])}</div><div>{escape(lines[1])}</div>',
        *(f"<div>{bar}{escape(line)}</div>" for line in lines[2:]),
    ]
    if facts.models:
        parts.append(table(MODELS, facts.models).data["text/html"])
    if facts.asks:
        parts.append('<div style="font-weight: 600; margin-top: 0.5em">Last asks</div>')
        parts.append(table(ASKS, facts.asks).data["text/html"])
    parts += [f'<div style="{MUTED}">{escape(one_line(line))}</div>' for line in remarks(facts)]
    return f'<div class="jp-RenderedHTMLCommon mathjax_ignore" style="line-height: 1.5">{"".join(parts)}</div>'


def code_button(code: str) -> str:
    """A button that inserts a cell with the code, by commands of JupyterLab and Notebook 7.

    The kernel cannot do that while no cell runs.
    """
    if not code:
        return ""
    commands = ["notebook:insert-cell-below", "notebook:enter-edit-mode", "notebook:replace-selection"]
    arguments = json.dumps({"commands": commands, "args": {"text": code}})
    return (
        '<button type="button" class="jupyter-button widget-button" title="Put the last code block of the last'
        f' answer into a new cell below" style="width: auto" data-commandlinker-command="apputils:run-all-enabled"'
        f' data-commandlinker-args="{escape(arguments, quote=True)}">Code into a new cell</button>'
    )


def _error_line(error: Exception) -> Bundle:
    return line_bundle(str(error) or type(error).__name__)


class Dashboard:
    """The live dashboard.

    look: returns the current facts
    stop, undo: run by the buttons; they return a line that says what was done
    """

    def __init__(self, look: Callable[[], Facts], stop: Callable[[], str], undo: Callable[[], str]) -> None:
        self._look = look
        self._picture = ipywidgets.HTML(_dom_classes=("nbreason-piece",))
        self._code = ipywidgets.HTML()
        self._said = ipywidgets.HTML()
        self._markdown = ipywidgets.Textarea(
            layout=ipywidgets.Layout(width="100%", height="12em", display="none"),
            description="Markdown",
            style={"description_width": "0"},
        )
        self._stop = button("Stop", "Stop every running answer and keep what has arrived", self._doing(stop))
        buttons = [
            self._stop,
            button(
                "Undo", "Take back the last change of the conversation (%nbreason redo restores it)", self._doing(undo)
            ),
            button(
                "Last answer as Markdown", "Show or hide the last answer’s Markdown, to copy it", self._show_markdown
            ),
        ]
        self._box = ipywidgets.VBox(
            [self._picture, ipywidgets.HBox([*buttons, self._code]), self._markdown, self._said]
        )
        self.refresh()
        self._handle = show_live(self._box, "the dashboard of nbreason", ENDED, ENDED)

    def refresh(self) -> None:
        """Show the current facts, or the error: a failure here must not stop cells or asks."""
        try:
            facts = self._look()
        except Exception as error:  # noqa: BLE001
            self._set(self._picture, _error_line(error).data["text/html"])
            return
        self._set(self._picture, dashboard_html(facts))
        self._set(self._code, code_button(facts.code))
        self._set(self._markdown, facts.markdown)
        self._stop.layout.display = None if facts.running else "none"

    def end(self) -> None:
        """Replace the widgets with a snapshot."""
        try:
            bundle = snapshot(self._look())
        except Exception as error:  # noqa: BLE001
            bundle = _error_line(error)
        self._handle.update(bundle.data, raw=True, metadata=bundle.metadata)
        close(self._box)

    def _set(self, widget: Any, value: str) -> None:
        if widget.value != value:
            widget.value = value

    def _doing(self, act: Callable[[], str]) -> Callable[[], None]:
        def press() -> None:
            self._said.value = f'<div role="status" style="{MUTED}">{escape(act())}</div>'
            self.refresh()

        return press

    def _show_markdown(self) -> None:
        hidden = self._markdown.layout.display == "none"
        self._markdown.layout.display = None if hidden else "none"

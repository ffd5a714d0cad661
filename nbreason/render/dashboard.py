"""The notebook's dashboard: what is left, what was spent on which model, the last asks; live, or as a still picture.

A widget that is saved in a notebook reopens as an error once its kernel is gone.  `Dashboard.end` leaves a still
picture in its place; a kernel that is restarted cannot, because the front end no longer listens to it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets
from IPython.display import display

from nbreason.render.bundle import MUTED, Bundle, line_bundle
from nbreason.render.markdown import one_line
from nbreason.render.panel import button, close, gauge, view
from nbreason.render.tables import table
from nbreason.render.wrapping import hanging, screen_width

Row = tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the dashboard tells, in words.

    asked:  the model that is asked now, with its effort
    left:   what is left on each account, and what a provider takes for now
    budget: in words, and how much of it is spent (0 and up); None without one
    models: model, asks, tokens in, tokens out, cost
    asks:   question, model, tokens in, tokens out, time, cost; the newest first
    code:   the code of the last answer; markdown: all of it
    running: how many asks are under way
    """

    asked: str
    left: tuple[str, ...] = ()
    budget: tuple[str, float] | None = None
    models: tuple[Row, ...] = ()
    asks: tuple[Row, ...] = ()
    code: str = ""
    markdown: str = ""
    running: int = 0


MODELS = ("model", "asks", "in", "out", "cost")
ASKS = ("question", "model", "in", "out", "time", "cost")


def still(facts: Facts) -> Bundle:
    """The dashboard as it is now, with nothing to press."""
    when = time.strftime("%Y-%m-%d %H:%M")
    html = f'{picture(facts)}<div style="{MUTED}">as of {when}; %nbreason panel shows it live</div>'
    tables = [table(head, rows) for head, rows in ((MODELS, facts.models), (ASKS, facts.asks)) if rows]
    head = "\n".join(hanging(line, screen_width()) for line in (*words(facts), *nothing_yet(facts)))
    plain = "\n\n".join([head, *(part.data["text/plain"] for part in tables)])
    return Bundle({"text/html": html, "text/plain": plain}, {"nbreason": {}})


def words(facts: Facts) -> list[str]:
    """The lines above the tables."""
    running = f"{facts.running} under way" if facts.running else ""
    head = " · ".join(part for part in (facts.asked, running) if part)
    budget = [f"budget {100 * facts.budget[1]:.0f} %: {facts.budget[0]}"] if facts.budget else []
    return [one_line(line) for line in (head, " · ".join(facts.left) or unknown(facts), *budget)]


def unknown(facts: Facts) -> str:
    """What to say where no account has been told of."""
    if facts.asks:
        return "credits left: not reported"
    return "credits left: told with the first answer, where the provider reports them"


def nothing_yet(facts: Facts) -> list[str]:
    """What stands in the place of the last asks where there are none."""
    if facts.asks:
        return []
    return ["The first answer is on its way." if facts.running else "Nothing has been asked in this notebook yet."]


def picture(facts: Facts) -> str:
    """The dashboard as HTML."""
    lines = words(facts)
    bar = gauge("budget spent", facts.budget[1]) if facts.budget else ""
    parts = [
        f'<div style="font-weight: 600">{escape(lines[0])}</div><div>{escape(lines[1])}</div>',
        *(f"<div>{bar}{escape(line)}</div>" for line in lines[2:]),
    ]
    if facts.models:
        parts.append(table(MODELS, facts.models).data["text/html"])
    if facts.asks:
        parts.append('<div style="font-weight: 600; margin-top: 0.5em">last asks</div>')
        parts.append(table(ASKS, facts.asks).data["text/html"])
    parts += [f'<div style="{MUTED}">{line}</div>' for line in nothing_yet(facts)]
    return f'<div class="jp-RenderedHTMLCommon mathjax_ignore" style="line-height: 1.5">{"".join(parts)}</div>'


def code_button(code: str) -> str:
    """A button of the front end's own: it makes a cell below and writes the code into it.

    The kernel cannot do that while no cell runs, and only JupyterLab and Notebook 7 know these commands.
    """
    if not code:
        return ""
    commands = ["notebook:insert-cell-below", "notebook:enter-edit-mode", "notebook:replace-selection"]
    arguments = json.dumps({"commands": commands, "args": {"text": code}})
    return (
        '<button type="button" class="jupyter-button widget-button" title="Put the last answer’s code into a new'
        f' cell below" style="width: auto" data-commandlinker-command="apputils:run-all-enabled"'
        f' data-commandlinker-args="{escape(arguments, quote=True)}">code into a new cell</button>'
    )


def why(error: Exception) -> str:
    """Why nothing can be told, in words."""
    return str(error) or type(error).__name__


class Dashboard:
    """The live dashboard.

    look: gives the newest facts
    stop, undo: what the buttons do; they say in a line what was done
    """

    def __init__(self, look: Callable[[], Facts], stop: Callable[[], str], undo: Callable[[], str]) -> None:
        self._look = look
        self._picture = ipywidgets.HTML()
        self._code = ipywidgets.HTML()
        self._said = ipywidgets.HTML()
        self._markdown = ipywidgets.Textarea(
            layout=ipywidgets.Layout(width="100%", height="12em", display="none"),
            description="Markdown",
            style={"description_width": "0"},
        )
        buttons = [
            button("Stop", "Stop every answer that is under way, and keep what has come", self._doing(stop)),
            button("undo last turn", "Put the last turn of the conversation away", self._doing(undo)),
            button(
                "last answer as Markdown", "Show or hide the last answer’s Markdown, to copy it", self._show_markdown
            ),
        ]
        self._box = ipywidgets.VBox(
            [self._picture, ipywidgets.HBox([*buttons, self._code]), self._markdown, self._said]
        )
        self.refresh()
        self._handle = display(
            {"application/vnd.jupyter.widget-view+json": view(self._box), "text/plain": "the dashboard of nbreason"},
            raw=True,
            metadata={"nbreason": {}},
            display_id=True,
        )

    def refresh(self) -> None:
        """Show the newest facts, or why there are none: cells and asks go on whatever is wrong here."""
        try:
            facts = self._look()
        except Exception as error:  # noqa: BLE001
            self._set(self._picture, line_bundle(why(error)).data["text/html"])
            return
        self._set(self._picture, picture(facts))
        self._set(self._code, code_button(facts.code))
        self._set(self._markdown, facts.markdown)

    def end(self) -> None:
        """Leave a still picture, and no widget."""
        try:
            bundle = still(self._look())
        except Exception as error:  # noqa: BLE001
            bundle = line_bundle(why(error))
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

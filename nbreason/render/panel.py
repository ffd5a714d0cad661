"""The live panel: the answer as it grows, and under it time, tokens, credits and a way to stop.

The only place that knows ipywidgets.  Answer and panel are one output, which ends as static HTML: a widget
that is saved in a notebook reopens as an error.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.metadata import version
from typing import Any

import ipywidgets
from IPython.display import display

from nbreason.core.events import Answer
from nbreason.core.usage import Money
from nbreason.render.bundle import MUTED, Bundle
from nbreason.render.line import live_head, live_money, live_tokens, share
from nbreason.render.markdown import page

BAR = (
    '<div role="progressbar" aria-label="context window used" aria-valuemin="0" aria-valuemax="100"'
    ' aria-valuenow="{now}" style="width: 12em; height: 6px; border-radius: 3px; display: inline-block;'
    ' vertical-align: middle; margin-right: 0.6em; background: var(--jp-border-color2, #ddd)">'
    '<div style="width: {width}; height: 6px; border-radius: 3px; background: var(--jp-brand-color1, #1976d2)">'
    "</div></div>"
)
INTERRUPT = (
    '<button type="button" title="Stop this answer and keep what has come"'
    ' data-commandlinker-command="notebook:interrupt-kernel" data-commandlinker-args="{}">Stop</button>'
)


class Panel:
    """One live output.

    stop: called, from whichever thread, when the person presses Stop
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._answer = ipywidgets.HTMLMath()
        self._answer.add_class("jp-RenderedHTMLCommon")
        self._status = ipywidgets.HTML()
        self._box = ipywidgets.VBox([self._answer, ipywidgets.HBox([self._status, stop_button(stop)])])
        self._handle = display(
            {"application/vnd.jupyter.widget-view+json": view(self._box), "text/plain": "asking …"},
            raw=True,
            metadata={"nbreason": {}},
            display_id=True,
        )

    def show_answer(self, text: str) -> None:
        """The answer as far as it has come, in Markdown."""
        self._answer.value = page(text)

    def show_status(self, answer: Answer, elapsed: float, phase: str, before: Money | None) -> None:
        """Time, tokens and money.  before: the balance at the last answer."""
        self._status.value = (
            f'<div style="{MUTED}"><div role="timer">{escape(live_head(answer, elapsed, phase))}</div>'
            f"<div>{escape(live_tokens(answer))}</div>"
            f"<div>{bar(answer)}{escape(live_money(answer, before))}</div></div>"
        )

    def become(self, bundle: Bundle) -> None:
        """End as a static output, and leave no widget behind in the page or in the kernel."""
        self._handle.update(bundle.data, raw=True, metadata=bundle.metadata)
        for widget in [self._box, *descendants(self._box)]:
            for part in (getattr(widget, "layout", None), getattr(widget, "style", None)):
                if part is not None:
                    part.close()
            widget.close()


def descendants(box: Any) -> list[Any]:
    """All widgets inside a box."""
    children = list(getattr(box, "children", ()))
    return children + [inner for child in children for inner in descendants(child)]


def view(widget: Any) -> dict[str, Any]:
    """The MIME data that make a front end draw a widget."""
    return {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}


def bar(answer: Answer) -> str:
    """How full the context window is; nothing when its size is unknown."""
    if not answer.window:
        return ""
    return BAR.format(now=round(100 * share(answer)), width=f"{100 * share(answer):.1f}%")


def stop_button(stop: Callable[[], None]) -> Any:
    """A Stop that works while the cell runs.

    From ipykernel 7 on, messages of widgets are handled beside the running cell (7.4 needs to be told to do so
    for this one).  Before, they wait for the cell to end, so there the front end itself interrupts the kernel.
    """
    if int(version("ipykernel").partition(".")[0]) < 7:
        return ipywidgets.HTML(INTERRUPT)
    button = ipywidgets.Button(
        description="Stop",
        tooltip="Stop this answer and keep what has come",
        layout=ipywidgets.Layout(width="5em"),
    )
    button.on_click(lambda _: stop())
    if hasattr(button.comm, "_reply_subshell_for"):
        button.comm._reply_subshell_for = lambda data, default: default
    return button

"""``%nbreason status``: the model, the conversation, and where things are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason import __version__
from nbreason.asking.choice import Choice
from nbreason.config.endpoints import endpoint
from nbreason.core.phrases import counted
from nbreason.doctor import keys_found
from nbreason.errors import NBReasonError
from nbreason.magics.stale import stale_line
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.tables import pairs

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle


ORDERS = {
    "page": "in the order of the page",
    "file": "in the order of the saved notebook",
    None: "in the order of asking",
}


@subcommand("", "the model, the conversation, the keys found, and where things are saved")
def status(notebook: Notebook, rest: str) -> Bundle:
    """Which model would be asked, and where things are."""
    session, place = notebook.session, notebook.conversation()
    rows = [("version", __version__)]
    try:
        choice = session.choose()
        effort = f", effort {notebook.settings.effort}" if notebook.settings.effort else ""
        rows += [("model", choice.name + effort), ("address", model_address(notebook, choice))]
    except NBReasonError as error:
        rows.append(("model", str(error)))
    turns = session.store.history(place)
    path = place.notebook if place.lasting else "not sent by the front end: the conversation lives with this kernel"
    rows += [
        ("notebook", path),
        ("conversation", f"{counted(len(turns), 'turn')}, {ORDERS[place.cells.source if place.cells else None]}"),
        ("saved in", session.store.place_in_words),
        ("keys found", keys_found(session)),
    ]
    unknown = session.store.unknown_outcomes(place)
    running = f"{counted(unknown, 'question')} {'was' if unknown == 1 else 'were'} running when the kernel ended"
    lost = f"{running}: the outcome is unknown, and nothing is resent."
    jobs = len(session.jobs.of(place))
    waiting = f"The provider may still work on {counted(jobs, 'question')}: %nbreason resume collects the answers."
    remark = lost if unknown else waiting if jobs else session.store.warning
    return pairs(rows, " ".join(line for line in (remark, stale_line(notebook)) if line))


def model_address(notebook: Notebook, choice: Choice) -> str:
    """The base URL of a model; the rehearsal's server is not started just to show its address."""
    if choice.provider.start is not None:
        return "a server on this machine, in this process"
    return endpoint(choice.provider, notebook.settings, notebook.session.environment).base

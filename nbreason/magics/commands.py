"""``%nbreason …``: each subcommand is one function that looks something up and shows it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbreason import __version__
from nbreason.errors import NBReasonError, UsageProblem
from nbreason.keys import find_key
from nbreason.magics.conversation import history, pin, reset, thread, undo
from nbreason.magics.dashboard import code, figures, panel
from nbreason.magics.doctor import doctor
from nbreason.magics.help import REASON_HELP, SUBCOMMANDS, SUBCOMMANDS_HELP
from nbreason.magics.keepsakes import budget, cite, export, import_
from nbreason.magics.login import login, logout
from nbreason.magics.models import credits, models, use
from nbreason.planning import Choice, address, choose
from nbreason.providers import providers
from nbreason.render.tables import pairs

if TYPE_CHECKING:
    from nbreason.front import Front
    from nbreason.render.bundle import Bundle


def run(front: Front, line: str) -> None:
    """Run one subcommand.  Raises UsageProblem with the nearest right name."""
    from nbreason.magics import show

    name, _, rest = line.strip().partition(" ")
    name = name or "help"
    if name not in COMMANDS:
        close = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
        way = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(COMMANDS)}."
        raise UsageProblem(f"%nbreason has no {name!r}. {way}")
    bundle = COMMANDS[name](front, rest.strip())
    if bundle is not None:
        show(front, bundle)


def status(front: Front, rest: str) -> Bundle:
    """What would be asked, and where things are."""
    session, place = front.session, front.conversation()
    rows = [("version", __version__)]
    try:
        choice = choose(front.settings.model, front.settings, session.environment)
        effort = f", effort {front.settings.effort}" if front.settings.effort else ""
        rows += [("model", choice.name + effort), ("address", where(front, choice))]
    except NBReasonError as error:
        rows.append(("model", str(error)))
    turns = session.store.history(place)
    notebook = place.notebook if place.lasting else "not told by the front end: the conversation lives with this kernel"
    rows += [
        ("notebook", notebook),
        ("conversation", f"{len(turns)} turn{'s' if len(turns) != 1 else ''}"),
        ("kept in", session.store.kept_in),
        ("keys found", ", ".join(key_names(front)) or "none: the rehearsal answers"),
    ]
    unknown = session.store.unknown_outcomes(place)
    note = (
        f"{unknown} question(s) were under way when their kernel ended: the outcome is unknown, and nothing is resent."
        if unknown
        else session.store.warning
    )
    return pairs(rows, note)


def where(front: Front, choice: Choice) -> str:
    """The base URL of a model; the rehearsal's server is not started just to tell its address."""
    if choice.provider.start is not None:
        return "a server on this machine, in this process"
    return address(choice.provider, front.settings, front.session.environment)


def key_names(front: Front) -> list[str]:
    """The variables in which keys were found; never the keys."""
    keys = (find_key(provider.keys, front.session.environment) for provider in providers().values())
    return [key.source for key in keys if key]


def help(front: Front, rest: str) -> Bundle:
    """All subcommands; behind one of the magics' names, its options."""
    from nbreason.render.bundle import Bundle

    text = REASON_HELP if rest.strip("% ") == "reason" else SUBCOMMANDS_HELP
    return Bundle({"text/plain": text}, {"nbreason": {}})


ALL = (
    *(panel, status, models, use, figures, code, credits),
    *(history, undo, reset, pin, thread, export, import_, budget, login, logout, cite, doctor, help),
)
COMMANDS: dict[str, Callable[[Front, str], Bundle | None]] = {
    function.__name__.rstrip("_"): function for function in ALL
}
assert COMMANDS.keys() == SUBCOMMANDS.keys()

"""``%nbreason …``: each subcommand is one function that looks something up and shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nbreason import __version__
from nbreason.asking.choice import Choice
from nbreason.config.endpoints import endpoint
from nbreason.core.phrases import counted, did_you_mean
from nbreason.doctor import keys_found
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.asking import show
from nbreason.magics.conversation import history, pin, reset, thread, undo
from nbreason.magics.dashboard import code, figures, panel
from nbreason.magics.doctor import doctor
from nbreason.magics.help import REASON_HELP, SUBCOMMANDS, SUBCOMMANDS_HELP, subcommand_line
from nbreason.magics.keepsakes import budget, cite, export, import_
from nbreason.magics.login import login, logout
from nbreason.magics.models import credits, models, use
from nbreason.render.tables import pairs

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle


def run(notebook: Notebook, line: str) -> None:
    """Run one subcommand.  Raises UsageError with the nearest right name."""
    name, rest = call(line)
    bundle = COMMANDS[name](notebook, rest)
    if bundle is not None:
        show(notebook, bundle)


def call(line: str) -> tuple[str, str]:
    """The subcommand of a line and what stands behind it.  Raises UsageError for what it does not take."""
    name, rest = [*line.split(maxsplit=1), "", ""][:2]
    rest = rest.strip()
    if name in ("", *HELP):
        return "help", ""
    known(name)
    if rest in HELP:
        return "help", name
    if rest and not SUBCOMMANDS[name][0]:
        raise UsageError(f"%nbreason {name} takes nothing behind it: drop {rest[:40]!r}. Nothing has changed.")
    return name, rest


def known(name: str) -> None:
    """Raise UsageError where there is no such subcommand."""
    if name not in COMMANDS:
        raise UsageError(f"%nbreason has no {name!r}. {did_you_mean(name, COMMANDS)}")


def status(notebook: Notebook, rest: str) -> Bundle:
    """What would be asked, and where things are."""
    session, place = notebook.session, notebook.conversation()
    rows = [("version", __version__)]
    try:
        choice = session.choose()
        effort = f", effort {notebook.settings.effort}" if notebook.settings.effort else ""
        rows += [("model", choice.name + effort), ("address", where(notebook, choice))]
    except NBReasonError as error:
        rows.append(("model", str(error)))
    turns = session.store.history(place)
    path = place.notebook if place.lasting else "not told by the front end: the conversation lives with this kernel"
    rows += [
        ("notebook", path),
        ("conversation", counted(len(turns), "turn")),
        ("kept in", session.store.place_in_words),
        ("keys found", keys_found(session)),
    ]
    unknown = session.store.unknown_outcomes(place)
    under_way = f"{counted(unknown, 'question')} {'was' if unknown == 1 else 'were'} under way when the kernel ended"
    lost = f"{under_way}: the outcome is unknown, and nothing is resent."
    return pairs(rows, lost if unknown else session.store.warning)


def where(notebook: Notebook, choice: Choice) -> str:
    """The base URL of a model; the rehearsal's server is not started just to tell its address."""
    if choice.provider.start is not None:
        return "a server on this machine, in this process"
    return endpoint(choice.provider, notebook.settings, notebook.session.environment).base


def help(notebook: Notebook, rest: str) -> Bundle:
    """All subcommands, or one of them; behind the name of the other magic its options."""
    from nbreason.render.bundle import text_bundle

    match rest.strip("% "):
        case "" | "nbreason":
            text = SUBCOMMANDS_HELP
        case "reason":
            text = REASON_HELP
        case name:
            known(name)
            text = subcommand_line(name)
    return text_bundle(text)


HELP = ("-h", "--help")
ALL = (
    *(panel, status, models, use, figures, code, credits),
    *(history, undo, reset, pin, thread, export, import_, budget, login, logout, cite, doctor, help),
)
COMMANDS: dict[str, Callable[[Notebook, str], Bundle | None]] = {
    function.__name__.rstrip("_"): function for function in ALL
}
assert COMMANDS.keys() == SUBCOMMANDS.keys()

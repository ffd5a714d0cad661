"""`nbreason.ask` and `nbreason.aask`: the same ask from Python, giving the same Answer.

They show nothing by themselves: an Answer that is the last value of a cell shows itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from nbreason.core.events import Answer
from nbreason.core.parts import Part, Text
from nbreason.core.question import Place
from nbreason.errors import UsageProblem
from nbreason.magics.options import Given, compose
from nbreason.run import Run
from nbreason.settings import NBReason

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from nbreason.front import Front
    from nbreason.session import Session


class Asking(TypedDict, total=False):
    """What `ask` and `aask` take by name, as the options of ``%%reason``.

    data: objects to attach, by name; figs: figures that the notebook has shown (``""`` the last one, 2 the last
    two, ``"In[5]"``); max_tokens in tokens, timeout in seconds; format (``"json"``, ``"table"`` …) and schema (a
    pydantic model, a dataclass, a JSON Schema) give the answer a `value`; params are passed on
    """

    data: Mapping[str, object]
    figs: str | int
    model: str
    effort: str
    system: str
    alone: bool
    max_tokens: int
    timeout: float
    format: str
    schema: object
    params: Mapping[str, Any]


def ask(question: str, *things: object, **options: Unpack[Asking]) -> Answer:
    """Ask, wait, and return the answer.

    question: the words
    things:   objects to attach (dataframes, figures, arrays …); in a notebook they go by their variable's name
    options:  model, effort, figs, data (objects by name), system, alone, max_tokens, timeout, format,
              schema, params

    Raises an NBReasonError with one line; an interrupt stops the ask and keeps what has come.
    """
    run = _begin(question, things, options)
    try:
        for _ in run.events():
            pass  # waiting on the queue, an interrupt is seen at once
        return run.result()
    except KeyboardInterrupt:
        run.drain()
        raise


async def aask(question: str, *things: object, **options: Unpack[Asking]) -> Answer:
    """The same as `ask`, awaited; several may run at once, and cancelling the wait stops the ask."""
    return await _begin(question, things, options).wait()


def _begin(question: str, things: tuple[object, ...], options: Asking) -> Run:
    """Put the question together and send it."""
    for name in options:
        if name not in Asking.__annotations__:
            close = get_close_matches(name, Asking.__annotations__, 1, 0.5)
            way = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(Asking.__annotations__)}."
            raise UsageProblem(f"ask() has no option {name!r}. {way} Nothing was sent.")
    front = _front()
    named = {**_names(things, front), **options.get("data", {})}
    chosen: dict[str, Any] = {name: value for name, value in options.items() if name not in ("data", "figs", "schema")}
    chosen["params"] = list(options.get("params", {}).items())
    schema = options.get("schema")
    if front is not None:
        figs = [str(options["figs"])] if options.get("figs") is not None else []
        return front.session.ask(front.question(Given(figs=figs, **chosen), question, named, schema))
    if options.get("figs") is not None:
        raise UsageProblem("figs= needs a notebook with %load_ext nbreason. Nothing was sent.")
    place = Place(f"process:{os.getpid()}", lasting=False)
    parts = (*_described(named), Text(question))
    return _session(os.getpid()).ask(compose(Given(**chosen), parts, place, schema))


def _front() -> Front | None:
    """The front of this notebook; the extension is loaded if it is not yet.  None outside IPython."""
    import sys

    interactive = sys.modules.get("IPython")
    shell: Any = interactive.get_ipython() if interactive else None
    if shell is None:
        return None
    from nbreason.magics import load, of

    if of(shell) is None:
        load(shell)
    magics = of(shell)
    return magics.front if magics else None


@cache
def _session(process: int) -> Session:
    """The session of a program without IPython; a forked child gets its own."""
    from nbreason.front import open_session

    return open_session(NBReason())


def _described(named: Mapping[str, object]) -> list[Part]:
    from nbreason.capture import describe

    return [part for name, thing in named.items() for part in describe(thing, name)]


def _names(things: tuple[object, ...], front: Front | None) -> dict[str, object]:
    """Attached objects by the name of the variable that holds them, or by their number."""
    variables: Mapping[str, object] = front.shell.user_ns if front else {}
    named: dict[str, object] = {}
    for number, thing in enumerate(things, 1):
        found = (name for name, value in variables.items() if value is thing and not name.startswith("_"))
        named[next(found, f"attachment {number}")] = thing
    return named

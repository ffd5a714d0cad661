"""`nbreason.ask` and `nbreason.aask`: the same ask from Python, giving the same Answer.

They show nothing by themselves: an Answer that is the last value of a cell shows itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypedDict

from nbreason.arguments import checked
from nbreason.asking.run import Run
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.parts import Part
from nbreason.core.question import Place
from nbreason.errors import Interrupted, UsageError
from nbreason.magics.options import Given, compose

if TYPE_CHECKING:
    from typing import Unpack

    from nbreason.asking.session import Session
    from nbreason.notebook.notebook import Notebook


class Asking(TypedDict, total=False):
    """What `ask` and `aask` take by name, as the options of ``%%reason``; None is as if it were not given.

    data: objects to attach, by name
    figs: figures that the notebook has shown: True the last one, 2 the last two, ``"In[5]"``, ``"In[5].2"``,
        ``"In[2:5]"``, ``"all"``, or a list of those
    image: the path of a picture, the name of a variable that holds one, or a list of those
    cells: source and output of cells: True the last one, 2 the last two, ``"In[5]"``, ``"In[2:5]"``, ``"all"``
    error: True attaches the last error, with the cell that raised it
    model: ``provider:model`` or an alias
    effort: of its reasoning: low, medium, high
    system: instructions for this ask
    thread: another conversation of this notebook; ``"main"`` is the first
    alone: True sends no earlier turns, and makes this ask no context of later ones
    fresh: True asks again although this very question has a kept answer
    max_tokens: limit of the answer, thinking included
    timeout: seconds until the answer is given up
    format: ``"text"``, ``"code"``, ``"json"`` or ``"table"``, of which the answer's `value` is made
    schema: a pydantic model, a dataclass or a JSON Schema; the answer's `value` is of it
    params: further parameters by name, passed on
    """

    data: Mapping[str, object]
    figs: str | int | Sequence[str | int]
    image: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    cells: str | int | Sequence[str | int]
    error: bool
    model: str
    effort: str
    system: str
    thread: str
    alone: bool
    fresh: bool
    max_tokens: int
    timeout: float
    format: str
    schema: object
    params: Mapping[str, Any]


def ask(question: str, *things: object, **options: Unpack[Asking]) -> Answer:
    """Ask, wait, and return the answer; in a notebook `_reason` is that answer as well.

    question: the words
    things:   objects to attach (dataframes, figures, arrays …); in a notebook they go by their variable's name
    options:  data (objects by name), figs, image, cells, error (what else to attach); model, effort, system,
              thread, alone, fresh; max_tokens, timeout, format, schema, params.  `nbreason.api.Asking` tells of each

    Raises an NBReasonError with one line; an interrupt stops the ask and keeps what has come.
    """
    notebook = _front()
    run = _begin(notebook, question, things, options)
    try:
        for _ in run.events():
            pass  # waiting on the queue, an interrupt is seen at once
        return _last(notebook, run.result())
    except KeyboardInterrupt:
        _last(notebook, run.drain())
        if notebook is None:
            raise  # only by its own KeyboardInterrupt does Python end a program as the system expects
        raise Interrupted from None


async def aask(question: str, *things: object, **options: Unpack[Asking]) -> Answer:
    """The same as `ask`, awaited; several may run at once, and cancelling the wait stops the ask."""
    notebook = _front()
    return _last(notebook, await _begin(notebook, question, things, options).wait())


def _begin(notebook: Notebook | None, question: str, things: tuple[object, ...], options: Mapping[str, Any]) -> Run:
    """Put the question together and send it.

    notebook: of this kernel, or None in a program without IPython
    """
    words, given = checked(question, options)
    named = {**_names(things, notebook), **given.pop("data", {})}
    schema = given.pop("schema", None)
    if notebook is not None:
        return notebook.session.ask(notebook.question(Given(**given), words, named, schema))
    for name in ("figs", "cells", "error"):
        if given.get(name):
            raise UsageError(f"{name}= needs a notebook with %load_ext nbreason. Nothing was sent.")
    from nbreason.notebook.notebook import FIRST

    session, chosen = _session(os.getpid()), Given(**given)
    thread = "" if chosen.thread == FIRST else chosen.thread
    place = Place(f"process:{os.getpid()}", thread=thread, lasting=False)
    return session.ask(compose(chosen, _parts(session, chosen, words, named), place, schema))


def _last(notebook: Notebook | None, answer: Answer) -> Answer:
    """The answer, which the notebook finds in `_reason` from now on."""
    if notebook is not None:
        notebook.shell.user_ns["_reason"] = answer
    return answer


def _parts(session: Session, given: Given, words: str, named: Mapping[str, object]) -> tuple[Part, ...]:
    """What a program asks and attaches: as in a notebook that has shown nothing and has no variables."""
    from nbreason.notebook.attaching import Attacher
    from nbreason.notebook.figures import Figures
    from nbreason.notebook.last_error import LastError

    nothing = SimpleNamespace(user_ns={})
    attacher = Attacher(nothing, session.settings, Figures(), LastError(nothing))
    return tuple(attacher.parts(given, words, named, template=False))


def _front() -> Notebook | None:
    """What this kernel holds; the extension is loaded if it is not yet.  None outside IPython."""
    import sys

    interactive = sys.modules.get("IPython")
    shell: Any = interactive.get_ipython() if interactive else None
    if shell is None:
        return None
    from nbreason.magics import load, of

    if of(shell) is None:
        load(shell)
    magics = of(shell)
    return magics.notebook if magics else None


@cache
def _session(process: int) -> Session:
    """The session of a program without IPython; a forked child gets its own."""
    from nbreason.notebook.notebook import open_session

    return open_session(NBReason())


def _names(things: tuple[object, ...], notebook: Notebook | None) -> dict[str, object]:
    """Attached objects by the name of the variable that holds them, or by their number."""
    variables: Mapping[str, object] = notebook.shell.user_ns if notebook else {}
    named: dict[str, object] = {}
    for number, thing in enumerate(things, 1):
        found = (name for name, value in variables.items() if value is thing and not name.startswith("_"))
        named[next(found, f"attachment {number}")] = thing
    return named

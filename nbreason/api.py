"""`nbreason.ask` and `nbreason.aask`: the same ask from Python, giving the same Answer.

They display nothing: an Answer that is the last value of a cell displays itself.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from nbreason.asking.run import Run
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.kinds import TEXT
from nbreason.core.options import KEYWORDS, OPTIONS, AskKeywords, AskOptions, checked
from nbreason.core.question import Place, Question, compose
from nbreason.errors import Interrupted, UsageError
from nbreason.notebook.notebook import MAIN, Notebook, notebook_of, open_session
from nbreason.render.mime import answer_as_mime

if TYPE_CHECKING:
    from typing import Unpack

    from nbreason.asking.session import Session

Answer.renderer = answer_as_mime
Asks = TypeVar("Asks", bound=Callable[..., Any])


def _with_options(ask: Asks) -> Asks:
    """The same function, whose signature and docstring name every option."""
    signature = inspect.signature(ask)
    fixed = [item for item in signature.parameters.values() if item.kind is not item.VAR_KEYWORD]
    types = AskKeywords.__annotations__
    named = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=types[name].__origin__)
        for name in KEYWORDS
    ]
    ask.__signature__ = signature.replace(parameters=[*fixed, *named])  # type: ignore[attr-defined]
    lines = [f"    {name}: {OPTIONS[name].help}.  Takes {OPTIONS[name].kind.description}." for name in KEYWORDS]
    ask.__doc__ = "\n".join([f"{inspect.getdoc(ask)}\n", "options, as those of %%reason:", *lines])
    return ask


@_with_options
def ask(question: str, *things: object, **options: Unpack[AskKeywords]) -> Answer:
    """Ask, wait, and return the answer; in a notebook `_reason` is that answer as well.

    question: the text
    things:   objects to attach (dataframes, figures, arrays …), named after the variables that hold them

    Raises an NBReasonError with one line; an interrupt stops the ask, and what has arrived is saved.
    """
    notebook = _notebook()
    run = _start(notebook, question, things, options)
    try:
        for _ in run.events():
            pass  # waiting on the queue, an interrupt is noticed at once
        return _remember(notebook, run.result())
    except KeyboardInterrupt:
        _remember(notebook, run.drain())
        if notebook is None:
            raise  # only its own KeyboardInterrupt makes Python end a program as the system expects
        raise Interrupted from None


@_with_options
async def aask(question: str, *things: object, **options: Unpack[AskKeywords]) -> Answer:
    """The same as `ask`, awaited; several may run at once, and cancelling the wait stops the ask."""
    notebook = _notebook()
    return _remember(notebook, await _start(notebook, question, things, options).wait())


def _start(notebook: Notebook | None, text: str, things: tuple[object, ...], keywords: Mapping[str, object]) -> Run:
    """Compose the question and send it.

    notebook: of this kernel, or None in a program without IPython
    """
    text = checked("the question", TEXT, text)
    options = AskOptions.of_keywords(keywords)
    options.data = {**_named(things, notebook), **options.data}
    if notebook is not None:
        return notebook.session.ask(notebook.question(options, text))
    session = _session(os.getpid())
    return session.ask(_without_notebook(session, options, text))


def _remember(notebook: Notebook | None, answer: Answer) -> Answer:
    """The answer, which is `_reason` in the notebook from now on."""
    if notebook is not None:
        notebook.shell.user_ns["_reason"] = answer
    return answer


def _without_notebook(session: Session, options: AskOptions, text: str) -> Question:
    """A question of a program: as in a notebook that has shown nothing and has no variables."""
    from nbreason.notebook.attaching import Attacher
    from nbreason.notebook.figures import Figures
    from nbreason.notebook.last_error import LastError

    for name in ("figs", "cells", "error"):
        if getattr(options, name):
            raise UsageError(f"{name}= needs a notebook with %load_ext nbreason. Nothing was sent.")
    shell = SimpleNamespace(user_ns={})
    attacher = Attacher(shell, session.settings, Figures(), LastError(shell))
    thread = "" if options.thread == MAIN else options.thread
    place = Place(f"process:{os.getpid()}", thread=thread, lasting=False)
    return compose(options, attacher.parts(options, text, template=False), attacher.shape(options), place)


def _notebook() -> Notebook | None:
    """What this kernel holds, with the extension loaded into it; None outside IPython."""
    interactive = sys.modules.get("IPython")
    shell: Any = interactive.get_ipython() if interactive else None
    if shell is None:
        return None
    if notebook_of(shell) is None:
        shell.extension_manager.load_extension("nbreason")
    return notebook_of(shell)


@cache
def _session(process: int) -> Session:
    """The session of a program without IPython; a forked child gets its own."""
    return open_session(NBReason())


def _named(things: tuple[object, ...], notebook: Notebook | None) -> dict[str, object]:
    """Attached objects by the name of the variable that holds them, or by their number."""
    variables: Mapping[str, object] = notebook.shell.user_ns if notebook else {}
    named: dict[str, object] = {}
    for number, thing in enumerate(things, 1):
        found = (name for name, value in variables.items() if value is thing and not name.startswith("_"))
        named[next(found, f"attachment {number}")] = thing
    return named

"""What every way of asking in a notebook has in common: ask and show, store the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbreason.core.phrases import counted
from nbreason.errors import NBReasonError

if TYPE_CHECKING:
    from nbreason.asking.run import Run
    from nbreason.core.events import Answer
    from nbreason.core.options import AskOptions
    from nbreason.core.question import Place, Question
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.screens import Screen


def ask(notebook: Notebook, question: Question) -> tuple[Answer, bool]:
    """Ask and show; as `follow`."""
    return follow(notebook, notebook.session.ask(question), question.place)


def follow(notebook: Notebook, run: Run, place: Place) -> tuple[Answer, bool]:
    """Show an ask of a place until it is over; returns the answer, and whether the user interrupted it.

    Raises NBReasonError after showing what had arrived.
    """
    from nbreason.render.screens import screen_for, watch

    try:
        live = "off" if run.replayed else notebook.settings.live
        screen = screen_for(notebook.shell, live, run.stop, notebook.session.budgets.share(place))
        notebook.add_run(run)
    except BaseException:
        run.stop()
        raise
    interrupted = False
    try:
        try:
            watch(notebook.refreshed_by(run.events()), screen)
            answer = run.result()
        except KeyboardInterrupt:
            interrupted = True
            answer = run.drain()
    except NBReasonError as error:
        screen.end(error.partial)
        raise
    except BaseException:
        run.stop()
        screen.end(None)
        raise
    finally:
        notebook.remove_run(run)
    end(notebook, screen, answer)
    warn_once(notebook)
    return answer, interrupted


def store_in_namespace(notebook: Notebook, options: AskOptions, answer: Answer) -> None:
    """Put an answer into variables of the notebook, and its code into the next cell."""
    notebook.shell.user_ns["_reason"] = answer
    if options.into:
        notebook.shell.user_ns[options.into] = answer
    if options.format == "code" and answer.value:
        notebook.shell.set_next_input(answer.value)


def show_preview(notebook: Notebook, question: Question) -> None:
    """Show what would be sent."""
    from nbreason.render.preview import preview

    planned = notebook.session.plan(question)
    secrets = [f"found {what}" for what in notebook.session.guard.findings(planned)]
    estimates = []
    if share := notebook.session.reported_share(planned.choice.name):
        tokens = round(planned.request.estimate * share)
        estimates = [f"judging by earlier answers of this model, about {counted(tokens, 'input token')}"]
    limits = [str(limit) for limit in notebook.session.budgets.limits(question.place)]
    costs = [planned.outlook] if planned.outlook else []
    title, polling = planned.choice.provider.title, planned.polling
    polled = [f"no connection is held open; {title} keeps the answer for {polling.keeps}"] if polling else []
    notices = [*estimates, *costs, *limits, *planned.notices, *polled, *secrets]
    show(notebook, preview(planned.request, planned.choice.name, planned.url, notices))


def show(notebook: Notebook, bundle: Any) -> None:
    """Show a bundle: rich in a notebook, as text in a terminal."""
    if getattr(notebook.shell, "kernel", None) is None:
        print(bundle.data["text/plain"])
        return
    from nbreason.render.screens import publish

    publish(bundle)


def end(notebook: Notebook, screen: Screen, answer: Answer) -> None:
    """End the screen of an ask; the first of a kernel with a line of welcome, which is no part of the answer."""
    from nbreason.render.bundle import line_bundle

    words = welcome(notebook, answer)
    in_terminal = getattr(notebook.shell, "kernel", None) is None
    screen.end(replace(answer, notices=(*answer.notices, words)) if words and not in_terminal else answer)
    if words and in_terminal:
        show(notebook, line_bundle(words))


def welcome(notebook: Notebook, answer: Answer) -> str:
    """Who answers, what is left, and where help is: once in a kernel, if somebody watches.

    A replayed answer has none: its cell would differ from one run to the next.
    """
    from nbreason.render.screens import somebody_reads

    if notebook.welcomed or answer.replayed or not somebody_reads(notebook.shell, notebook.settings.live):
        return ""
    notebook.welcomed = True
    free = answer.requested_model.startswith("rehearsal:")
    why = ": it needs no key and costs nothing" if free else f"; left: {answer.balance}" if answer.balance else ""
    rest = "%%reason? shows the options, %nbreason help the other commands, %nbreason panel what is spent"
    return f"Welcome. {answer.requested_model} answers{why}. {rest}."


def warn_once(notebook: Notebook) -> None:
    """Show, once, that nothing can be saved here."""
    store = notebook.session.store
    if store.warning:
        from nbreason.render.bundle import line_bundle

        show(notebook, line_bundle(store.warning))
        store.warning = ""

"""What every way of asking in a notebook shares: ask and watch, hand the answer over, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbreason.core.phrases import counted
from nbreason.errors import NBReasonError

if TYPE_CHECKING:
    from nbreason.core.events import Answer
    from nbreason.core.question import Question
    from nbreason.front import Front
    from nbreason.magics.options import Given


def ask(front: Front, question: Question) -> tuple[Answer, bool]:
    """Ask and show; returns the answer, and whether the person interrupted it.

    Raises NBReasonError after showing what had come.
    """
    from nbreason.render.screens import screen_for, watch

    run = front.session.ask(question)
    try:
        screen = screen_for(front.shell, front.settings.live, run.stop, front.session.purse.share(question.place))
        front.began(run)
    except BaseException:
        run.stop()
        raise
    interrupted = False
    try:
        try:
            watch(front.following(run.events()), screen)
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
        front.ended(run)
    screen.end(answer)
    warn_once(front)
    return answer, interrupted


def hand_over(front: Front, given: Given, answer: Answer) -> None:
    """Put an answer where the notebook finds it: into its variables, and its code into the next cell."""
    front.shell.user_ns["_reason"] = answer
    if given.into:
        front.shell.user_ns[given.into] = answer
    if given.format == "code" and answer.value:
        front.shell.set_next_input(answer.value)


def show_preview(front: Front, question: Question) -> None:
    """Show what would be sent."""
    from nbreason.render.preview import preview

    planned = front.session.plan(question)
    secrets = [f"found {what}" for what in front.session.guard.findings(planned)]
    learned = []
    if share := front.session.reported_share(planned.choice.name):
        tokens = round(planned.request.estimate * share)
        learned = [f"by what earlier answers of this model have reported, about {counted(tokens, 'input token')}"]
    notices = [*learned, *planned.notices, *secrets]
    show(front, preview(planned.request, planned.choice.name, planned.url, notices))


def show(front: Front, bundle: Any) -> None:
    """Show a bundle: rich in a notebook, as text in a terminal."""
    if getattr(front.shell, "kernel", None) is None:
        print(bundle.data["text/plain"])
        return
    from nbreason.render.screens import publish

    publish(bundle)


def warn_once(front: Front) -> None:
    """Tell the person, once, that nothing can be saved here."""
    store = front.session.store
    if store.warning:
        from nbreason.render.bundle import line_bundle

        show(front, line_bundle(store.warning))
        store.warning = ""

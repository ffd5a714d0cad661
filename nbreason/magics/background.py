"""``--background``: an ask that goes on while other cells run, in the output of its own cell."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from nbreason.core.events import Answer
from nbreason.errors import NBReasonError

if TYPE_CHECKING:
    from nbreason.core.question import Question
    from nbreason.front import Front
    from nbreason.render.screens import LiveScreen
    from nbreason.run import Run


class Pending:
    """An answer that is still coming.

    Its panel was displayed by its cell, and only updates of that display come later: they carry its id, so they
    land there whichever cell runs meanwhile.
    """

    def __init__(self, front: Front, run: Run, screen: LiveScreen) -> None:
        self._run = run
        self._thread = threading.Thread(target=self._follow, args=(front, screen), daemon=True, name="nbreason ask")
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it is over, well or not."""
        return not self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> Answer:
        """The answer, once it is there.  timeout: seconds.  Raises TimeoutError, or the NBReasonError it ended with."""
        self._thread.join(timeout)
        if not self.done:
            raise TimeoutError(f"no answer within {timeout:g} s; it goes on")
        return self._run.result()

    def cancel(self) -> None:
        """Stop it and keep what has come."""
        self._run.stop()

    def __repr__(self) -> str:
        return "<an answer that has come: .wait() gives it>" if self.done else "<an answer that is still coming>"

    def _follow(self, front: Front, screen: LiveScreen) -> None:
        from nbreason.render.screens import watch

        draft = watch(self._run.events(), screen)
        try:
            answer = self._run.result()
            front.shell.user_ns["_reason"] = answer
        except NBReasonError as error:
            answer = replace(draft.answer(), notices=(*draft.answer().notices, str(error)))
        screen.end(answer)
        front.ended(self._run)


class Waited:
    """The same handle for an ask that is over: where no live panel can be shown, the answer is waited for."""

    done = True

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def wait(self, timeout: float | None = None) -> Answer:
        """The answer."""
        return self._answer

    def cancel(self) -> None:
        """Nothing is left to stop."""


def begin(front: Front, question: Question) -> Pending | Waited:
    """Ask, and return at once where a live panel can be shown."""
    from nbreason.magics import ask
    from nbreason.render.screens import LiveScreen, screen_for, watched_live

    if not watched_live(front.shell, front.settings.live):
        return Waited(ask(front, question)[0])
    run = front.session.ask(question)
    screen = screen_for(front.shell, "on", run.stop, front.session.purse.share(question.place))
    assert isinstance(screen, LiveScreen)
    front.began(run)
    return Pending(front, run, screen)

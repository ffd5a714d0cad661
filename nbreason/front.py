"""What one kernel holds together: the shell, the settings, the figures it has shown, and the session."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbreason.capture.figures import Figures
from nbreason.capture.place import Whereabouts
from nbreason.settings import NBReason

if TYPE_CHECKING:
    from nbreason.core.parts import Part
    from nbreason.core.question import Place, Question
    from nbreason.magics.options import Given
    from nbreason.session import Session


class Front:
    """Made once for a shell by ``%load_ext``.  Whatever is heavy waits until the first ask."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.settings = NBReason(parent=shell)
        self.figures = Figures()
        self.whereabouts = Whereabouts(shell, os.environ)
        self.thread = ""  # the conversation of this notebook that asks go to
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session, opened on first use."""
        if self._session is None:
            self._session = open_session(self.settings)
        return self._session

    def conversation(self, thread: str = "") -> Place:
        """The conversation that asks go to now; a renamed or copied notebook is recognised first."""
        place = replace(self.whereabouts.conversation(), thread=thread or self.thread)
        if place.lasting:
            self.session.recognise(place)
        return place

    def question(
        self, given: Given, text: str, things: dict[str, object] | None = None, schema: object = None
    ) -> Question:
        """A question from options, words, and objects that are at hand.

        schema: the object that JSON must fit, where it is at hand and not named in `given`

        Raises Refused when something cannot be attached; nothing is sent then.
        """
        from nbreason.core.parts import Text
        from nbreason.magics.options import compose

        schema = self._schema(given) if schema is None else schema
        parts = self._attached(given, things or {})
        ask = self.whereabouts.next_ask(counted=not given.dry_run)
        place = replace(self.conversation(given.thread), owner=ask.owner)
        return compose(given, (*parts, Text(text)), place, schema)

    def _schema(self, given: Given) -> object:
        """What ``--schema NAME`` names, or None without it."""
        from nbreason.capture.expressions import ExpressionFailed, evaluate
        from nbreason.errors import Refused

        if not given.schema:
            return None
        try:
            return evaluate(given.schema, self.shell.user_ns)
        except ExpressionFailed as error:
            raise Refused(f"{str(error).rstrip('.')}. Nothing was sent.") from None

    def _attached(self, given: Given, things: dict[str, object]) -> list[Part]:
        from nbreason.capture import Limits, describe
        from nbreason.capture.expressions import ExpressionFailed, evaluate
        from nbreason.capture.figures import NoSuchFigure
        from nbreason.capture.images import CannotAttach
        from nbreason.errors import Refused

        limits = Limits(rows=self.settings.rows, columns=self.settings.columns)
        parts: list[Part] = []
        try:
            if given.figs:
                self.figures.flush()
            for selector in given.figs:
                parts += self.figures.select(selector)
            for expression in given.attached:
                value = settled(evaluate(expression, self.shell.user_ns))
                parts += describe(value, expression, limits)
            for name, value in things.items():
                parts += describe(settled(value), name, limits)
        except (NoSuchFigure, ExpressionFailed, CannotAttach) as error:
            raise Refused(f"{str(error).rstrip('.')}. Nothing was sent.") from None
        return parts


def settled(value: object) -> object:
    """The value itself, or what it awaits: an awaitable is awaited on the kernel's own loop."""
    import inspect

    if not inspect.isawaitable(value):
        return value
    from nbreason.capture.awaiting import wait_for

    return wait_for(value)


def open_session(settings: NBReason) -> Session:
    """A session over the store of this machine."""
    from nbreason.session import Session
    from nbreason.store.home import home
    from nbreason.store.sqlite import Store

    return Session(settings, Store(home(os.environ) if settings.save else None), os.environ)

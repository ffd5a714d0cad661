"""From the options of an ask to its parts: figures, images, objects, cells, the last error, and ``{{ expr }}``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbreason.capture import Limits, describe
from nbreason.capture.errors import describe_error
from nbreason.capture.images import CannotAttach, fit, load
from nbreason.config.settings import ATTACHED, NBReason
from nbreason.core.parts import Image, Part, Text
from nbreason.core.secrets import mask, scrub
from nbreason.errors import Refused, UsageError
from nbreason.notebook.cells import NoSuchCell
from nbreason.notebook.cells import select as select_cells
from nbreason.notebook.expressions import ExpressionFailed, evaluate
from nbreason.notebook.figures import Figures, NoSuchFigure
from nbreason.notebook.last_error import LastError
from nbreason.notebook.template import fill, inline

if TYPE_CHECKING:
    from nbreason.magics.options import Given

LARGEST_IMAGE = 10_000_000
"""Bytes of one picture: the smallest limit that a provider documents (Segmind)."""


class Attacher:
    """Makes parts of what one notebook holds."""

    def __init__(self, shell: Any, settings: NBReason, figures: Figures, last_error: LastError) -> None:
        self._shell = shell
        self._figures = figures
        self._last_error = last_error
        self._with_locals = bool(settings.variables)
        self._mask = bool(settings.mask)
        self._may = set(settings.attach) & set(settings.configured_attach)
        self._limits = Limits.of(settings.rows, settings.columns, settings.description_tokens)

    def parts(self, given: Given, text: str, things: Mapping[str, object], template: bool) -> list[Part]:
        """What is attached, each thing once, and the words last.

        template: whether ``{{ expr }}`` in the words is Python; words that a program has put together are not
        Raises Refused in one line when something cannot be attached.
        """
        try:
            attached = list(self._asked_for(given))
            for name, value in things.items():
                self._insist("data")
                attached += describe(settled(value), name, self._limits)
            words, more = self._filled(text) if template else (text, [])
            parts = [self._ready(part) for part in (*attached, *more)]
            if not self._may & {"figures", "images"} and any(isinstance(part, Image) for part in parts):
                raise CannotAttach("Pictures may not be attached here (NBReason.attach)")
        except (NoSuchFigure, NoSuchCell, ExpressionFailed, CannotAttach) as error:
            raise Refused(f"{str(error).rstrip('.')}. Nothing was sent.") from None
        return [*unique(parts), Text(words)]

    def _insist(self, what: str) -> None:
        """Raise CannotAttach for what the settings do not let out."""
        if what not in self._may:
            rest = ", ".join(name for name in ATTACHED if name in self._may) or "nothing"
            raise CannotAttach(f"{what.capitalize()} may not be attached here, only {rest} (NBReason.attach)")

    def _ready(self, part: Part) -> Part:
        """A picture of a size that models make use of, without transparency; text masked where that is set."""
        if isinstance(part, Image):
            part = fit(part, self._limits.image_pixels, LARGEST_IMAGE)
            return replace(part, alt=mask(part.alt)) if self._mask else part
        return Text(mask(part.text), part.source) if self._mask else part

    def _asked_for(self, given: Given) -> Iterator[Part]:
        if given.figs:
            self._insist("figures")
            self._figures.flush()
        for selector in given.figs:
            yield from self._figures.select(selector, self._limits)
        for name in given.image:
            self._insist("images")
            yield from self._image(name)
        for expression in given.attached:
            self._insist("data")
            yield from describe(self._value(expression), expression, self._limits)
        for selector in given.cells:
            self._insist("cells")
            yield from select_cells(self._shell, selector, self._shell.displayhook.prompt_count, self._limits)
        if given.error:
            self._insist("errors")
            yield self._error()

    def _image(self, name: str) -> list[Part]:
        """A variable that holds a picture or a figure, or else an image file."""
        if not name.isidentifier() or name not in self._shell.user_ns:
            return [load(name)]
        parts = describe(settled(self._shell.user_ns[name]), name, self._limits)
        if not any(isinstance(part, Image) for part in parts):
            raise CannotAttach(f"{name} holds no picture; --with {name} attaches a description of it")
        return parts

    def _error(self) -> Part:
        if self._last_error.last is None:
            raise UsageError("No cell has raised an error yet, so --error has nothing to attach. Nothing was sent.")
        part = describe_error(self._last_error.last, self._with_locals, self._limits)
        return Text(scrub(part.text), part.source) if isinstance(part, Text) else part

    def _filled(self, text: str) -> tuple[str, list[Part]]:
        """The words with each expression replaced, and what the expressions attach."""
        attached: list[Part] = []

        def put_in(expression: str) -> str:
            self._insist("data")
            value = self._value(expression)
            if (words := inline(value)) is not None:
                return words
            attached.extend(describe(value, expression, self._limits))
            return f"`{expression}`"

        return fill(text, put_in), attached

    def _value(self, expression: str) -> object:
        return settled(evaluate(expression, self._shell.user_ns))


def unique(parts: list[Part]) -> list[Part]:
    """The same figure or the same description is sent once."""
    seen: set[object] = set()
    kept: list[Part] = []
    for part in parts:
        essence = part.digest if isinstance(part, Image) else part
        if essence not in seen:
            seen.add(essence)
            kept.append(part)
    return kept


def settled(value: object) -> object:
    """The value itself, or what it awaits: an awaitable is awaited on the kernel's own loop."""
    if not inspect.isawaitable(value):
        return value
    from nbreason.notebook.awaiting import wait_for

    return wait_for(value)

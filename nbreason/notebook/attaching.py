"""From the options of an ask to its parts: figures, images, objects, cells, the last error, and ``{{ expr }}``."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from nbreason.answers.formats import wanted
from nbreason.capture import Limits, describe
from nbreason.capture.documents import Reference, page_pictures, page_texts, reference
from nbreason.capture.errors import describe_error
from nbreason.capture.images import CannotAttach, fit, frames, load
from nbreason.config.settings import ATTACHED, NBReason
from nbreason.core.kinds import Expression
from nbreason.core.options import AskOptions
from nbreason.core.parts import Image, Part, Text
from nbreason.core.secrets import mask, scrub
from nbreason.core.shape import Shape
from nbreason.errors import Refused, UsageError
from nbreason.notebook.cells import NoSuchCell
from nbreason.notebook.cells import select as select_cells
from nbreason.notebook.discretion import Discretion
from nbreason.notebook.expressions import ExpressionFailed, evaluate
from nbreason.notebook.figures import Figures, NoSuchFigure
from nbreason.notebook.fixing import CellToFix, cell_to_fix
from nbreason.notebook.last_error import LastError
from nbreason.notebook.template import fill, inline

LARGEST_IMAGE = 10_000_000
"""Bytes of one picture: the smallest limit that a provider documents (Segmind)."""


class Attacher:
    """Makes parts from what is in one notebook."""

    def __init__(self, shell: Any, settings: NBReason, figures: Figures, last_error: LastError) -> None:
        self._shell = shell
        self._figures = figures
        self._last_error = last_error
        self._with_locals = bool(settings.variables)
        self._mask = bool(settings.mask)
        self._allowed = set(settings.attach) & set(settings.configured_attach)
        self._limits = Limits.of(settings.rows, settings.columns, settings.description_tokens)

    def parts(self, options: AskOptions, text: str, template: bool) -> list[Part]:
        """What is attached, each thing once, and the text of the question last.

        template: whether ``{{ expr }}`` in the text is Python; it is not where a program composed the text
        Raises Refused if something cannot be attached.
        """
        try:
            discretion = Discretion(options, self._limits)
            attached = list(self._from_options(options, discretion))
            if options.fix:
                text = f"{self._to_fix(options).request}\n\n{text}"
            question, more = self._fill(text, discretion) if template else (text, [])
            discretion.check_tables()
            parts = [self._prepare(part) for part in (*attached, *more)]
            if not self._allowed & {"figures", "images"} and any(isinstance(part, Image) for part in parts):
                raise CannotAttach("Images may not be attached here (NBReason.attach)")
        except (NoSuchFigure, NoSuchCell, ExpressionFailed, CannotAttach) as error:
            raise Refused(f"{str(error).rstrip('.')}. Nothing was sent.") from None
        return [*_unique(parts), Text(question)]

    def shape(self, options: AskOptions) -> Shape | None:
        """The format of the answer, or None for Markdown.

        Raises UsageError for a wrong format or schema, Refused for an expression that fails.
        """
        if options.fix:
            if options.format or options.schema is not None:
                raise UsageError("--fix has a format of its own: drop --format and --schema. Nothing was sent.")
            return self._to_fix(options).shape
        if not isinstance(options.schema, Expression):
            return wanted(options.format, options.schema)
        try:
            schema = evaluate(options.schema.source, self._shell.user_ns)
        except ExpressionFailed as error:
            raise Refused(f"{str(error).rstrip('.')}. Nothing was sent.") from None
        return wanted(options.format, schema, options.schema.source)

    def _check_allowed(self, what: str) -> None:
        """Raise CannotAttach for what the settings do not allow."""
        if what not in self._allowed:
            rest = ", ".join(name for name in ATTACHED if name in self._allowed) or "nothing"
            raise CannotAttach(f"{what.capitalize()} may not be attached here, only {rest} (NBReason.attach)")

    def _prepare(self, part: Part) -> Part:
        """A picture in a size that models use, without transparency; text masked if that is set."""
        if isinstance(part, Image):
            part = fit(part, self._limits.image_pixels, LARGEST_IMAGE)
            return replace(part, alt=mask(part.alt)) if self._mask else part
        return replace(part, text=mask(part.text)) if self._mask else part

    def _from_options(self, options: AskOptions, discretion: Discretion) -> Iterator[Part]:
        if options.figs:
            self._check_allowed("figures")
            self._figures.flush()
        for selector in options.figs:
            yield from self._figures.select(selector, self._limits)
        for name in options.image:
            self._check_allowed("images")
            yield from self._image(name)
        for name, value in options.data.items():
            self._check_allowed("data")
            if (document := self._document(value)) is not None:
                discretion.check_text(name)
                yield from page_texts(document, self._limits)
                continue
            value = self._value(value.source) if isinstance(value, Expression) else awaited(value)
            yield from discretion.describe(value, name)
        for selector in options.cells:
            self._check_allowed("cells")
            yield from select_cells(self._shell, selector, self._shell.displayhook.prompt_count, self._limits)
        if options.error:
            self._check_allowed("errors")
            yield self._error()
        if options.fix:
            yield from self._cell_to_fix(options)

    def _to_fix(self, options: AskOptions) -> CellToFix:
        return cell_to_fix(self._shell, self._last_error, options.fix)

    def _cell_to_fix(self, options: AskOptions) -> list[Part]:
        """The cell with its error; only its source if that is not the last error, or may not be attached."""
        cell = self._to_fix(options)
        if cell.failed and "errors" in self._allowed:
            return [self._error()]
        self._check_allowed("cells")
        current = self._shell.displayhook.prompt_count
        try:
            return select_cells(self._shell, f"In[{cell.number}]", current, self._limits)
        except NoSuchCell as error:
            raise NoSuchCell(str(error).replace("--cells", "--fix", 1)) from None

    def _document(self, value: object) -> Reference | None:
        """The PDF file that a word of a line or a `Path` names; a word that begins with a variable is an expression."""
        if isinstance(value, PurePath):
            return reference(os.fspath(value)) if value.suffix.lower() == ".pdf" else None
        if not isinstance(value, Expression):
            return None
        variable = re.match(r"[^\W\d]\w*", value.source)
        return None if variable and variable[0] in self._shell.user_ns else reference(value.source)

    def _image(self, name: str) -> list[Part]:
        """A variable that holds a picture or a figure, or else an image file."""
        if (document := reference(name)) is not None:
            return page_pictures(document, self._limits)
        if not name.isidentifier() or name not in self._shell.user_ns:
            return [*frames(load(name))]
        parts = describe(awaited(self._shell.user_ns[name]), name, self._limits)
        if not any(isinstance(part, Image) for part in parts):
            raise CannotAttach(f"{name} is not a picture; --with {name} attaches a description of it")
        return parts

    def _error(self) -> Part:
        if self._last_error.last is None:
            raise UsageError("No cell has raised an error yet, so --error has nothing to attach. Nothing was sent.")
        (part,) = describe_error(*self._last_error.last, self._with_locals, self._limits)
        return Text(scrub(part.text), part.source) if isinstance(part, Text) else part

    def _fill(self, text: str, discretion: Discretion) -> tuple[str, list[Part]]:
        """The text with each expression replaced, and what the expressions attach."""
        attached: list[Part] = []

        def replacement(expression: str) -> str:
            self._check_allowed("data")
            value = self._value(expression)
            if (inserted := inline(value)) is not None:
                if isinstance(value, str):
                    discretion.check_text(expression)
                return inserted
            attached.extend(discretion.describe(value, expression))
            return f"`{expression}`"

        return fill(text, replacement), attached

    def _value(self, expression: str) -> object:
        return awaited(evaluate(expression, self._shell.user_ns))


def _unique(parts: list[Part]) -> list[Part]:
    """The parts, each figure and each description once."""
    first: dict[object, Part] = {}
    for part in parts:
        first.setdefault(part.digest if isinstance(part, Image) else part, part)
    return list(first.values())


def awaited(value: object) -> object:
    """The value itself, or the result of an awaitable, which is awaited on the loop of the kernel."""
    if not inspect.isawaitable(value):
        return value
    from nbreason.notebook.awaiting import wait_for

    return wait_for(value)

"""``--columns-only`` and ``--anonymise``: what is attached shows no values that these keep back, or is refused."""

from __future__ import annotations

from dataclasses import replace

from nbreason.capture import Limits, describe
from nbreason.capture.anonymise import Labels
from nbreason.capture.attempt import value_or_none
from nbreason.capture.images import CannotAttach
from nbreason.capture.object_types import type_name
from nbreason.core.characters import one_line
from nbreason.core.options import OPTIONS, AskOptions
from nbreason.core.parts import Part, Text

_MAY_SHOW_VALUES = {
    "columns_only": ("cells", "error", "fix"),
    "anonymise": ("figs", "image", "cells", "error", "fix"),
}
"""Option -> options that attach what may show rows, or values of text, of the same table."""


class Discretion:
    """What one question keeps back; nothing if it has neither option."""

    def __init__(self, options: AskOptions, limits: Limits) -> None:
        self._options = [name for name in _MAY_SHOW_VALUES if getattr(options, name)]
        self._limits = replace(limits, columns_only=options.columns_only)
        self._labels = Labels(options.anonymise) if options.anonymise else None
        self._has_tables = False
        for name in self._options:
            for other in _MAY_SHOW_VALUES[name]:
                if getattr(options, other):
                    flags = f"{_flag(name)} works on tables, and {_flag(other)} may show the same values"
                    raise CannotAttach(f"{flags}: drop one of them")

    def describe(self, value: object, name: str) -> list[Part]:
        """The description of an object.  Raises CannotAttach for one of which values could be shown."""
        if self._labels is not None:
            table = value_or_none(lambda: self._labels.replaced(value, name) if self._labels else None)
            if table is None:
                raise self._refusal(name, f"is {type_name(value)}", "dataframes and series of pandas and polars")
            value = table
        parts = describe(value, name, self._limits)
        texts = [part for part in parts if isinstance(part, Text)]
        if self._options and not all(map(self._is_safe, texts)):
            raise self._refusal(name, f"is {type_name(value)}", "tables")
        self._has_tables = self._has_tables or bool(texts)
        return parts

    def check_text(self, name: str) -> None:
        """Raise CannotAttach for text, from which nothing can be kept back."""
        if self._options:
            raise self._refusal(name, "is text", "tables")

    def check_tables(self) -> None:
        """Raise CannotAttach if there was nothing to keep back, or not in every table."""
        if self._options and not self._has_tables:
            raise CannotAttach(f"{_flag(self._options[0])} works on tables, and none is attached: add --with NAME")
        if self._labels is not None and self._labels.missed:
            raise CannotAttach(f"No attached table has a column {one_line(self._labels.missed[0], 60)!r}")
        if self._labels is not None and self._labels.unchanged:
            table = one_line(self._labels.unchanged[0], 60)
            raise CannotAttach(f"{table} has none of the columns to be anonymised")

    def _is_safe(self, part: Text) -> bool:
        """Whether this is a table, by what its kind says of it, and none of its rows is there that must not be."""
        return part.rows is not None and not (self._limits.columns_only and part.rows[0])

    def _refusal(self, name: str, what: str, works_on: str) -> CannotAttach:
        return CannotAttach(f"{_flag(self._options[-1])} works on {works_on}, and {one_line(name, 60)} {what}")


def _flag(name: str) -> str:
    return OPTIONS[name].flags[-1]

"""What `nbreason.ask` and `aask` may be given: looked at here, before anything is written down or sent."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from nbreason.core.characters import sendable
from nbreason.core.phrases import did_you_mean
from nbreason.errors import UsageError
from nbreason.magics.words import CELLS, FIGURES, Selector


def text(value: object) -> str:
    """Text without half characters.  Raises TypeError for anything else, as each of these readers does."""
    if not isinstance(value, str):
        raise TypeError
    return sendable(value)


def truth(value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise TypeError
    return value


def whole_number(value: object) -> int:
    """A whole number above 0, of Python or of numpy."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise TypeError
    return int(value)


def seconds(value: object) -> float:
    """A finite number above 0, of Python or of numpy."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError
    number = float(value)
    if not 0 < number < float("inf"):
        raise TypeError
    return number


def by_name(value: object) -> dict[str, object]:
    """Objects by their names."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise TypeError
    return {sendable(name): thing for name, thing in value.items()}


def parameters(value: object) -> list[tuple[str, Any]]:
    """Names with values that JSON has."""
    named = by_name(value)
    json.dumps(named, allow_nan=False)
    return list(named.items())


def paths(value: object) -> list[str]:
    """One path or name, or several."""
    several: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
    return [text(os.fspath(item)) for item in several]


def selected(selector: Selector) -> Callable[[object], list[str]]:
    """A reader of one selector or several; True is the last thing, False none."""

    def read(value: object) -> list[str]:
        several = value if isinstance(value, list | tuple) else [value]
        if any(not isinstance(item, str | Integral) or item == "" for item in several):
            raise TypeError
        words = ["" if item is True else str(item) for item in several if item is not False]
        return [found for word in words for found in selector.read(word)]

    return read


Reader = tuple[Callable[[object], Any], str]
SELECTED = "True (the last), {}, or a list of those"
READERS: Mapping[str, Reader] = {
    "data": (by_name, "a dict of names and objects"),
    "figs": (selected(FIGURES), SELECTED.format(FIGURES.examples)),
    "image": (paths, "paths of files or names of variables (a figure itself goes behind the question)"),
    "cells": (selected(CELLS), SELECTED.format(CELLS.examples)),
    "error": (truth, "True or False"),
    "model": (text, "text"),
    "effort": (text, "text"),
    "system": (text, "text"),
    "thread": (text, "text"),
    "alone": (truth, "True or False"),
    "fresh": (truth, "True or False"),
    "max_tokens": (whole_number, "a whole number above 0"),
    "timeout": (seconds, "a number of seconds above 0"),
    "format": (text, "text"),
    "schema": (lambda value: value, "a schema"),
    "params": (parameters, "a dict of names and JSON values"),
}


def checked(question: object, options: Mapping[str, object]) -> tuple[str, dict[str, Any]]:
    """The question, and the options that are given, each as it is needed; an option that is None is not given.

    Raises UsageError in one line.
    """
    for name in options:
        if name not in READERS:
            raise UsageError(f"ask() has no option {name!r}. {did_you_mean(name, READERS)} Nothing was sent.")
    words: str = read("the question", (text, "text"), question)
    given = {name: value for name, value in options.items() if value is not None}
    return words, {name: read(f"{name}=", READERS[name], value) for name, value in given.items()}


def read(name: str, reader: Reader, value: object) -> Any:
    """The value of an argument.  Raises UsageError with what it takes."""
    convert, what = reader
    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise UsageError(f"ask() takes {name} as {what}, not {shown(value)}. Nothing was sent.") from None


def shown(value: object) -> str:
    """A value that is short as it is, anything else by its kind."""
    try:
        words = repr(value) if value is None or isinstance(value, str | int | float) else ""
    except ValueError:  # a whole number of thousands of digits
        words = ""
    return words if 0 < len(words) < 40 else f"something of type {type(value).__name__}"

"""The kinds of values that options take: how each is read from a word of a line and from a Python object."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from numbers import Integral, Real
from typing import Any

from nbreason.core.characters import sendable
from nbreason.core.selectors import CELLS, FIGURES, Selector


@dataclass(frozen=True)
class Expression:
    """Python source in a magic line, to be evaluated in the notebook."""

    source: str


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    description: what `ask` takes, for people
    parse:    from a word of a line; raises ValueError with a line for people
    convert:  from a Python object; raises TypeError, ValueError or OverflowError
    default:  makes the value of an option that is not given
    combine:  joins the values of an option that is repeated; None: the last one counts
    selector: what an optional value selects
    quoted:   whether quotes inside the word belong to it, as in an expression or JSON
    """

    description: str
    parse: Callable[[str], Any]
    convert: Callable[[object], Any]
    default: Callable[[], Any] = lambda: None
    combine: Callable[[Any, Any], Any] | None = None
    selector: Selector | None = None
    quoted: bool = False


def text(value: object) -> str:
    """A string that UTF-8 can hold."""
    if not isinstance(value, str):
        raise TypeError
    return sendable(value)


def boolean(value: object) -> bool:
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


def mapping(value: object) -> dict[str, Any]:
    """Objects by name."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise TypeError
    return {sendable(name): item for name, item in value.items()}


def parameters(value: object) -> dict[str, Any]:
    """JSON values by name."""
    named = mapping(value)
    json.dumps(named, allow_nan=False)
    return named


def paths(value: object) -> list[str]:
    """One path or name, or several."""
    several: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
    return [text(os.fspath(item)) for item in several]


def columns(value: object) -> list[str]:
    """Names of columns; an empty name stands for all columns of text."""
    if isinstance(value, bool):
        return [""] if value else []
    several = value.split(",") if isinstance(value, str) else [*value] if isinstance(value, list | tuple) else []
    if not several:
        raise TypeError
    return [text(name) for name in several]


def parse_number(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser of numbers above 0; kind: int or float"""

    def parse(word: str) -> Any:
        try:
            number = kind(word.replace(",", "").replace("_", ""))
        except ValueError:
            raise ValueError(f"{word!r} is not a {'whole ' if kind is int else ''}number") from None
        if not 0 < number < float("inf"):
            raise ValueError("it must be above 0")
        return number

    return parse


def parse_parameter(word: str) -> dict[str, Any]:
    """``KEY=JSON`` as a name and a value."""
    name, equals, value = word.partition("=")
    if not name or not equals:
        raise ValueError(f"{word!r} is not KEY=JSON, such as seed=7")
    try:
        return {name: json.loads(value, parse_constant=_refuse_constant)}
    except (ValueError, RecursionError):
        raise ValueError(f'{value!r} is not JSON; put a string in double quotes: {name}="…"') from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def parse_variable(word: str) -> str:
    """The name of a variable."""
    if not word.isidentifier() or iskeyword(word):
        raise ValueError(f"{word!r} is not the name of a variable")
    return word


def selection(selector: Selector) -> Kind:
    """A kind of selectors, one or several; True is the last thing, False none."""

    def convert(value: object) -> list[str]:
        several = value if isinstance(value, list | tuple) else [value]
        if any(not isinstance(item, str | Integral) or item == "" for item in several):
            raise TypeError
        words = ["" if item is True else str(item) for item in several if item is not False]
        return [single for word in words for single in selector.split(word)]

    description = f"True (the last one), {selector.examples}, or a list of those"
    return Kind(description, selector.split, convert, list, operator.add, selector)


TEXT = Kind("text", str, text, str)
SWITCH = Kind("True or False", lambda word: True, boolean, bool)
WHOLE_NUMBER = Kind("a whole number above 0", parse_number(int), whole_number)
SECONDS = Kind("a number of seconds above 0", parse_number(float), seconds)
VARIABLE = Kind("the name of a variable", parse_variable, text, str)
SCHEMA = Kind("a schema", Expression, lambda value: value, quoted=True)
OBJECTS = Kind(
    "a dict of names and objects", lambda word: {word: Expression(word)}, mapping, dict, operator.or_, quoted=True
)
PARAMETERS = Kind("a dict of names and JSON values", parse_parameter, parameters, dict, operator.or_, quoted=True)
PATHS = Kind(
    "paths of files or names of variables (pass a figure itself after the question)",
    lambda word: [word],
    paths,
    list,
    operator.add,
)
COLUMNS = Kind(
    "True (all columns of text), names of columns with commas, or a list of them",
    columns,
    columns,
    list,
    operator.add,
    selector=Selector("(?!)", "=NAME,NAME"),  # no word of the line: it could be the first of the question
)
FIGURE_SELECTORS = selection(FIGURES)
CELL_SELECTORS = selection(CELLS)

"""The options of ``%reason`` and ``%%reason``: one table, from which parsing, help and suggestions come.

argparse is not used, because a question follows the options on the same line as it is (apostrophes, dollars,
``--`` and all), and because an expression like ``df[["a", "b"]]`` must come through without a shell's quoting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from nbreason.core.characters import sendable
from nbreason.core.phrases import did_you_mean
from nbreason.errors import UsageError
from nbreason.magics.typed import refuse_option
from nbreason.magics.words import CELLS, FIGURES, Selector, plain, take, unquote

if TYPE_CHECKING:  # `%load_ext` imports this module
    from nbreason.core.parts import Part
    from nbreason.core.question import Place, Question
    from nbreason.core.shape import Shape


@dataclass(frozen=True)
class Option:
    """One option.

    name, flags: how it is stored and typed; value: what follows it, in words; empty for a switch
    read:  from the typed word to the value; a ValueError of it is told to the person
    many:  whether it may be repeated
    maybe: what an optional value selects; a word that selects nothing is left to the question
    own:   whether quotes inside the value are its own: those of an expression, of JSON
    """

    name: str
    flags: tuple[str, ...]
    value: str
    help: str
    read: Callable[[str], Any] = str
    many: bool = False
    maybe: Selector | None = None
    own: bool = False


def positive(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of numbers above zero."""

    def read(word: str) -> Any:
        try:
            number = kind(word.replace(",", "").replace("_", ""))
        except ValueError:
            raise ValueError(f"{word!r} is not a {'whole ' if kind is int else ''}number") from None
        if not 0 < number < float("inf"):
            raise ValueError("it must be above 0")
        return number

    return read


def pair(word: str) -> tuple[str, Any]:
    """``KEY=JSON`` as a name and a value."""
    name, equals, value = word.partition("=")
    if not name or not equals:
        raise ValueError(f"{word!r} is not KEY=JSON, such as seed=7")
    try:
        return name, json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError(f'{value!r} is not JSON; a word stands in double quotes: {name}="…"') from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


OPTIONS = (
    Option("model", ("-m", "--model"), "P:NAME", "model to ask, provider:model or an alias"),
    Option("effort", ("-e", "--effort"), "LEVEL", "reasoning effort: low, medium, high"),
    Option(
        "figs",
        ("-i", "--figs"),
        "[SEL]",
        "figures that the notebook has shown: the last one; 2 the last two; In[5] those of cell 5;"
        " In[5].2 its second; In[2:5], all, or several with commas; repeatable",
        FIGURES.read,
        many=True,
        maybe=FIGURES,
    ),
    Option(
        "attached",
        ("-w", "--with"),
        "EXPR",
        "a variable or expression, attached as a short description; repeatable",
        many=True,
        own=True,
    ),
    Option(
        "image", ("--image",), "PATH|NAME", "an image file, or a variable that holds a picture; repeatable", many=True
    ),
    Option(
        "cells",
        ("-c", "--cells"),
        "[N|In[a:b]]",
        "source and text output of the last cell, of the last N, of named ones, or of all; repeatable",
        CELLS.read,
        many=True,
        maybe=CELLS,
    ),
    Option("error", ("--error",), "", "the last error, with the cell that raised it"),
    Option("system", ("-s", "--system"), "TEXT", "instructions for this ask"),
    Option("alone", ("--alone",), "", "no history: send no earlier turns, be no context of later ones"),
    Option("fresh", ("--fresh",), "", "ask again although this very question has a kept answer"),
    Option(
        "background",
        ("-b", "--background"),
        "",
        "return at once: the answer streams into this cell while others run; -o NAME gets .wait() and .cancel()",
    ),
    Option("thread", ("-t", "--thread"), "NAME", "another conversation of this notebook"),
    Option(
        "into",
        ("-o", "--into"),
        "NAME",
        "also put the Answer into this variable (_reason is always the last)",
    ),
    Option(
        "format",
        ("-f", "--format"),
        "FORM",
        "markdown (default), text, code (goes into the next cell), json, table (a dataframe);"
        " what it becomes is in _reason.value",
    ),
    Option(
        "schema",
        ("--schema",),
        "NAME",
        "JSON that fits a pydantic model, a dataclass or a JSON Schema of the notebook",
        own=True,
    ),
    Option("dry_run", ("-n", "--dry-run"), "", "show exactly what would leave the machine, and send nothing"),
    Option(
        "max_tokens",
        ("--max-tokens",),
        "N",
        "limit of the answer in tokens, thinking included",
        positive(int),
    ),
    Option(
        "params",
        ("--param",),
        "KEY=JSON",
        "a further parameter, passed on; what the model does not take is refused; repeatable",
        pair,
        many=True,
        own=True,
    ),
    Option("timeout", ("--timeout",), "S", "seconds until the answer is given up", positive(float)),
    Option("help", ("-h", "--help"), "", "this help; nothing is asked"),
)
FLAGS = {flag: option for option in OPTIONS for flag in option.flags}


@dataclass
class Given:
    """The options of one line, and the text that followed them."""

    model: str | None = None
    effort: str | None = None
    figs: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    image: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    error: bool = False
    system: str = ""
    alone: bool = False
    fresh: bool = False
    background: bool = False
    thread: str = ""
    into: str = ""
    dry_run: bool = False
    max_tokens: int | None = None
    timeout: float | None = None
    format: str = ""
    schema: str = ""
    params: list[tuple[str, Any]] = field(default_factory=list)
    help: bool = False
    text: str = ""


def parse(line: str) -> Given:
    """Read options from the front of a line; the rest is the question, untouched.

    Raises UsageError in one line.
    """
    given = Given()
    rest = line.strip()
    while re.match(r"--?[A-Za-z]|--(\s|$)", rest):
        word, rest = take(rest)
        if word == "--":
            break
        flag, equals, inline = word.partition("=")
        option = find(flag)
        value, rest = _value(option, flag, inline if equals else None, rest)
        if option.many:
            getattr(given, option.name).extend(value if option.maybe else [value])
        else:
            setattr(given, option.name, value)
    given.text = rest
    if given.into and (not given.into.isidentifier() or iskeyword(given.into)):
        raise UsageError(f"--into needs the name of a variable, and {given.into!r} is none. Nothing was sent.")
    return given


def compose(given: Given, parts: tuple[Part, ...], place: Place, schema: object = None) -> Question:
    """A question from options and parts, of which the last holds the words.  Raises UsageError without words.

    schema: the object that `given.schema` names
    """
    from nbreason.core.models import Options
    from nbreason.core.parts import Text
    from nbreason.core.question import Question

    words = parts[-1]
    if not isinstance(words, Text) or not words.text.strip():
        raise UsageError("There is no question: write it below the %%reason line, or behind %reason. Nothing was sent.")
    return Question(
        parts=(*parts[:-1], Text(words.text.strip())),
        place=place,
        model=given.model,
        options=Options(effort=given.effort, max_tokens=given.max_tokens, params=dict(given.params)),
        system=sendable(given.system),
        alone=given.alone,
        fresh=given.fresh,
        timeout=given.timeout,
        shape=shape_of(given, schema),
    )


def shape_of(given: Given, schema: object) -> Shape | None:
    """The form in which the answer is wanted.  Raises UsageError."""
    if not given.format and schema is None:
        return None
    from nbreason.answers.formats import wanted

    return wanted(given.format, schema, given.schema)


def find(flag: str) -> Option:
    """The option of a flag.  Raises UsageError with what may have been meant."""
    if flag in FLAGS:
        return FLAGS[flag]
    refuse_option(flag)
    parted = apart(flag)
    way = f"Options and values stand apart: {parted}." if parted else "%%reason? shows them all."
    long, meant = [option.flags[-1] for option in OPTIONS], "--" + flag.lstrip("-")
    raise UsageError(f"There is no option {flag}. {did_you_mean(meant, long, 0.75, way)} Nothing was sent.")


def apart(flag: str) -> str:
    """``-mo3`` as ``-m o3`` and ``-ne`` as ``-n -e``; nothing where the letters are no options."""
    words: list[str] = []
    letters = "" if flag.startswith("--") else flag[1:]
    while letters:
        option = FLAGS.get(f"-{letters[0]}")
        if option is None:
            return ""
        words.append(f"-{letters[0]}")
        letters = letters[1:]
        if option.value and letters:
            return " ".join([*words, letters])
    return " ".join(words)


def _value(option: Option, flag: str, inline: str | None, rest: str) -> tuple[Any, str]:
    """The value of an option, and what is left of the line."""
    if not option.value:
        if inline is not None:
            raise UsageError(f"{flag} takes no value. Nothing was sent.")
        return True, rest
    if inline is None and option.maybe:
        inline = option.maybe.begins(rest)
        rest = rest[len(inline) :].lstrip()
    elif inline is None:
        inline, rest = take(rest)
        if not inline or inline in FLAGS:
            why = f", and {inline} is an option" if inline else f": {option.help}"
            raise UsageError(f"{flag} needs a value ({option.value}){why}. Nothing was sent.")
    try:
        return option.read(unquote(inline) if option.own else plain(inline)), rest
    except ValueError as error:
        way = " (a question that begins so stands behind --)" if option.maybe else ""
        raise UsageError(f"{flag} {option.value}: {error}{way}. Nothing was sent.") from None


def help_lines() -> list[str]:
    """One line for each option, aligned, for the help."""
    heads = [f"{', '.join(option.flags)} {option.value}".rstrip() for option in OPTIONS]
    width = max(map(len, heads))
    return [f"  {head:<{width}}  {option.help}" for head, option in zip(heads, OPTIONS, strict=True)]

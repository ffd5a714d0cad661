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

from nbreason.errors import UsageProblem
from nbreason.magics.typed import refuse_option

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
    maybe: what an optional value looks like; a word that does not is left to the question
    """

    name: str
    flags: tuple[str, ...]
    value: str
    help: str
    read: Callable[[str], Any] = str
    many: bool = False
    maybe: str = ""


def positive(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of numbers above zero."""

    def read(word: str) -> Any:
        try:
            number = kind(word.replace(",", "").replace("_", ""))
        except ValueError:
            raise ValueError(f"{word!r} is not a number") from None
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


CELLS = r"\d+|In\[\d+\]|In\[\d*:\d*\]"
SELECTOR = r"\d+|In\[\d+\](\.\d+)?"
OPTIONS = (
    Option("model", ("-m", "--model"), "P:NAME", "model to ask, provider:model or an alias"),
    Option("effort", ("-e", "--effort"), "LEVEL", "reasoning effort: low, medium, high"),
    Option(
        "figs",
        ("-i", "--figs"),
        "[SEL]",
        "figures that the notebook has shown: the last one; 2 the last two; In[5] those of cell 5;"
        " In[5].2 its second; repeatable",
        many=True,
        maybe=SELECTOR,
    ),
    Option(
        "attached",
        ("-w", "--with"),
        "EXPR",
        "a variable or expression, attached as a short description; repeatable",
        many=True,
    ),
    Option(
        "image", ("--image",), "PATH|NAME", "an image file, or a variable that holds a picture; repeatable", many=True
    ),
    Option(
        "cells",
        ("-c", "--cells"),
        "[N|In[a:b]]",
        "source and text output of the last cell, of the last N, or of named ones; repeatable",
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
    ),
    Option("timeout", ("--timeout",), "S", "seconds until the answer is given up", positive(float)),
)


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
    text: str = ""


def parse(line: str) -> Given:
    """Read options from the front of a line; the rest is the question, untouched.

    Raises UsageProblem in one line.
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
            getattr(given, option.name).append(value)
        else:
            setattr(given, option.name, value)
    given.text = rest
    if given.into and (not given.into.isidentifier() or iskeyword(given.into)):
        raise UsageProblem(f"--into needs the name of a variable, and {given.into!r} is none. Nothing was sent.")
    return given


def compose(given: Given, parts: tuple[Part, ...], place: Place, schema: object = None) -> Question:
    """A question from options and parts, of which the last holds the words.  Raises UsageProblem without words.

    schema: the object that `given.schema` names
    """
    from nbreason.core.models import Options
    from nbreason.core.parts import Text
    from nbreason.core.question import Question

    words = parts[-1]
    if not isinstance(words, Text) or not words.text.strip():
        raise UsageProblem("There is no question: write it below the %%reason line, or behind %reason.")
    return Question(
        parts=(*parts[:-1], Text(words.text.strip())),
        place=place,
        model=given.model,
        options=Options(effort=given.effort, max_tokens=given.max_tokens, params=dict(given.params)),
        system=given.system,
        alone=given.alone,
        fresh=given.fresh,
        timeout=given.timeout,
        shape=shape_of(given, schema),
    )


def shape_of(given: Given, schema: object) -> Shape | None:
    """The form in which the answer is wanted.  Raises UsageProblem."""
    if not given.format and schema is None:
        return None
    from nbreason.formats import wanted

    return wanted(given.format, schema, given.schema)


def find(flag: str) -> Option:
    """The option of a flag.  Raises UsageProblem with the nearest right one."""
    flags = {flag: option for option in OPTIONS for flag in option.flags}
    if flag in flags:
        return flags[flag]
    refuse_option(flag)
    import difflib

    close = difflib.get_close_matches(flag, flags, 1, 0.5)
    way = f"Did you mean {close[0]}?" if close else "%%reason? shows them all."
    raise UsageProblem(f"There is no option {flag}. {way} Nothing was sent.")


def _value(option: Option, flag: str, inline: str | None, rest: str) -> tuple[Any, str]:
    """The value of an option, and what is left of the line."""
    if not option.value:
        if inline is not None:
            raise UsageProblem(f"{flag} takes no value. Nothing was sent.")
        return True, rest
    if inline is None and option.maybe:
        word, after = take(rest) if rest else ("", "")
        return (word, after) if re.fullmatch(option.maybe, word) else ("", rest)
    if inline is None:
        if not rest:
            raise UsageProblem(f"{flag} needs a value ({option.value}): {option.help}. Nothing was sent.")
        inline, rest = take(rest)
    try:
        return option.read(inline), rest
    except ValueError as error:
        raise UsageProblem(f"{flag} {option.value}: {error}. Nothing was sent.") from None


PAIRS = {"(": ")", "[": "]", "{": "}"}


def take(text: str) -> tuple[str, str]:
    """The first word of a line, and the rest.

    White space inside brackets or quotes does not end a word, so that expressions need no quoting; quotes
    around a whole word, or around the value behind ``=``, are taken off.
    """
    closing: list[str] = []
    quote = ""
    end = len(text)
    for position, character in enumerate(text):
        if quote:
            if character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in PAIRS:
            closing.append(PAIRS[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character.isspace() and not closing:
            end = position
            break
    if quote or closing:
        raise UsageProblem(f"This does not end: {text[:60]!r} ({quote or closing[-1]} is missing). Nothing was sent.")
    return unquote(text[:end]), text[end:].lstrip()


def unquote(word: str) -> str:
    """Take quotes off that stand around a whole word or around the value of ``--option="…"``."""
    found = re.fullmatch(r"(--?[\w-]+=)?(['\"])(.*)\2", word, re.DOTALL)
    if found is None or found[2] in found[3]:
        return word
    return (found[1] or "") + found[3]


def help_lines() -> list[str]:
    """One line for each option, aligned, for the help."""
    heads = [f"{', '.join(option.flags)} {option.value}".rstrip() for option in OPTIONS]
    width = max(map(len, heads))
    return [f"  {head:<{width}}  {option.help}" for head, option in zip(heads, OPTIONS, strict=True)]

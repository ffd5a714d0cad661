"""The line of ``%reason`` and ``%%reason``: options first, then the question.

argparse is not used, because a question follows the options on the same line as it is (apostrophes, dollars,
``--`` and all), and because an expression like ``df[["a", "b"]]`` must come through without a shell's quoting.
"""

from __future__ import annotations

import re
from typing import Any

from nbreason.core.options import FLAGS, OPTIONS, AskOptions, Option
from nbreason.core.phrases import did_you_mean
from nbreason.core.selectors import Selector
from nbreason.errors import UsageError
from nbreason.magics.typed_keys import refuse_key_option

BRACKETS = {"(": ")", "[": "]", "{": "}"}
QUOTED = re.compile(r"""'(?P<single>(?:\\.|[^'\\])*)'|"(?P<double>(?:\\.|[^"\\])*)\"""", re.DOTALL)


def parse(line: str) -> tuple[AskOptions, str]:
    """The options at the front of a line, and the question after them, unchanged.

    Raises UsageError in one line.
    """
    given: dict[str, Any] = {}
    rest = line.strip()
    while re.match(r"--?[A-Za-z]|--(\s|$)", rest):
        word, rest = first_word(rest)
        if word == "--":
            break
        flag, equals, inline = word.partition("=")
        name = find_option(flag)
        value, rest = _value(OPTIONS[name], flag, inline if equals else None, rest)
        combine = OPTIONS[name].kind.combine
        given[name] = combine(given[name], value) if combine and name in given else value
    return AskOptions(**given), rest


def find_option(flag: str) -> str:
    """The name of the option with this flag.  Raises UsageError that suggests the nearest one."""
    if flag in FLAGS:
        return FLAGS[flag]
    refuse_key_option(flag)
    separated = _separated(flag)
    hint = f"Put spaces between options and values: {separated}." if separated else "%%reason? lists them all."
    long, meant = [option.flags[-1] for option in OPTIONS.values()], "--" + flag.lstrip("-")
    raise UsageError(f"There is no option {flag}. {did_you_mean(meant, long, 0.75, hint)} Nothing was sent.")


def _separated(flag: str) -> str:
    """``-mo3`` as ``-m o3`` and ``-ne`` as ``-n -e``; empty if the letters are not options."""
    words: list[str] = []
    letters = "" if flag.startswith("--") else flag[1:]
    while letters:
        short, letters = f"-{letters[0]}", letters[1:]
        if short not in FLAGS:
            return ""
        words.append(short)
        if OPTIONS[FLAGS[short]].value and letters:
            return " ".join([*words, letters])
    return " ".join(words)


def _value(option: Option, flag: str, inline: str | None, rest: str) -> tuple[Any, str]:
    """The value of an option, and what is left of the line.

    inline: what follows its equals sign, if there is one
    """
    kind = option.kind
    if not option.value:
        if inline is not None:
            raise UsageError(f"{flag} takes no value. Nothing was sent.")
        return kind.parse(""), rest
    if inline is None and kind.selector:
        inline = _selector(kind.selector, rest)
        rest = rest[len(inline) :].lstrip()
    elif inline is None:
        inline, rest = first_word(rest)
        if not inline or inline in FLAGS:
            why = f", and {inline} is an option" if inline else f": {option.help}"
            raise UsageError(f"{flag} needs a value ({option.value}){why}. Nothing was sent.")
    try:
        return kind.parse(unquote(inline) if kind.quoted else unquote_parts(inline)), rest
    except ValueError as error:
        hint = "; put -- before a question that starts like this" if kind.selector else ""
        raise UsageError(f"{flag} {option.value}: {error}{hint}. Nothing was sent.") from None


def _selector(selector: Selector, text: str) -> str:
    """The first word of a text if it is meant as a selector, valid or not; otherwise it belongs to the question."""
    found = re.match(r"\S*", text)
    word = found[0] if found else ""
    meant = re.match(r"-?\d|[Ii][Nn]\[|\[\d", word) or selector.matches(unquote(word))
    return word if meant else ""


def first_word(text: str) -> tuple[str, str]:
    """The first word of a line with its quotes, and the rest.

    White space inside brackets or quotes does not end a word, so that expressions need no quoting.
    Raises UsageError for brackets or quotes that are not closed.
    """
    closing: list[str] = []
    quote = ""
    escaped = False
    end = len(text)
    for position, character in enumerate(text):
        if quote:
            if character == quote and not escaped:
                quote = ""
            escaped = character == "\\" and not escaped
        elif character in "'\"":
            quote = character
        elif character in BRACKETS:
            closing.append(BRACKETS[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character.isspace() and not closing:
            end = position
            break
    if quote or closing:
        raise UsageError(f"A closing {quote or closing[-1]} is missing in {text[:60]!r}. Nothing was sent.")
    return text[:end], text[end:].lstrip()


def unquote_parts(word: str) -> str:
    """A word without its quotes, wherever they are in it, as a shell removes them."""
    return QUOTED.sub(_inside, word)


def unquote(word: str) -> str:
    """A word without the quotes around all of it; those inside belong to it, as in an expression."""
    found = QUOTED.fullmatch(word)
    return _inside(found) if found else word


def _inside(found: re.Match[str]) -> str:
    # Only backslashes before the quote are removed: others belong to paths and formulas.
    quote = "'" if found["single"] is not None else '"'
    return (found["single"] or found["double"] or "").replace("\\" + quote, quote)

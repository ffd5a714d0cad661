"""Questions end in question marks, which IPython reads as a request for help.

``%reason And the mean?`` would look up the help of ``mean`` and never run.  So such a line is turned into the call
that IPython makes of a line magic anyway, before it looks for question marks.  It is found in Python's tokens, as
IPython finds its own syntax: what looks like it inside a string is left alone.
"""

from __future__ import annotations

import re
from itertools import pairwise
from tokenize import DEDENT, ENDMARKER, INDENT, NEWLINE, NL, TokenInfo
from typing import Any

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
)
from IPython.core.magic import MagicAlias
from IPython.core.prefilter import is_shadowed

EMPTY = {INDENT, DEDENT, NEWLINE, NL, ENDMARKER}
"""Tokens without visible characters."""

OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")


class QuestionLine(TokenTransformBase):  # type: ignore[misc, unused-ignore]
    """A line that asks, and how it is rewritten.

    line:  its first token; help that IPython finds would start there as well
    magic: the first token of the magic, which may follow a name and an equals sign
    """

    priority = 1  # before help, which has 5

    def __init__(self, line: TokenInfo, magic: TokenInfo) -> None:
        super().__init__(line.start)  # type: ignore[no-untyped-call, unused-ignore]
        self._column = magic.start[1]

    def transform(self, lines: list[str]) -> list[str]:
        """The lines of the code, with this one as a call of the magic."""
        end = find_end_of_continued_line(lines, self.start_line)
        text = assemble_continued_line(lines, (self.start_line, self._column), end)
        name, words = text.removeprefix("%").split(maxsplit=1)
        before = lines[self.start_line][: self._column]
        call = f"{before}get_ipython().run_line_magic({name!r}, {words!r})\n"
        return [*lines[: self.start_line], call, *lines[end + 1 :]]


class QuestionMarks:
    """A token transformer of IPython: finds the first line that asks."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def find(self, tokens_by_line: list[list[TokenInfo]]) -> QuestionLine | None:
        """The first line that asks, or None."""
        names = self._names()
        for line in tokens_by_line:
            tokens = [token for token in line if token.type not in EMPTY]
            if (mark := magic(tokens)) is not None and asks(mark.line[mark.start[1] + 1 :], tokens, names):
                return QuestionLine(tokens[0], mark)
        only = [token for line in tokens_by_line for token in line if token.type not in EMPTY]
        if self._automagic(only, names):
            return QuestionLine(only[0], only[0])
        return None

    def _names(self) -> set[str]:
        """``reason`` and its aliases.

        Only an alias is asked for an attribute: any attribute of a magic that IPython has not imported yet imports it.
        """
        table = list(self._shell.magics_manager.magics["line"].items())  # another cell may add to it meanwhile
        return {
            name
            for name, found in table
            if name == "reason" or (type(found) is MagicAlias and found.magic_name == "reason")
        }

    def _automagic(self, tokens: list[TokenInfo], names: set[str]) -> bool:
        """Whether the code is one line that asks without a percent sign, as a terminal allows."""
        if len(tokens) < 3 or tokens[0].string not in names or tokens[-1].string != "?":
            return False
        together = tokens[1].start == tokens[0].end or tokens[1].string == "="
        several = tokens[0].start[0] != tokens[-1].end[0]
        free = self._shell.automagic and not is_shadowed(tokens[0].string, self._shell)
        return bool(free and not together and not several)


def magic(tokens: list[TokenInfo]) -> TokenInfo | None:
    """The percent sign of a line that is a magic, or that assigns what a magic returns.

    An equals sign in brackets is not an assignment, and a line for the system's shell is not a magic.
    """
    if tokens and tokens[0].string in ("%", "!"):
        return tokens[0] if tokens[0].string == "%" else None
    depth = 0
    for equals, mark in pairwise(token for token in tokens if token.string.strip()):
        depth += (equals.string in OPENING) - (equals.string in CLOSING)
        if equals.string == "=" and not depth and mark.string in ("%", "!"):
            return mark if mark.string == "%" else None
    return None


def asks(text: str, tokens: list[TokenInfo], names: set[str]) -> bool:
    """Whether a line magic is ours and has a question, or runs ours (``%time %reason why?``).

    text: what follows its percent sign
    """
    name, *words = text.split(maxsplit=1) or [""]
    if name in names or not words:
        return name in names and bool(words)
    inner = re.findall(r"(?:^|\s)%(\w+)(?=\s+\S)", words[0])
    return not names.isdisjoint(inner) and tokens[-1].string == "?"

"""``{{ expr }}`` in a question: evaluated in the notebook, described, attached.

Only doubled braces mean anything, and not inside code or formulas: LaTeX, JSON, f-strings and templates go
through as they are.  ``\\{{`` is a pair of braces.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Number

from nbreason.capture.sent import Sent

SENT = (
    Sent(
        "values",
        "`{{ expr }}` of a number, None, or a string of one line and at most 200 characters",
        "its text, in the sentence; everything else is attached as these tables say",
    ),
)

LITERAL = re.compile(
    r"""
    (?P<fence>^[ ]{0,3}(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}(?P=mark)[`~]*[ \t]*$|\Z))
    | (?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))
    | (?P<maths>\$\$.*?\$\$ | \\\(.*?\\\) | \\\[.*?\\\] | \$(?=\S)[^$\n]*?(?<=\S)\$(?!\d))
    | (?P<escaped>\\\{\{)
    | (?P<open>\{\{)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Piece:
    """A stretch of a question: words as they stand, or an expression to be replaced."""

    text: str
    expression: bool = False


def pieces(text: str) -> Iterator[Piece]:
    """Take a question apart."""
    position = 0
    while found := LITERAL.search(text, position):
        yield Piece(text[position : found.start()])
        position = found.end()
        if found["escaped"]:
            yield Piece("{{")
        elif found["open"] and (end := _end(text, position)) is not None:
            yield Piece(text[position:end].strip(), expression=True)
            position = end + 2
        else:
            yield Piece(found[0])
    yield Piece(text[position:])


def _end(text: str, start: int) -> int | None:
    """Where the expression that begins at `start` ends: at the first ``}}`` that makes it Python.

    Without any such end it ends at the first ``}}`` on the same line, so that a slip is reported and not sent as
    words; None when there is no ``}}``, or nothing in between.
    """
    first: int | None = None
    end = text.find("}}", start)
    while end != -1:
        inside = text[start:end].strip()
        if first is None:
            first = end if inside and "\n" not in inside else None
            if not inside:
                return None
        if _is_python(inside):
            return end
        end = text.find("}}", end + 1)
    return first


def _is_python(text: str) -> bool:
    try:
        compile(text, "<expression>", "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def fill(text: str, replace: Callable[[str], str]) -> str:
    """The question with each expression replaced by what `replace` makes of it."""
    return "".join(replace(piece.text) if piece.expression else piece.text for piece in pieces(text))


def inline(value: object) -> str | None:
    """A value that reads best within the sentence: a number or a short string; None for anything else."""
    if isinstance(value, Number) or value is None:
        return str(value)  # not its repr, which for numpy's numbers is np.float64(0.9)
    if isinstance(value, str) and len(value) <= 200 and "\n" not in value:
        return value
    return None

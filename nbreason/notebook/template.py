"""``{{ expr }}`` in a question: evaluated in the notebook, described, attached.

Only double braces have a meaning, and not inside code or formulas: LaTeX, JSON, f-strings and templates are not
changed.  ``\\{{`` is a pair of braces.
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
        "its text, in the sentence; everything else is attached as described in these tables",
    ),
)

_LITERAL = re.compile(
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
class _Piece:
    """A piece of a question: plain text, or an expression to be replaced."""

    text: str
    expression: bool = False


def _pieces(text: str) -> Iterator[_Piece]:
    """Split a question into text and expressions."""
    position = 0
    while found := _LITERAL.search(text, position):
        yield _Piece(text[position : found.start()])
        position = found.end()
        if found["escaped"]:
            yield _Piece("{{")
        elif found["open"] and (end := _end(text, position)) is not None:
            yield _Piece(text[position:end].strip(), expression=True)
            position = end + 2
        else:
            yield _Piece(found[0])
    yield _Piece(text[position:])


def _end(text: str, start: int) -> int | None:
    """Where the expression that begins at `start` ends: at the first ``}}`` that makes it Python.

    If there is none it ends at the first ``}}`` on the same line, so that a typo is reported and not sent as
    text; None when there is no ``}}``, or nothing in between.
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
    return "".join(replace(piece.text) if piece.expression else piece.text for piece in _pieces(text))


def inline(value: object) -> str | None:
    """A value that is put into the sentence: a number or a short string; None for anything else."""
    if isinstance(value, Number) or value is None:
        return str(value)  # not its repr, which for numpy's numbers is np.float64(0.9)
    if isinstance(value, str) and len(value) <= 200 and "\n" not in value:
        return value
    return None

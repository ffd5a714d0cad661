"""Evaluate the expressions of ``--with`` and of double braces in the namespace of the notebook."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from nbreason.capture.short_text import message_of
from nbreason.core.characters import one_line

_LONGEST_MESSAGE = 200
_LONGEST_EXPRESSION = 80


class ExpressionFailed(Exception):
    """An expression could not be evaluated.  The message is one line that says which, and why."""


def evaluate(expr: str, namespace: Mapping[str, object]) -> object:
    """The value of a Python expression.

    expr:      one expression; ``await`` is allowed and returns a coroutine, which the caller awaits
    namespace: names to values, as IPython's ``user_ns`` (``In`` and ``Out`` are in it)

    Raises ExpressionFailed for every error but an interrupt.
    """
    source = expr.strip()
    if not source:
        raise ExpressionFailed("An expression is missing: give the name of a variable, or a Python expression.")
    # In parentheses an expression may run over several lines.
    wrapped = f"(\n{source}\n)" if "\n" in source else source
    try:
        code = compile(wrapped, "<expression>", "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        # A copy, so that `:=` in a question cannot change the notebook.
        return eval(code, dict(namespace))
    except (Exception, SystemExit) as error:  # noqa: BLE001
        failure = ExpressionFailed(_failure_line(source, error))
    raise failure


def _failure_line(source: str, error: BaseException) -> str:
    name = type(error).__name__
    message = error.msg if isinstance(error, SyntaxError) else message_of(error)
    why = one_line(f"{name}: {message}" if message else name, _LONGEST_MESSAGE)
    return f"{one_line(source, _LONGEST_EXPRESSION)} raised {why}"

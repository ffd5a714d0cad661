"""Expressions are evaluated in the notebook's namespace, and fail in one line."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from nbreason.notebook.expressions import ExpressionFailed, evaluate


def failure(expr: str, **namespace: Any) -> str:
    """The message when an expression fails."""
    with pytest.raises(ExpressionFailed) as caught:
        evaluate(expr, namespace)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "no frame of ours or theirs hangs on it"
    return message


def test_names_and_expressions_have_their_value():
    assert evaluate("x", {"x": 3}) == 3
    assert evaluate("  sum(n * x for n in range(3)) ", {"x": 2}) == 6
    assert evaluate("Out[5]", {"Out": {5: "five"}}) == "five"
    assert evaluate("x\n+ 1", {"x": 1}) == 2
    assert evaluate("'two\\nlines'", {}) == "two\nlines"


def test_a_question_cannot_change_the_notebook():
    namespace: dict[str, object] = {"x": 1}
    assert evaluate("(x := 5)", namespace) == 5
    assert namespace == {"x": 1}


def test_an_error_names_expression_type_and_message():
    assert failure("df.x", df=3) == "df.x raised AttributeError: 'int' object has no attribute 'x'"
    assert failure("nothing") == "nothing raised NameError: name 'nothing' is not defined"
    assert failure("df[").startswith("df[ raised SyntaxError: ")
    assert failure("x = 1").startswith("x = 1 raised SyntaxError: ")
    assert (
        failure("") == failure("  ") == "An expression is missing: give the name of a variable, or a Python expression."
    )


def boom(error: BaseException) -> None:
    raise error


def test_a_message_stays_short_and_without_control_characters():
    message = failure("boom(E)", boom=boom, E=ValueError("\x1b[31mred\x1b[0m\nnext\x07" + "x" * 5000))
    assert message.startswith("boom(E) raised ValueError: red\\nnextxxx")
    assert len(message) <= 220


def test_odd_errors_are_reported_too():
    class Odd(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no message")

    assert failure("boom(E)", boom=boom, E=Odd()) == ("boom(E) raised Odd: (its message raises RuntimeError)")
    assert failure("boom(E)", boom=boom, E=SystemExit(3)) == "boom(E) raised SystemExit: 3"
    assert failure("f()", f=eval("lambda: f()", {"f": None}) and (lambda: deep())).startswith(
        "f() raised RecursionError"
    )
    assert failure("x" * 500).startswith("x" * 79 + "…")
    assert "raised" in failure("a\0b")


def deep() -> None:
    deep()


def test_an_interrupt_is_not_swallowed():
    with pytest.raises(KeyboardInterrupt):
        evaluate("boom(E)", {"boom": boom, "E": KeyboardInterrupt()})


def test_what_is_to_be_awaited_comes_back_as_it_is():
    async def table() -> str:
        return "rows"

    for expr in ("table()", "await table()"):
        awaitable = evaluate(expr, {"table": table})
        assert inspect.isawaitable(awaitable)
        with pytest.raises(StopIteration, match="rows"):
            awaitable.__await__().send(None)  # type: ignore[attr-defined]

"""Ask objects for facts, whatever they raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def attempt(fact: Callable[[], _T], otherwise: Callable[[Exception], _T]) -> _T:
    """What `fact` returns, or what `otherwise` makes of its error.

    The only place where every error is caught: an object may raise anything, and is still described.
    """
    try:
        return fact()
    except Exception as error:  # noqa: BLE001
        return otherwise(error)
    except BaseException as error:
        # A panic inside a Rust library (polars) is a BaseException, but it is an error like others.
        if type(error).__name__ != "PanicException":
            raise
        return otherwise(RuntimeError("panic"))


def value_or_none(fact: Callable[[], _T]) -> _T | None:
    """What `fact` returns, or None if it raises: a fact that is not available is left out."""
    return attempt(fact, lambda error: None)

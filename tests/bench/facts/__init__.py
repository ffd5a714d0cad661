"""Facts that a reader would ask for, over objects that ship with the libraries or are made with a fixed seed.

Each module of this folder has a ``SUBJECTS``: functions that make a `Subject`.  What is expected is computed with the
library of the object, never taken from a description.  A plot's module gives the words that go along as ``sent``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One question and its answer.

    question: as a reader asks it
    value:    a number, a string, or several that follow each other
    named:    what must name the value where it stands, each one word or phrase or alternatives:
              ``("waiting", "50% or median")``; found in the label before it, the head of its line, the header of
              its column, the label of its row or the heading above
    either:   other values and their names that answer the question as well
    shown:    column and function (len, min, max …): who sees all values of the column can tell as well
    """

    question: str
    value: Any
    named: tuple[str, ...]
    either: tuple[tuple[Any, tuple[str, ...]], ...] = ()
    shown: tuple[str, Callable[[list[str]], Any]] | None = None


@dataclass(frozen=True)
class Subject:
    """One object with its facts.

    name:  what the notebook calls it
    value: the object
    facts: what is asked of it
    sent:  its text if that is not ``describe(value, name)``: of a figure that the notebook has shown
    others: other texts of it to compare with, by what they are called
    """

    name: str
    value: Any
    facts: Sequence[Fact]
    sent: str | None = None
    others: dict[str, str] = field(default_factory=dict)

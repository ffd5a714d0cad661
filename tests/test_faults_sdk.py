"""The table that sets the openai SDK beside nbreason: it has the rows that the benchmark runs, and is judged fairly.

The benchmark itself is run by hand: ``python -m tests.bench.faults_sdk --write``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.side_by_side.case import Case, Got, Must
from tests.bench.side_by_side.cases import cases
from tests.bench.side_by_side.reaching import answers
from tests.bench.side_by_side.table import again, cell, expected, in_words, met, published, silent, verdict
from tests.faults.conftest import TEXT, WAYS
from tests.tables import PAGES

CASE = Case(34, WAYS["chat-streamed"], Must.KEPT, answers, text="Two ")
WHOLE = Got(posts=1, text=TEXT, label="stop")
CUT = Got(posts=1, text="Two ")
RAISED = Got(posts=1, error="APIConnectionError", text="Two ")


def test_the_published_table_has_the_rows_that_are_run() -> None:
    """Renew it by ``python -m tests.bench.faults_sdk --write``."""
    assert expected() == published(PAGES["fault"].read_text(encoding="utf-8"))


def test_each_row_that_a_client_can_meet_is_run() -> None:
    assert sorted({case.row for case in cases()}) == list(range(1, 48))


def test_no_case_is_run_twice() -> None:
    names = [(case.row, case.way, case.variant) for case in cases()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("must", "got", "good", "cut"),
    [
        (Must.KEPT, RAISED, True, False),
        (Must.KEPT, CUT, False, True),
        (Must.KEPT, replace(RAISED, text=""), False, False),
        (Must.KEPT, replace(RAISED, posts=3), False, False),
        (Must.ONCE, RAISED, True, False),
        (Must.ONCE, WHOLE, False, True),
        (Must.WHOLE, CUT, True, False),
        (Must.WHOLE, WHOLE, False, True),
        (Must.WHOLE, RAISED, False, False),
        (Must.WHOLE, replace(CUT, gave_up=True), False, False),
        (Must.TOLD, replace(CUT, label="length"), False, False),
        (Must.TOLD, replace(CUT, label="stop"), True, False),
    ],
)
def test_an_exception_is_never_a_silent_cut(must: Must, got: Got, good: bool, cut: bool) -> None:
    case = replace(CASE, must=must)
    assert (good, cut) == (met(case, got), silent(case, got))


def test_only_what_may_have_been_paid_for_can_be_billed_again() -> None:
    assert [again(CASE, replace(RAISED, posts=posts)) for posts in (0, 1, 3)] == [0, 0, 2]
    assert again(replace(CASE, billable=False), replace(RAISED, posts=3)) == 0


def test_what_came_is_said_in_words() -> None:
    assert in_words(CASE, RAISED) == "1 POST, `APIConnectionError`, 4 characters in hand"
    assert in_words(CASE, CUT) == "1 POST, no exception, 4 of 17 characters"


def test_cases_that_differ_are_told_apart() -> None:
    other = replace(CASE, way=WAYS["responses-streamed"])
    results = [(CASE, RAISED), (other, CUT)]
    assert cell(results) == f"chat: {in_words(CASE, RAISED)}<br>responses: {in_words(other, CUT)}"
    assert verdict(results, sdk=True) == "1 of 2"
    assert verdict(results[:1], sdk=True) == "yes"

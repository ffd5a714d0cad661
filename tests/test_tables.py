"""The tables of faults and threats in the docs name the tests that hold each row, and all of them."""

from __future__ import annotations

import pytest

from tests.tables import PAGES, held, renewed, rows

LAST = {"fault": 59, "threat": 20}


@pytest.mark.parametrize("kind", PAGES)
def test_the_page_is_up_to_date(kind: str) -> None:
    """Renew it by ``python -m tests.tables``."""
    text = PAGES[kind].read_text(encoding="utf-8")
    assert text == renewed(kind, text)


@pytest.mark.parametrize("kind", PAGES)
def test_each_row_has_a_test_and_each_test_a_row(kind: str) -> None:
    numbers = list(range(1, LAST[kind] + 1))
    assert numbers == rows(PAGES[kind].read_text(encoding="utf-8"))
    assert numbers == sorted(held(kind))


def test_a_drift_would_be_seen() -> None:
    text = PAGES["fault"].read_text(encoding="utf-8")
    name = held("fault")[34][0][1].removeprefix("test_fault_34_").replace("_", " ")
    assert text != text.replace(name, "something else")
    assert text == renewed("fault", text.replace(name, "something else"))

"""The documents say what the code says: their tables are made from it, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_tables import ROW, TABLES, held
from renew import COMMAND, MARK, ROOT, drifted, pages, renewed


def names(page: Path) -> list[str]:
    return [found[2] for found in MARK.finditer(page.read_text(encoding="utf-8"))]


def test_no_document_is_out_of_date() -> None:
    names = [path.name for path in drifted()]
    assert names == [], f"the code has changed what {names} must say: run `{COMMAND}` and commit the result"


def test_each_table_is_in_one_document() -> None:
    assert sorted(TABLES) == sorted(name for page in pages() for name in names(page))


@pytest.mark.parametrize("page", [page for page in pages() if names(page)], ids=lambda page: page.stem)
def test_a_drift_is_seen_and_mended(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    last = max(text.rindex(cell, 0, text.rindex("<!-- end -->")) for cell in ("`", ")"))
    assert renewed(text[:last] + "drifted" + text[last:]) == renewed(text)


@pytest.mark.parametrize(("table", "kind"), [("faults", "fault"), ("threats", "threat")])
def test_each_row_has_a_test_and_each_test_a_row(table: str, kind: str) -> None:
    page = next(page for page in pages() if table in names(page))
    rows = [int(row[1]) for row in ROW.finditer(page.read_text(encoding="utf-8"))]
    assert len(rows) >= 20
    assert rows == sorted(held(kind)), f"{page.name} and the tests named test_{kind}_NN_… must have the same numbers"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_each_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert links or page.parent != ROOT

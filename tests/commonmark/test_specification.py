"""The examples of the specifications, character by character, but for those that a decision excludes."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import markdown
import pytest

from nbreason.commonmark import CommonMark

HERE = Path(__file__).parent

# Example numbers -> why ours differs. docs/rendering.md has the same table.
RAW_HTML = "raw HTML is text, always"
EXCLUDED: dict[int, str] = dict.fromkeys(
    (
        *(21, 31, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 623, 642, 643),
        *range(148, 192),  # the section on HTML blocks
        *range(613, 618),
        *range(625, 632),  # the section on raw HTML
    ),
    RAW_HTML,
)
EXCLUDED_GFM = {491: "one tilde is 'about', as in ~5"}


def examples(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return found


SPEC, GFM = examples("spec-0.31.2.json"), examples("gfm-0.29.json")


def commonmark(text: str) -> str:
    return markdown.markdown(text, extensions=["nbreason.commonmark"])


@pytest.mark.parametrize("example", SPEC, ids=lambda example: str(example["example"]))
def test_an_example_of_the_specification(example: dict[str, Any]) -> None:
    got = commonmark(example["markdown"])

    if EXCLUDED.get(example["example"]) != RAW_HTML:
        assert got == example["html"].strip()
        return
    assert got != example["html"].strip(), "it need not be excluded"
    shown = html.unescape(re.sub("<[^>]*>", "", got))
    assert shown.count("<") == example["markdown"].count("<"), "every tag of the source is text"


@pytest.mark.parametrize("example", GFM, ids=lambda example: str(example["example"]))
def test_an_example_of_githubs_extensions(example: dict[str, Any]) -> None:
    extension = CommonMark(tables=True, strikethrough=True, tasklists=True)
    got = markdown.markdown(example["markdown"], extensions=[extension], output_format="html")

    assert (got == example["html"].strip()) is (example["example"] not in EXCLUDED_GFM)


def test_the_documents_list_what_is_excluded() -> None:
    told = (HERE.parents[1] / "docs" / "rendering.md").read_text(encoding="utf-8")
    row = next(line for line in told.splitlines() if line.startswith("| raw HTML"))
    numbers: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", row):
        numbers |= set(range(int(first), int(last or first) + 1))

    assert numbers == set(EXCLUDED)
    assert len(SPEC) == 652

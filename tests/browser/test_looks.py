"""What an answer, the panel and the dashboard look like in both themes: nothing runs off the page, all can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.lab import Notebook, wait_until
from tests.browser.test_quickstart import CONTRAST

Open = Callable[..., Notebook]
LOAD = "%load_ext nbreason"
THEMES = pytest.mark.parametrize("theme", ["Light", "Dark"])
LONG = (
    "See https://example.org/"
    + "a-long-way/" * 20
    + " and `name_"
    + "of_something_" * 20
    + "` and "
    + "x" * 300
    + ".\n\n"
    "$$" + " + ".join(f"x_{{{number}}}^2" for number in range(60)) + "$$\n\n"
    "| a | b |\n|---|---|\n| some words | https://example.org/" + "a-long-way/" * 20 + " |\n"
)
RIGHT_TO_LEFT = "تظهر **مجموعتان** في `df`.\n\nAn English line.\n\n- عنصر\n"


def contrast(notebook: Notebook, selector: str) -> dict[str, Any]:
    """The text of a selector that can be read worst; colours that fade into each other are waited for."""
    seen: list[dict[str, Any]] = [{}]

    def settled() -> bool:
        seen.append(dict(notebook.page.evaluate(CONTRAST, selector)))
        return seen[-1] == seen[-2]

    wait_until(settled, 20, "the colours to be those of the theme")
    return seen[-1]


WIDER = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
  .map(e => e.scrollWidth - e.clientWidth).filter(more => more > 0)"""
LEAVES = """selector => [...document.querySelectorAll(selector)].filter(e => {
  const box = e.getBoundingClientRect(), area = e.closest('.jp-OutputArea-output').getBoundingClientRect();
  return box.right > area.right + 1;
}).map(e => e.textContent)"""


def test_nothing_runs_off_the_page_while_it_comes_and_when_it_has_come(notebook: Open) -> None:
    wide = notebook("wide.ipynb", LOAD, f"%%reason --fresh\nShow.\nrehearse: pace 60\nrehearse: echo\n{LONG}")
    wide.command("notebook:run-all-cells")
    wide.page.locator(".nbreason-piece code").wait_for(timeout=30_000)
    wait_until(lambda: "xxx" in wide.html(".nbreason-piece")[0], 30, "the long word to come")
    assert wide.page.evaluate(LEAVES, ".nbreason-piece p, .nbreason-piece code, .nbreason-piece a") == []
    wide.wait_for_end()
    wide.page.locator(".nbreason mjx-container").wait_for()
    assert wide.page.evaluate(WIDER) == []
    assert wide.page.evaluate(LEAVES, ".nbreason p, .nbreason p code, .nbreason p a") == []
    cell = wide.page.locator(".nbreason td").first
    assert cell.inner_text() == "some words"
    assert cell.bounding_box()["width"] > 60, "columns of tables do not collapse"


def test_each_paragraph_begins_where_its_script_does(notebook: Open) -> None:
    shown = notebook("rtl.ipynb", LOAD, f"%%reason --fresh\nShow.\nrehearse: echo\n{RIGHT_TO_LEFT}")
    shown.run_all()
    gaps = shown.page.evaluate(
        """() => [...document.querySelectorAll('.nbreason p')].map(p => {
          const range = document.createRange(); range.selectNodeContents(p);
          const words = range.getBoundingClientRect(), line = p.getBoundingClientRect();
          return words.left - line.left < line.right - words.right ? 'left' : 'right';
        })"""
    )
    assert gaps == ["right", "left"]


def test_a_long_table_scrolls_under_its_head_and_is_whole_on_paper(notebook: Open) -> None:
    rows = "\n".join(f"| {row} | x |" for row in range(60))
    long = notebook("long.ipynb", LOAD, f"%%reason --fresh\nrehearse: echo\n| n | what |\n|--|--|\n{rows}")
    long.run_all()
    page, table = long.page, long.page.locator(".nbr-table")
    assert table.bounding_box()["height"] < 600
    table.evaluate("box => { box.scrollTop = 400 }")
    gap = "box => box.querySelector('th').getBoundingClientRect().top - box.getBoundingClientRect().top"
    assert abs(table.evaluate(gap)) < 2
    page.emulate_media(media="print")
    assert table.evaluate("box => box.scrollHeight - box.clientHeight") == 0
    page.emulate_media(media="screen")


def test_the_marks_of_a_list_stand_where_its_script_begins(notebook: Open) -> None:
    shown = notebook("rtl-list.ipynb", LOAD, "%%reason --fresh\nrehearse: echo\nשלום\n\n- אחת\n- שתיים\n\n> ציטוט")
    shown.run_all()
    inner = "list => { const s = getComputedStyle(list); return [s.paddingLeft, s.paddingRight] }"
    assert shown.page.locator(".nbreason ul").evaluate(inner) == ["0px", "28px"]
    edge = "quote => { const s = getComputedStyle(quote); return [s.borderLeftWidth, s.borderRightWidth] }"
    assert shown.page.locator(".nbreason blockquote").evaluate(edge) == ["0px", "5px"]


@THEMES
def test_the_panel_and_the_dashboard_can_be_read(notebook: Open, theme: str) -> None:
    """Contrast of at least 4.5:1 (WCAG 2.1, 1.4.3), while an answer comes as well."""
    board = notebook(
        f"read-{theme.lower()}.ipynb",
        LOAD,
        "%nbreason panel",
        "%nbreason budget 50 credits",
        "%reason Why?",
        "%%reason --fresh\nrehearse: think, slow 1, pace 120\nWhat is a median?",
        "%nbreason history",
    )
    board.theme(theme)
    board.run(0, 1, 2, 3, 5)
    board.select(4)
    board.command("notebook:run-cell")
    board.page.locator("[role=timer]").wait_for()
    board.page.locator(".jp-CodeCell .jupyter-widget-Collapse-header").click(timeout=20_000)
    board.page.locator(".jp-CodeCell pre.mathjax_ignore").wait_for(state="visible")
    words = ".jp-OutputArea-output :is([role=timer], [role=timer] ~ div, pre.mathjax_ignore, button, td, th, div)"
    worst = contrast(board, f"{words}:not(:empty)")
    assert worst["ratio"] >= 4.5, worst
    board.wait_for_end()
    press = board.page.locator("button:has-text('Undo')").first
    press.click()
    board.page.locator("[role=status]:has-text('Removed turn')").wait_for()
    worst = contrast(board, f"{words}:not(:empty)")
    assert worst["ratio"] >= 4.5, worst


@THEMES
def test_an_error_can_be_read(notebook: Open, theme: str) -> None:
    failing = notebook(f"wrong-{theme.lower()}.ipynb", LOAD, "%reason -m segmind:o3 hello")
    failing.theme(theme)
    failing.run_all()
    worst = contrast(failing, ".jp-OutputArea-output pre, .jp-OutputArea-output pre span")
    assert "There is no key for Segmind" in worst["text"]
    assert worst["ratio"] >= 4.5, worst

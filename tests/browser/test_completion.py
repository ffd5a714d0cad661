"""Tab in a line of ``%%reason``: JupyterLab shows what each choice is, on one line each."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.browser.lab import Notebook, wait_until

MENU = """() => [...document.querySelectorAll('.jp-Completer-item')].map(row => [row.textContent, row.clientHeight,
  row.querySelector('.jp-Completer-typeExtended').scrollHeight])"""
RIGHT = "() => document.querySelector('.jp-Completer').getBoundingClientRect().right <= innerWidth"


@pytest.mark.parametrize(
    ("theme", "line", "choice", "description"),
    [
        ("JupyterLab Light", "%%reason -", "--dry-run", "show exactly what would leave the machine"),
        ("JupyterLab Dark", "%nbreason ", "help", "this list, the options of %%reason"),
    ],
)
def test_descriptions_stand_beside_the_choices_each_on_its_line(
    notebook: Callable[..., Notebook], theme: str, line: str, choice: str, description: str
) -> None:
    shown = notebook("completion.ipynb", "%load_ext nbreason", line)
    shown.page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {json.dumps({'theme': theme})})")
    shown.run(0)
    shown.page.locator(".jp-Notebook-cell .cm-content").nth(1).click()
    shown.page.keyboard.press("Control+End")
    shown.page.keyboard.press("Tab")
    wait_until(lambda: shown.page.evaluate(MENU), 30, "the menu")
    rows = shown.page.evaluate(MENU)
    assert any(text.replace("\u2007", " ").endswith(choice + description) for text, _, _ in rows), rows
    assert all(inside <= height for _, height, inside in rows), "a description over the next line"
    assert shown.page.evaluate(RIGHT)

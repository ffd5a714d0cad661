"""Buttons under answers, on code and under tracebacks, and asking about an output: each makes a cell, none sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from nbreason.core.events import Answer
from nbreason.render.bundle import answer_bundle
from tests.browser.lab import Lab, Notebook, lab_with_extension, opened, wait_until
from tests.browser.test_quickstart import keep

LOAD = "%load_ext nbreason"
TEXT = "Two *groups*.\n\n```python\nprint('first')\n```\n\n1. And\n\n   ```bash\n   ls\n   ```\n"
DRAW = """from IPython.display import Image, display
from nbreason.capture.pixels import png
for grey in (60, 120): display(Image(png(bytes([grey]) * 40000, 200, 200, 1)))
print('hi')"""
SOURCES = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(c => c.model.sharedModel.getSource())"
CURSOR = """() => { const cell = window.jupyterapp.shell.currentWidget.content.activeCell;
  return [cell.model.sharedModel.getSource(), document.activeElement.closest('.jp-Cell') === cell.node,
    cell.editor.getCursorPosition(), cell.prompt, cell.model.executionCount] }"""
TOOLS = ".nbreason-tools"


@pytest.fixture(scope="module", params=["jupyterlab", "notebook"])
def lab(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    server = lab_with_extension(tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("home"), request.param)
    yield server
    server.stop()


def saved(lab: Lab, name: str, *answers: str) -> None:
    """A notebook from elsewhere, which is not trusted, with a question and an answer in each cell."""
    cells = []
    for number, text in enumerate(answers, 1):
        bundle = answer_bundle(Answer(text=text, finish="stop", requested_model="test:o3"))
        output = nbformat.v4.new_output("display_data", data=bundle.data, metadata=bundle.metadata)
        cells.append(nbformat.v4.new_code_cell("%%reason\nWhy?", execution_count=number, outputs=[output]))
    content = nbformat.v4.new_notebook(cells=cells)
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(content, lab.root / name)


def sources(notebook: Notebook) -> list[str]:
    return [str(source) for source in notebook.page.evaluate(SOURCES)]


def press(notebook: Notebook, words: str, number: int = 0) -> None:
    notebook.page.locator(f"{TOOLS} button:text-is('{words}')").nth(number).click()


def made(notebook: Notebook, source: str) -> None:
    """A cell was made, the cursor stands at its end, and it was not run."""
    wait_until(lambda: notebook.page.evaluate(CURSOR)[:2] == [source, True], 5, f"a cell with {source!r}")
    _, _, cursor, prompt, count = notebook.page.evaluate(CURSOR)
    lines = source.split("\n")
    assert (cursor["line"], cursor["column"]) == (len(lines) - 1, len(lines[-1]))
    assert (prompt or "", count) == ("", None)


def test_an_answer_that_was_saved_elsewhere_can_be_copied_and_asked_again(lab: Lab, page: Any) -> None:
    saved(lab, "saved.ipynb", TEXT, "Another.")
    notebook = Notebook(page, lab, "saved.ipynb")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.select(1)
    line = page.locator(".nbreason-line").first
    place = line.bounding_box()
    line.hover()
    assert page.locator(".jp-CodeCell").first.locator(f"{TOOLS} button").all_inner_texts() == [
        *["Copy", "Insert below"] * 2,
        "Copy as Markdown",
        "Ask again",
    ]
    assert line.bounding_box() == place, "nothing moves"
    press(notebook, "Copy as Markdown")
    wait_until(lambda: page.evaluate("() => navigator.clipboard.readText()") == TEXT, 5, "the Markdown")
    line.hover()
    press(notebook, "Copy", 1)
    wait_until(lambda: page.evaluate("() => navigator.clipboard.readText()") == "ls", 5, "the code")
    line.hover()
    press(notebook, "Insert below")
    made(notebook, "print('first')")
    line.hover()
    press(notebook, "Ask again")
    made(notebook, "%%reason --fresh\nWhy?")
    line.hover()
    assert page.locator(TOOLS).count() > 0
    assert "nbreason-tools" not in json.dumps(notebook.save())


def test_the_buttons_leave_with_the_mouse_and_come_with_the_active_cell(lab: Lab, page: Any) -> None:
    saved(lab, "leaving.ipynb", TEXT, TEXT)
    notebook = Notebook(page, lab, "leaving.ipynb")
    notebook.select(1)
    cells = page.locator(".jp-CodeCell")
    assert (cells.nth(0).locator(TOOLS).count(), cells.nth(1).locator(TOOLS).count()) == (0, 3)
    cells.nth(0).locator(".nbreason-line").hover()
    assert (cells.nth(0).locator(TOOLS).count(), cells.nth(1).locator(TOOLS).count()) == (3, 3)
    page.mouse.move(1, 1)
    wait_until(lambda: cells.nth(0).locator(TOOLS).count() == 0, 5, "the buttons to leave")
    button = cells.nth(1).locator(f"{TOOLS} button:text-is('Ask again')")
    button.focus()
    page.keyboard.press("Enter")
    made(notebook, "%%reason --fresh\nWhy?")


def test_an_error_is_explained_by_a_cell_that_is_ready_to_run(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "error.ipynb", LOAD, "1 / 0", "{}['{{x}}']", "%reason -m segmind:o3 hello")
    for cell in range(4):
        notebook.run(cell)
    errors = page.locator(".jp-OutputArea-output:has-text('Error')")
    errors.nth(1).hover()
    press(notebook, "Explain")
    question = "and what is the smallest change that fixes it?"
    made(notebook, f"%%reason --error\nWhy does this fail, {question}")
    errors.nth(1).hover()
    press(notebook, "Fix")
    made(notebook, "%reason --fix")
    errors.nth(0).hover()
    press(notebook, "Fix")
    made(notebook, "%reason --fix In[2]")
    errors.nth(0).hover()
    press(notebook, "Explain")
    made(notebook, f"%%reason --cells In[2]\nWhy does this raise ZeroDivisionError, {question}")
    assert "no key for Segmind" in page.locator(".jp-OutputArea-output").last.inner_text()
    page.locator(".jp-OutputArea-output").last.hover()
    assert page.locator(".jp-CodeCell").last.locator(TOOLS).count() == 0, "an error of ours explains itself"


def test_an_output_is_asked_about_where_it_is(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "about.ipynb", LOAD, DRAW, "print('only text')", "%reason Why?")
    for cell in range(4):
        notebook.run(cell)
    point(notebook, page.locator(".jp-CodeCell img").nth(1))
    made(notebook, "%%reason --figs In[2].2\n")
    point(notebook, page.locator(".jp-CodeCell pre:text-is('only text')"))
    made(notebook, "%%reason --cells In[3]\n")
    point(notebook, page.locator(".nbreason-line"))
    made(notebook, "%%reason\n")
    page.locator(".jp-CodeCell .jp-InputPrompt").nth(1).click()
    page.keyboard.press("q")
    made(notebook, "%%reason --figs In[2]\n")


def point(notebook: Notebook, target: Any) -> None:
    target.scroll_into_view_if_needed()
    target.click(button="right")
    notebook.page.locator(".lm-Menu-item:has-text('Ask About This Output')").click()


def test_a_correction_is_applied_and_can_be_undone(lab: Lab, page: Any) -> None:
    fix = "%%reason --fix\nrehearse: echo\n```python\nx = 1\n\ny = x / 2\n```"
    notebook = opened(page, lab, "fix.ipynb", LOAD, "x = 1\n\ny = x / 0", fix)
    for cell in range(3):
        notebook.run(cell)
    difference = page.locator(".nbr-diff")
    difference.hover()
    if lab.app == "jupyterlab":
        page.set_viewport_size({"width": 900, "height": 760})
        notebook.command("application:toggle-left-area")
        difference.hover()
        page.wait_for_timeout(500)
        keep(page, "fix.png")
    press(notebook, "Apply")
    wait_until(lambda: sources(notebook)[1] == "x = 1\n\ny = x / 2", 5, "the cell to be corrected")
    page.keyboard.press("Control+z")
    wait_until(lambda: sources(notebook)[1] == "x = 1\n\ny = x / 0", 5, "the correction to be undone")
    page.evaluate(
        "() => { window.jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.setSource('x'); return 1 }"
    )
    difference.hover()
    press(notebook, "Apply")
    page.locator(f"{TOOLS} button:text-is('The cell has changed')").wait_for()
    assert sources(notebook)[1] == "x"


def test_the_model_and_what_is_left_are_shown_and_lead_to_the_dashboard(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "status.ipynb", LOAD, "%reason --fresh Why?", "%nbreason use rehearsal:o3-mini")
    status = page.locator("#nbreason-status")
    assert not status.is_visible()
    notebook.run(0, 1)
    wait_until(lambda: status.inner_text() == "rehearsal:o3 · 99.7 play credits", 5, "the status")
    notebook.save()
    notebook.open()
    wait_until(lambda: status.inner_text() == "rehearsal:o3 · 99.7 play credits", 5, "the status of the saved answer")
    notebook.run(0, 2)
    wait_until(lambda: status.inner_text() == "rehearsal:o3-mini", 5, "the model to change")
    for _ in range(2):
        status.click()
        page.locator(".jp-CodeCell button:has-text('Last answer as Markdown')").wait_for()
        notebook.wait_for_end()
        assert sources(notebook)[3:] == ["%nbreason panel"]
    assert page.locator(".jp-CodeCell button:has-text('Stop'):visible").count() == 0

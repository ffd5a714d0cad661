"""A kernel or a page that ends in the middle of an answer: what had come stays on the page, and in the file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.browser.lab import Notebook, wait_until

Open = Callable[..., Notebook]
LOAD = "%load_ext nbreason\nimport os; print(os.getpid())"
SLOW = "%%reason --fresh\nrehearse: pace 200, echo\nMean $\\bar x$ of **these** numbers?\n\n" + "And so on. " * 200
OUTPUTS = ".jp-OutputArea-output"
ENDED = "incomplete: the kernel ended first"
RESTART = "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"


def output(notebook: Notebook, cell: int = 1) -> str:
    return "\n".join(notebook.page.locator(".jp-CodeCell").nth(cell).locator(OUTPUTS).all_inner_texts())


def kernel_process(notebook: Notebook) -> int:
    return int(output(notebook, 0).split()[-1])


def asking(notebook: Notebook, cell: int = 1) -> None:
    """Ask, and wait until some of the answer has come."""
    notebook.run(0)
    notebook.select(cell)
    notebook.command("notebook:run-cell")
    notebook.page.locator(".nbreason strong").wait_for()
    notebook.page.locator(".nbreason mjx-container").wait_for()


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_what_had_come_stays_as_static_text_when_the_kernel_ends(notebook: Open, how: str) -> None:
    ended = notebook(f"ended-{how}.ipynb", LOAD, SLOW)
    asking(ended)
    if how == "restart":
        ended.page.evaluate(RESTART)
    else:
        os.kill(kernel_process(ended), signal.SIGKILL)
        ended.page.locator(".jp-Dialog button").click()
    for _ in ("as it ends", "reopened"):
        wait_until(lambda: ENDED in output(ended), 20, "the line below the text")
        assert "of these numbers?" in output(ended)
        ended.page.locator(".nbreason mjx-container").wait_for()
        assert ended.page.locator(".jp-CodeCell .jupyter-widgets").count() == 0
        assert ended.page.locator(".jp-CodeCell button:has-text('Stop')").count() == 0
        assert "widget" not in str(ended.save()["cells"][1]["outputs"])
        ended.open()


def test_where_the_extension_is_off_the_next_load_says_where_the_text_is(notebook: Open) -> None:
    ended = notebook("killed.ipynb", LOAD, SLOW, "%nbreason export killed.md")
    asking(ended)
    ended.page.wait_for_timeout(4000)  # it is saved every two seconds
    os.kill(kernel_process(ended), signal.SIGKILL)
    ended.page.locator(".jp-Dialog button").click()
    wait_until(lambda: ended.kernel() == "idle", 30, "the new kernel")
    ended.run(0)
    assert "An answer was cut off when the kernel ended; what had arrived is saved" in output(ended, 0)
    ended.run(2)
    assert "of **these** numbers?" in (ended.lab.root / "killed.md").read_text()
    ended.page.evaluate(RESTART)
    wait_until(lambda: ended.kernel() == "idle", 30, "the new kernel")
    ended.run(0)
    assert "cut off" not in output(ended, 0), "it is said once"


def test_an_answer_goes_on_in_a_page_that_is_reloaded(notebook: Open) -> None:
    reloaded = notebook("reloaded.ipynb", LOAD, "%%reason --fresh\nrehearse: pace 60, echo\nOne **two** $x$ three.")
    asking(reloaded)
    reloaded.save()
    reloaded.page.goto(reloaded.lab.address(reloaded.name))
    reloaded.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_until(lambda: reloaded.page.locator(".nbreason-line").count() == 1, 40, "the answer")
    assert "rehearsal:o3 ·" in output(reloaded)
    assert "One two" in output(reloaded)
    assert "widget" not in str(reloaded.save()["cells"][1]["outputs"])


@pytest.mark.parametrize("cell", ["answer", "dashboard"])
def test_what_was_saved_in_the_middle_reopens_as_static_text(notebook: Open, cell: str) -> None:
    saved = notebook(f"saved-{cell}.ipynb", LOAD, SLOW if cell == "answer" else "%nbreason panel")
    if cell == "answer":
        asking(saved)
    else:
        saved.run(0, 1)
    views = saved.page.evaluate("() => document.querySelector('.jp-CodeCell .jupyter-widgets').nbrSame = true")
    saved.save()
    assert views
    assert saved.page.evaluate("() => document.querySelector('.jp-CodeCell .jupyter-widgets').nbrSame"), "drawn once"
    process = kernel_process(saved)
    saved.page.goto("about:blank")
    os.kill(process, signal.SIGKILL)
    saved.open()
    words = "complete answer is replayed" if cell == "answer" else "as it was when the kernel ended"
    wait_until(lambda: words in output(saved), 20, "the line below the text")
    assert ("of these numbers?" if cell == "answer" else "Nothing has been asked") in output(saved)
    assert saved.page.locator(".jp-CodeCell .jupyter-widgets").count() == 0

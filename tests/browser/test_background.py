"""Asks in the background, in a real JupyterLab: several at once, each in the output of its own cell."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.lab import Notebook, wait_until

Open = Callable[..., Notebook]
OUTPUTS = ".jp-OutputArea-output"


def output(notebook: Notebook, cell: int) -> str:
    return str(notebook.page.locator(".jp-CodeCell").nth(cell).locator(OUTPUTS).first.text_content())


def test_two_answers_stream_into_their_cells_while_others_run(notebook: Open) -> None:
    behind = notebook(
        "background.ipynb",
        "%load_ext nbreason",
        "%%reason -b -o first\nrehearse: pace 60\nThe first question",
        "%%reason -b -o second --alone\nrehearse: pace 60\nThe second question",
        "print('not waiting:', first.done, second.done)",
        "print(first.wait().finish, second.wait().finish)",
    )
    behind.run_all()
    assert "not waiting: False False" in output(behind, 3)
    assert output(behind, 4).strip() == "stop stop"
    wait_until(lambda: behind.page.locator(".nbreason-line").count() == 2, 5, "both lines")
    assert "The first question" in output(behind, 1)
    assert "The second question" in output(behind, 2)
    saved = [cell["outputs"] for cell in behind.save()["cells"]]
    assert [len(outputs) for outputs in saved] == [0, 1, 1, 1, 1]
    assert "widget-view" not in str(saved)


def test_cancel_keeps_what_has_come(notebook: Open) -> None:
    behind = notebook(
        "cancel.ipynb",
        "%load_ext nbreason",
        "%%reason -b -o answer\nrehearse: pace 300\nWhy?",
        "import time; time.sleep(2); answer.cancel(); print(answer.wait().finish)",
    )
    behind.run_all()
    assert output(behind, 2).strip() == "interrupted"
    wait_until(lambda: "stopped, incomplete" in output(behind, 1), 5, "the line to tell it")
    assert "This is the" in output(behind, 1)


def test_an_error_is_told_in_the_cell_and_by_wait(notebook: Open) -> None:
    behind = notebook(
        "failing.ipynb",
        "%load_ext nbreason",
        "%%reason -b -o answer\nrehearse: error 402\nWhy?",
        "from nbreason.errors import NBReasonError\ntry: answer.wait()\nexcept NBReasonError as e: print('told:', e)",
    )
    behind.run_all()
    told = output(behind, 2).strip().removeprefix("told: ")
    assert len(told) > 20
    wait_until(lambda: told in output(behind, 1), 5, "the cell to tell it")

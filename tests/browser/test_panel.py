"""The live panel and the dashboard, in a real JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.browser.lab import Notebook, wait_until
from tests.browser.test_quickstart import keep

Open = Callable[..., Notebook]
LOAD = "%load_ext nbreason"
OUTPUTS = ".jp-OutputArea-output"


def output(notebook: Notebook, cell: int) -> Any:
    return notebook.page.locator(".jp-CodeCell").nth(cell).locator(OUTPUTS)


def sources(notebook: Notebook) -> list[str]:
    return [
        str(source)
        for source in notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets.map(c => c.model.sharedModel.getSource())"
        )
    ]


def press(notebook: Notebook, words: str) -> None:
    notebook.page.locator(f"button:has-text('{words}')").first.click()


def test_thinking_text_opens_on_a_click_and_stays_open_while_it_comes(notebook: Open) -> None:
    thinking = notebook("thinking.ipynb", LOAD, "%%reason\nrehearse: think, slow 1, pace 60\nWhy?")
    thinking.command("notebook:run-all-cells")
    page = thinking.page
    page.locator(".jp-CodeCell .jupyter-widget-Collapse-header").click(timeout=20_000)
    page.locator(".jp-CodeCell pre.mathjax_ignore").wait_for(state="visible")
    page.wait_for_selector(".nbreason p")
    assert page.locator(".jp-CodeCell pre.mathjax_ignore").is_visible()
    thinking.wait_for_end()
    assert page.locator(f"{OUTPUTS} details summary").first.inner_text() == "thinking"


def test_the_phase_is_spoken_once_and_the_clock_is_not(notebook: Open) -> None:
    spoken = notebook("spoken.ipynb", LOAD, "%%reason\nrehearse: slow 2, pace 40\nWhy?")
    spoken.page.evaluate(
        "() => { window.spoken = []; new MutationObserver(() => { const r = document.querySelector('[role=status]"
        "[aria-live=polite]'); if (r && window.spoken.at(-1) !== r.textContent) window.spoken.push(r.textContent) })"
        ".observe(document.querySelector('.jp-Notebook'), {childList: true, subtree: true}) }"
    )
    spoken.run_all()
    said = [words for words in spoken.page.evaluate("() => window.spoken") if "rehearsal" in words]
    assert said == [f"rehearsal:o3 is {phase}" for phase in ("connecting", "thinking", "answering")]


def test_with_a_budget_the_bar_tells_its_share(notebook: Open) -> None:
    limited = notebook(
        "limited.ipynb",
        LOAD,
        "%nbreason budget 5 credits",
        "%reason And?",
        "%%reason\nrehearse: slow 5, pace 30\nWhy?",
    )
    limited.run(0, 1, 2)
    limited.select(3)
    limited.command("notebook:run-cell")
    bar = limited.page.locator(".jp-CodeCell [role=progressbar]")
    bar.wait_for()
    assert bar.get_attribute("aria-label") == "budget spent"
    assert int(bar.get_attribute("aria-valuenow")) > 0
    assert "budget " in output(limited, 3).inner_text()
    limited.wait_for_end()


def test_stop_can_be_reached_with_the_keyboard(notebook: Open) -> None:
    stopped = notebook("keys.ipynb", LOAD, "%%reason\nrehearse: pace 300\nWhy?")
    stopped.command("notebook:run-all-cells")
    stop = stopped.page.locator("button:has-text('Stop')")
    stop.wait_for()
    stopped.page.wait_for_selector(".nbreason p")
    stop.focus()
    stopped.page.keyboard.press("Enter")
    stopped.wait_for_end(20)
    assert "stopped, incomplete" in output(stopped, 1).inner_text()


def test_the_dashboard_follows_every_ask(notebook: Open) -> None:
    board = notebook(
        "board.ipynb", LOAD, "%nbreason panel", "%reason Why?", "%reason --alone -m rehearsal:o3-mini And?"
    )
    board.run(0, 1)
    assert "Nothing has been asked" in output(board, 1).inner_text()
    board.run(2)
    wait_until(lambda: "Why?" in output(board, 1).inner_text(), 5, "the first ask to be listed")
    board.run(3)
    wait_until(lambda: "And?" in output(board, 1).inner_text(), 5, "the second ask to be listed")
    shown = output(board, 1).inner_text()
    assert "play credits left" in shown
    assert "rehearsal:o3-mini" in shown
    board.theme("Light")  # an earlier test may have left another
    board.command("application:toggle-left-area")
    board.page.locator(".jp-CodeCell").first.scroll_into_view_if_needed()
    keep(board.page, "dashboard.png")

    press(board, "Undo")
    wait_until(lambda: "Removed turn" in output(board, 1).inner_text(), 5, "the turn to be removed")
    press(board, "Last answer as Markdown")
    text = board.page.locator(f"{OUTPUTS} textarea")
    text.wait_for(state="visible")
    assert "<summary>What a model would have received</summary>" in text.input_value()
    press(board, "Code into a new cell")
    wait_until(lambda: any("from statistics import" in source for source in sources(board)), 5, "the code to come")
    assert "from statistics import" in sources(board)[2], "it stands below the dashboard"


def test_the_dashboard_stops_what_is_under_way(notebook: Open) -> None:
    board = notebook("stopping.ipynb", LOAD, "%nbreason panel", "%%reason\nrehearse: pace 300\nWhy?")
    board.command("notebook:run-all-cells")
    board.page.wait_for_selector(".nbreason p")
    wait_until(lambda: "1 running" in output(board, 1).inner_text(), 10, "the dashboard to tell it")
    output(board, 1).locator("button:has-text('Stop')").click()
    board.wait_for_end(20)
    assert "stopped, incomplete" in output(board, 2).inner_text()


def test_off_leaves_a_still_picture_and_no_widget(notebook: Open) -> None:
    board = notebook("off.ipynb", LOAD, "%nbreason panel", "%reason Why?", "%nbreason panel off")
    board.run_all()
    saved = json.dumps([cell["outputs"] for cell in board.save()["cells"]])
    assert "widget-view" not in saved
    board.open()
    wait_until(lambda: "Why?" in output(board, 1).inner_text(), 10, "the picture to be shown")
    assert "%nbreason panel shows it live" in output(board, 1).inner_text()


def test_code_and_figures(notebook: Open) -> None:
    taken = notebook(
        "taken.ipynb",
        LOAD + "\nfrom IPython.display import Image, display\nfrom nbreason.capture.pixels import png",
        "display(Image(png(bytes(4096), 64, 64, 1)))",
        "%nbreason figures",
        "%reason Why?",
        "%nbreason code",
    )
    taken.run_all()
    assert "--figs In[2].1" in output(taken, 2).inner_text()
    assert output(taken, 2).locator("img[alt*='In[2].1']").count() == 1
    assert "from statistics import" in sources(taken)[5]

"""The quickstart as a newcomer sees it, in a real JupyterLab."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.lab import Notebook, wait_until

Open = Callable[..., Notebook]
PICTURES = Path(__file__).parent.parent.parent / "docs" / "images"
WANTED = bool(os.environ.get("NBREASON_PICTURES"))  # read here, because tests run without such variables
LINE = re.compile(
    r"rehearsal:o3 · \d+\.\d s · [\d,]+ tokens in, [\d,]+ out \([\d,]+ reasoning\)(?: · sent with [^·]+)?"
    r" · [\d.]+ play credits left \(this ask [\d.]+\)"
)
ANSWERS = ".jp-OutputArea-output .nbreason"
OUTPUTS = ".jp-OutputArea-output"


def keep(page: object, name: str) -> None:
    """Renew a picture of the documentation, where that is asked for by NBREASON_PICTURES=1."""
    if WANTED:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / name)  # type: ignore[attr-defined]


def lines(notebook: Notebook) -> list[str]:
    """The static lines in the page."""
    return LINE.findall("\n".join(notebook.html(OUTPUTS)))


def test_run_all_shows_three_rendered_answers_with_their_lines(notebook: Open) -> None:
    quickstart = notebook("quickstart.ipynb")
    page = quickstart.page
    page.set_viewport_size({"width": 1000, "height": 1700})
    quickstart.run_all()

    assert 3 == len(lines(quickstart))
    assert page.locator(f"{ANSWERS} details").count() == 3, "the report is folded"
    assert page.locator(f"{ANSWERS} ul ul li").count() >= 3, "nested lists are nested"
    assert page.locator(f"{ANSWERS} table").count() >= 3
    assert page.locator(f"{ANSWERS} mjx-container").count() >= 3, "formulas are typeset"
    assert page.locator(f"{ANSWERS} pre span").count() >= 3, "code is highlighted"
    page.locator(f"{ANSWERS} summary").nth(2).click()
    third = quickstart.html(ANSWERS)[2]
    assert "2 earlier questions" in third
    assert "Why does this histogram have two peaks?" in third

    quickstart.command("application:toggle-left-area")
    page.evaluate(SCROLL, "Ask about the figure")
    page.locator(".nbreason-line").first.hover()
    time.sleep(1)
    keep(page, "quickstart.png")


def test_the_panel_stands_under_the_answer_while_it_runs(notebook: Open) -> None:
    running = notebook("panel.ipynb", "%load_ext nbreason", "%%reason\nrehearse: slow 3, pace 40\nWhat is a median?")
    running.command("notebook:run-all-cells")
    page = running.page

    page.wait_for_selector("button:has-text('Stop')")
    timer = page.locator("[role=timer]")
    wait_until(lambda: "00:01 thinking" in timer.inner_text(), 10, "the clock to tick while the model is silent")
    assert "in ≈" in running.html(OUTPUTS)[-1]
    page.wait_for_selector(f"{ANSWERS} p")
    wait_until(lambda: "answering" in timer.inner_text(), 5, "the answer to stream")
    assert page.evaluate(UNDER), "the panel stands under the answer"
    page.set_viewport_size({"width": 1000, "height": 800})
    running.command("application:toggle-left-area")
    page.wait_for_selector(f"{ANSWERS} li")
    keep(page, "streaming.png")
    running.wait_for_end()
    assert 0 == page.locator("button:has-text('Stop')").count()
    assert 1 == len(lines(running))


def test_a_saved_notebook_reopens_readable_without_running(notebook: Open) -> None:
    first = notebook("reopen.ipynb", "%load_ext nbreason", "%%reason\nWhat is a median?", "%reason And a mean?")
    first.run_all()
    saved = first.save()

    outputs = [output for cell in saved["cells"] for output in cell.get("outputs", [])]
    assert ["display_data"] * 2 == [output["output_type"] for output in outputs], "one output for each answer"
    assert not any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
    assert "What is a median?" not in saved["metadata"]
    assert "rehearsal server" in outputs[0]["metadata"]["nbreason"]["markdown"]

    first.open()
    wait_until(lambda: 2 == len(lines(first)), 10, "the saved answers to be shown")
    assert 2 == first.page.locator(f"{ANSWERS} table").count()
    assert "Error displaying widget" not in first.page.content()


def test_stop_keeps_what_has_come_and_the_next_cell_runs(notebook: Open) -> None:
    stopped = notebook(
        "stop.ipynb", "%load_ext nbreason", "%%reason\nrehearse: pace 400\nWhat is a median?", "print('next ran')"
    )
    stopped.command("notebook:run-all-cells")
    page = stopped.page

    page.wait_for_selector(f"{ANSWERS} p:has-text('This is the')")
    page.locator("button:has-text('Stop')").click()
    wait_until(lambda: "next ran" in stopped.html(OUTPUTS)[-1], 20, "the next cell to run, long before the answer ends")
    assert "stopped, incomplete" in "\n".join(stopped.html(OUTPUTS))
    assert "This is the" in stopped.html(ANSWERS)[0]


def test_the_next_question_has_its_context_after_a_kernel_restart(notebook: Open) -> None:
    restarted = notebook("restart.ipynb", "%load_ext nbreason", "%%reason\nWhat is a median?", "%%reason\nAnd a mean?")
    restarted.run_all()
    restarted.page.evaluate(
        "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"
    )
    wait_until(lambda: restarted.kernel() == "idle", 30, "the kernel to restart")
    restarted.run(0, 2)
    again = restarted.page.locator(ANSWERS).nth(1).text_content()

    assert "1 earlier question and 1 earlier answer" in again
    assert "What is a median?" in again


def test_an_error_is_one_line_and_stops_run_all(notebook: Open) -> None:
    failing = notebook("error.ipynb", "%load_ext nbreason", "%reason -m segmind:o3 hello", "print('not reached')")
    failing.run_all()

    shown = failing.html(OUTPUTS)
    assert 1 == len(shown)
    assert shown[0].startswith("There is no key for Segmind: set SEGMIND_API_KEY")
    assert "Traceback" not in shown[0]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_muted_words_can_be_read_in_both_themes(notebook: Open, theme: str) -> None:
    """Contrast of at least 4.5:1 (WCAG 2.1, 1.4.3) for the static line and for each colour of highlighted code."""
    question = f"Is this easier to read in the {theme.lower()} theme?"  # not a kept answer: its line says less
    shown = notebook(f"in-{theme.lower()}.ipynb", "%load_ext nbreason", f"%%reason\n{question}")
    shown.theme(theme)
    shown.run_all()
    time.sleep(1)
    worst = shown.page.evaluate(CONTRAST, ".jp-OutputArea-output .nbreason-line, .jp-OutputArea-output pre span")
    assert worst["ratio"] >= 4.5, worst
    if theme == "Dark":
        shown.command("application:toggle-left-area")
        keep(shown.page, "dark.png")


# In one go: while an answer comes, what was found a moment ago may have been replaced.
UNDER = """() => document.querySelector('.jp-OutputArea-output .nbreason p').getBoundingClientRect().top
  < document.querySelector('[role=timer]').getBoundingClientRect().top"""
SCROLL = """words => {
  const heading = [...document.querySelectorAll('.jp-Notebook h2')].find(h => h.textContent.startsWith(words));
  const figure = heading.closest('.jp-Cell').previousElementSibling;
  figure.scrollIntoView({block: 'start'});
}"""
CONTRAST = """selector => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const over = (colours) => {
    canvas.fillStyle = 'white'; canvas.fillRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = rgb => rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let worst = {ratio: 21, text: 'nothing found', count: 0};
  for (const element of document.querySelectorAll(selector)) {
    const grounds = [];
    for (let e = element; e; e = e.parentElement) grounds.unshift(getComputedStyle(e).backgroundColor);
    const ground = luminance(over(grounds));
    const ink = luminance(over([...grounds, getComputedStyle(element).color]));
    const ratio = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
    worst.count += 1;
    if (ratio < worst.ratio) worst = {...worst, ratio, text: element.textContent, ink: getComputedStyle(element).color};
  }
  return worst.count ? worst : {ratio: 0, text: 'nothing found'};
}"""

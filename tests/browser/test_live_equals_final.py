"""An answer looks while it streams as it does at the end, and nothing half-made is seen on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.lab import SHOW, Notebook

Open = Callable[..., Notebook]
ANSWER = Path(__file__).parent / "answer.md"
SETUP = f"""{SHOW}

text = Path({str(ANSWER)!r}).read_text()

def stream(size, pace, until=None):
    def events():
        yield Sending(Answer(requested_model="test:o3", window=10**6))
        for at in range(0, len(text), size):
            time.sleep(pace)
            yield TextDelta(text[at : at + size])
        for _ in range(600):
            if until is None or Path(until).exists():
                break
            time.sleep(0.1)
            yield None
        yield Finished("stop")
    show(events())
"""
ELEMENTS = """() => {
  const answers = [...document.querySelectorAll('.jp-OutputArea-output .nbreason')];
  const left = answers[0].closest('.jp-OutputArea-output').getBoundingClientRect().left;
  const top = answers[0].getBoundingClientRect().top;
  const styles = ['color', 'backgroundColor', 'fontSize', 'fontFamily', 'lineHeight', 'textAlign', 'margin', 'padding'];
  const tags = 'p, li, ul, ol, h1, h2, h3, table, th, td, pre, code, blockquote, hr, a, .arithmatex, mjx-container';
  return answers.flatMap(answer => [...answer.querySelectorAll(tags)]).map(e => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return {what: e.tagName + ' ' + e.textContent.slice(0, 30), box: [box.left - left, box.top - top, box.width,
      box.height], style: styles.map(name => style[name]).join('; ')}; }) }"""
WATCH = """() => { window.seen = new Set();
  const look = () => { for (const e of document.querySelectorAll('.nbreason-live .nbreason')) {
      const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode()); ) {
        const hidden = getComputedStyle(node.parentElement).visibility === 'hidden';
        if (!hidden && !node.parentElement.closest('pre, code') && /[\\\\$|]/.test(node.textContent))
          window.seen.add(node.textContent) } }
    window.requestAnimationFrame(look) };
  look() }"""


@pytest.mark.parametrize(("theme", "width"), [("Light", 1100), ("Dark", 600)])
def test_every_element_stays_where_it_is_when_the_answer_is_complete(
    notebook: Open, theme: str, width: int, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    live = notebook(f"live-{theme}.ipynb", SETUP, f"stream(30, 0.004, {str(done)!r})")
    live.theme(theme)
    live.page.set_viewport_size({"width": width, "height": 1300})
    live.page.add_style_tag(content=".nbreason-piece { content-visibility: visible !important }")
    live.command("notebook:run-all-cells")
    live.page.get_by_text("THE END").wait_for(timeout=60_000)
    assert live.page.locator(".nbreason-piece").count() >= 2, "it was cut into pieces"
    before = settled(live)
    done.touch()
    live.wait_for_end()
    live.page.locator(".nbreason-line").wait_for()
    live.select(0)  # the buttons of the extension are in the active cell
    after = settled(live)
    assert [element["what"] for element in before] == [element["what"] for element in after]
    assert len(after) > 70
    assert [element["style"] for element in before] == [element["style"] for element in after]
    for was, now in zip(before, after, strict=True):
        assert was["box"] == pytest.approx(now["box"], abs=1), was["what"]


def settled(notebook: Notebook) -> list[Any]:
    """The elements of the answer, once all formulas are typeset and nothing moves any more."""
    notebook.page.wait_for_function("() => !document.querySelector('.arithmatex:not(:has(mjx-container))')")
    seen = [notebook.page.evaluate(ELEMENTS)]
    while len(seen) < 2 or seen[-1] != seen[-2]:
        notebook.page.wait_for_timeout(300)
        seen.append(notebook.page.evaluate(ELEMENTS))
    return list(seen[-1])


def test_no_source_of_a_formula_and_no_bar_of_a_table_is_seen(notebook: Open) -> None:
    live = notebook("half.ipynb", SETUP, "stream(3, 0.012)")
    live.page.evaluate(WATCH)
    live.run_all()
    assert live.page.evaluate("() => [...window.seen]") == []
    assert live.page.locator(".nbreason mjx-container").count() >= 6

"""A long answer while it comes, in a real JupyterLab: complete, in time, cheap, and one clean output at the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.browser.lab import SHOW, Notebook, wait_until

Open = Callable[..., Notebook]
CORPUS = Path(__file__).parent.parent / "render" / "corpus"
ANSWERS = ".jp-OutputArea-output .nbreason"
SETUP = f"""{SHOW}
import ipywidgets

text = "\\n\\n".join(path.read_text() for path in sorted(Path({str(CORPUS)!r}).glob("*.md")))[:9000]
text = text[: text.rfind("\\n\\n")].replace("[^", "[")  # footnotes are right at the end only

def stream(pieces, pace=0.0, wait=0.0):
    def events():
        yield Sending(Answer(requested_model="test:o3", window=10**6))
        for piece in pieces:
            time.sleep(pace)
            yield TextDelta(piece) if piece else None
        if wait:
            for _ in range(int(wait * 10)):
                time.sleep(0.1)
                yield None
        yield Finished("stop")
    show(events())

def cut(size):
    return [text[at : at + size] for at in range(0, len(text), size)]
"""
WORDS = """() => [...document.querySelectorAll('.jp-OutputArea-output .nbreason')]
  .map(e => { const c = e.cloneNode(true);
    c.querySelectorAll('mjx-container, .nbreason-tools').forEach(m => m.remove());
    return c.textContent }).join('').replace(/\\s+/g, '')"""
LIVE = f"() => document.querySelector('.nbreason-line') ? null : ({WORDS})()"
HTML = """() => [...document.querySelectorAll('.jp-OutputArea-output .nbreason')].map(e => {
  const c = e.cloneNode(true);
  c.querySelectorAll('mjx-container, .nbreason-tools').forEach(m => m.remove());
  return c.innerHTML })"""


def test_every_chunking_ends_in_the_same_page_and_one_output_without_widgets(notebook: Open) -> None:
    shown = notebook(
        "chunkings.ipynb",
        SETUP + "\nbefore = len(ipywidgets.widgets.widget._instances)",
        "stream(cut(3))",
        "stream(cut(37))",
        "stream([text])",
        "print('widgets left:', len(ipywidgets.widgets.widget._instances) - before)",
    )
    shown.run_all()
    pages = shown.page.evaluate(HTML)
    assert len(pages) == 3
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]) > 9000
    assert "widgets left: 0" in shown.html(".jp-OutputArea-output")[-1]
    outputs = [output for cell in shown.save()["cells"] for output in cell["outputs"]]
    assert ["display_data"] * 3 + ["stream"] == [output["output_type"] for output in outputs]
    assert "widget-view" not in json.dumps(outputs)


def test_the_live_page_shows_all_that_has_come_once(notebook: Open) -> None:
    live = notebook("live.ipynb", SETUP, "stream(cut(40), pace=0.01, wait=3)")
    live.command("notebook:run-all-cells")
    live.page.wait_for_selector(".nbreason-piece:nth-of-type(2)", state="attached")
    wait_until(lambda: live.page.locator(ANSWERS).count() >= 4, 20, "pieces to be frozen")
    seen = set()
    while (words := live.page.evaluate(LIVE)) is not None:
        seen.add(words)
    live.wait_for_end()
    assert live.page.evaluate(WORDS) in seen


MARKS = """
def marks():
    for number in range(20):
        yield f"word mar" + f"k-{number}- "
        for _ in range(600):  # nothing more comes until this has been seen
            if Path(f"seen-{number}").exists():
                break
            time.sleep(0.05)
            yield ""
stream(marks())
"""


def test_each_word_is_visible_before_the_next_has_come(notebook: Open) -> None:
    waiting = notebook("waiting.ipynb", SETUP, MARKS)
    waiting.command("notebook:run-all-cells")
    for number in range(20):
        waiting.page.wait_for_selector(f"{ANSWERS}:has-text('mark-{number}-')", timeout=20_000)
        (waiting.lab.root / f"seen-{number}").touch()
    waiting.wait_for_end()


def test_a_long_answer_costs_few_bytes(notebook: Open) -> None:
    """At most 5 MB for 400 KB; here a tenth of that, at the same pace, with half as much again for the beginning."""
    cheap = notebook("cheap.ipynb", SETUP + "\ntext = (text * 5)[:40_000]", "stream(cut(40), pace=0.003)")
    cheap.run(0)
    received = []
    session = cheap.page.context.new_cdp_session(cheap.page)
    session.on("Network.webSocketFrameReceived", lambda event: received.append(len(event["response"]["payloadData"])))
    session.send("Network.enable")
    cheap.run(1)
    assert 40_000 < sum(received) * 3 / 4 < 5_000_000 / 10 * 1.5


def test_other_output_of_a_cell_is_left_alone(notebook: Open) -> None:
    mixed = notebook("mixed.ipynb", "%load_ext nbreason", "print('before')\n%reason Why?\nprint('after')")
    mixed.run_all()
    shown = mixed.html(".jp-OutputArea-output")
    assert (shown[0].strip(), shown[-1].strip()) == ("before", "after")
    assert len(shown) == 3

"""How soon a person sees something, in a real JupyterLab: from a word in the kernel to the word on the page (target: a
median of 150 ms), and from the click on Stop to the output of the next cell (target: 0.5 s).

    python tests/bench/promptness.py
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.lab import Lab, chromium, opened  # noqa: E402

VISIBLE, STOPPED, STOPS = 0.15, 0.5, 5
MARKS = """
import json, time
from pathlib import Path
from nbreason.core.events import Answer, Finished, Sending, TextDelta
from nbreason.render.screens import LiveScreen, watch

sent = {}
def events():
    yield Sending(Answer(requested_model="bench:o3", window=10**6))
    for number in range(40):
        time.sleep(0.17)
        sent["mar" + f"k-{number}-"] = time.time()
        yield TextDelta("word mar" + f"k-{number}- ")
    yield Finished("stop")

screen = LiveScreen(lambda: None)
screen.end(watch(events(), screen).answer())
Path("sent.json").write_text(json.dumps(sent))
"""
OBSERVE = """() => {
  window.seen = {};
  const notebook = document.querySelector('.jp-Notebook');
  new MutationObserver(() => {
    for (const mark of notebook.textContent.match(/mark-(\\d+)-/g) ?? []) window.seen[mark] ??= Date.now() / 1000;
  }).observe(notebook, {childList: true, subtree: true, characterData: true});
}"""
# The click and the clock are in the page, so that no round trip is counted.
STOP = """() => new Promise(done => {
  const begun = performance.now(), outputs = document.querySelectorAll('.jp-CodeCell')[2];
  const ended = () => outputs.textContent.includes('next ' + 'ran');
  new MutationObserver(() => ended() && done((performance.now() - begun) / 1000))
    .observe(outputs, {childList: true, subtree: true, characterData: true});
  [...document.querySelectorAll('button')].find(button => button.textContent.includes('Stop')).click();
})"""


def visible(page: Any, lab: Lab) -> list[float]:
    """Seconds from each word to its sight, by the clock that kernel and page share."""
    timed = opened(page, lab, "visible.ipynb", MARKS)
    page.evaluate(OBSERVE)
    timed.run_all()
    sent = json.loads((lab.root / "sent.json").read_text())
    seen = page.evaluate("() => window.seen")
    return [seen[mark] - at for mark, at in sent.items()]


def stopped(page: Any, lab: Lab, number: int) -> float:
    """Seconds from the click on Stop to what the next cell prints."""
    ask = f"%%reason --fresh\nrehearse: pace 400\nWhat is a median? {number}"
    running = opened(page, lab, f"stop-{number}.ipynb", "%load_ext nbreason", ask, "print('next', 'ran')")
    running.command("notebook:run-all-cells")
    page.wait_for_selector(".jp-OutputArea-output .nbreason p")
    time.sleep(1)
    return float(page.evaluate(STOP))


def main() -> int:
    """Print the figures; 1 when a target is missed."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder) / "notebooks", Path(folder) / "home")
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1100, "height": 900})
            delays = visible(page, lab)
            stops = [stopped(page, lab, number) for number in range(STOPS)]
        finally:
            browser.close()
            lab.stop()
    missed = [
        verdict("from a word in the kernel to the page", delays, VISIBLE),
        verdict("from Stop to the next cell's output", stops, STOPPED),
    ]
    return int(any(missed))


def verdict(what: str, seconds: list[float], target: float) -> bool:
    """Print a figure beside its target; whether it is missed."""
    print(f"{what}: {median(seconds):.3f} s in the middle, {max(seconds):.3f} s at most (target {target})")
    return median(seconds) > target


if __name__ == "__main__":
    raise SystemExit(main())

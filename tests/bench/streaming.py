"""What a streamed answer costs: bytes over the websocket and CPU of the browser, in a real JupyterLab, for answers of
50, 400 and 800 KB that come in pieces of 40 characters, 400 KB in 30 s.  Targets for 400 KB: at most 5 MB and 12 s;
from 50 to 800 KB the bytes grow at most 1.2 times as fast as the answer.

    python tests/bench/streaming.py [KB …]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.lab import Lab, Notebook, chromium  # noqa: E402

BYTES, SECONDS, GROWTH = 5e6, 12.0, 1.2
CORPUS = ROOT / "tests" / "render" / "corpus"
STREAM = """
import time
from nbreason.core.events import Answer, Draft, Finished, Sending, TextDelta
from nbreason.render.screens import LiveScreen, watch

text = open({path!r}).read()[:{size}]

def events():
    yield Sending(Answer(requested_model="bench:o3", window=10**6))
    begun = time.monotonic()
    for at in range(0, len(text), 40):
        while (ahead := begun + at / {rate} - time.monotonic()) > 0:
            time.sleep(min(ahead, 0.1))
        yield TextDelta(text[at : at + 40])
    yield Finished("stop")

screen, used = LiveScreen(lambda: None), time.process_time()
draft = watch(events(), screen)
draft.set_seconds(time.monotonic())
screen.end(draft.answer())
print("kernel CPU", round(time.process_time() - used, 1))
"""


class Meter:
    """Bytes that one page receives over websockets, and the CPU time of its renderer."""

    def __init__(self, page: Any) -> None:
        self.bytes = 0
        self._session = page.context.new_cdp_session(page)
        self._session.on("Network.webSocketFrameReceived", self._frame)
        self._session.send("Network.enable")
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _frame(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        self.bytes += len(payload) * 3 // 4 if event["response"]["opcode"] == 2 else len(payload.encode())

    def cpu(self) -> float:
        """Seconds that the renderer has worked."""
        metrics = {entry["name"]: entry["value"] for entry in self._session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["ProcessTime"])


def measure(browser: Any, lab: Lab, corpus: Path, size: int, rate: float) -> tuple[int, float, str]:
    """Bytes, seconds of CPU, and what the kernel says, for one answer."""
    name = f"bench-{size}.ipynb"
    code = STREAM.format(path=str(corpus), size=size, rate=rate)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, lab.root / name)
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    opened = Notebook(page, lab, name)
    page.wait_for_timeout(2000)
    meter = Meter(page)
    before = meter.cpu()
    opened.run_all(timeout=size / rate * 4 + 120)
    page.wait_for_timeout(3000)
    cpu = meter.cpu() - before
    outputs = opened.html(".jp-OutputArea-output")
    shown = page.locator(".jp-OutputArea-output .nbreason-line").count()
    page.close()
    assert shown == 1, f"the answer of {size} characters is not there at the end: {outputs[-1][-200:]}"
    return meter.bytes, cpu, outputs[-1].strip()


def main(sizes: list[int]) -> int:
    """Print the figures; 1 when a target is missed."""
    figures: dict[int, int] = {}
    missed = False
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        text = "\n\n".join(path.read_text() for path in sorted(CORPUS.glob("*.md")))
        corpus = home / "corpus.md"
        corpus.write_text((text + "\n\n") * (max(sizes) * 1000 // len(text) + 1))
        lab = Lab(home / "root", home)
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        try:
            for size in sizes:
                received, cpu, kernel = measure(browser, lab, corpus, size * 1000, 400_000 / 30)
                figures[size] = received
                print(f"{size} KB: {received / 1e6:.2f} MB, browser {cpu:.1f} s, {kernel}", flush=True)
                missed = missed or (size == 400 and (received > BYTES or cpu > SECONDS))
        finally:
            browser.close()
            lab.stop()
    if len(figures) > 1:
        small, large = min(figures), max(figures)
        growth = figures[large] / figures[small] / (large / small)
        print(f"growth from {small} to {large} KB: {growth:.2f} times the length (at most {GROWTH})")
        missed = missed or growth > GROWTH
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main([int(size) for size in sys.argv[1:]] or [50, 400, 800]))

"""What the labextension costs the page, in a real JupyterLab: the time that the browser spends in it, by its profiler,
while a notebook with 200 answers opens (at most 50 ms) and for each run of a cell in it (at most 1 ms).

    python tests/bench/page_time.py
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

from nbreason.core.events import Answer  # noqa: E402
from nbreason.render.bundle import answer_bundle  # noqa: E402
from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.lab import Notebook, chromium, lab_with_extension  # noqa: E402

ANSWERS, RUNS, OPENING, RUN = 200, 30, 50.0, 1.0
OURS = "/nbreason/static/"


def notebook() -> Any:
    """Questions with answers, and an empty cell to run."""
    text = (ROOT / "tests" / "browser" / "answer.md").read_text()
    bundle = answer_bundle(Answer(text=text, finish="stop", requested_model="test:o3"))
    output = nbformat.v4.new_output("display_data", data=bundle.data, metadata=bundle.metadata)
    cells = [nbformat.v4.new_code_cell("%%reason\nWhy?", execution_count=n, outputs=[output]) for n in range(ANSWERS)]
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1  # nbreason"), *cells])
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return content


def ours(profile: dict[str, Any]) -> float:
    """Milliseconds in our functions and all that they call."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    inside: set[int] = set()
    for node in profile["nodes"]:  # parents come first
        if node["id"] in inside or OURS in node["callFrame"]["url"]:
            inside |= {node["id"], *node.get("children", ())}
    assert any(OURS in node["callFrame"]["url"] for node in nodes.values()), "the extension is there"
    return (
        sum(delta for node, delta in zip(profile["samples"], profile["timeDeltas"], strict=True) if node in inside)
        / 1000
    )


def main() -> int:
    """Print the figures; 1 when a target is missed."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = lab_with_extension(Path(folder) / "root", Path(folder))
        nbformat.write(notebook(), lab.root / "answers.ipynb")
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1100, "height": 900})
            profiler = page.context.new_cdp_session(page)
            profiler.send("Profiler.enable")
            profiler.send("Profiler.setSamplingInterval", {"interval": 100})
            profiler.send("Profiler.start")
            opened = Notebook(page, lab, "answers.ipynb")
            page.wait_for_timeout(3000)
            opening = ours(profiler.send("Profiler.stop")["profile"])
            opened.run(0)
            profiler.send("Profiler.start")
            for _ in range(RUNS):
                opened.run(0)
            run = ours(profiler.send("Profiler.stop")["profile"]) / RUNS
        finally:
            browser.close()
            lab.stop()
    print(f"opening {ANSWERS} answers: {opening:.1f} ms (at most {OPENING}); a run: {run:.2f} ms (at most {RUN})")
    return int(opening > OPENING or run > RUN)


if __name__ == "__main__":
    raise SystemExit(main())

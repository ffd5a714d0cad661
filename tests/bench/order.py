"""What it costs that each run sends the order of cells, in a notebook of 500 cells.  Target: under 1 ms a run.

    python tests/bench/order.py

The time that the page takes to send a run, in a real JupyterLab, and the time from a client through a real kernel and
back: each with the order and without it, in turn.  The server between them passes the bytes on.  The fastest tenth of
each is compared, because a whole run in JupyterLab takes some fifty times as long and varies by more than the target.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.lab import Lab, Notebook, chromium  # noqa: E402
from tests.conftest import running_kernel  # noqa: E402

CELLS, RUNS = 500, 300
SEND = """async runs => {
  const panel = window.jupyterapp.shell.currentWidget, kernel = panel.sessionContext.session.kernel;
  const ways = [Object.getPrototypeOf(kernel).requestExecute, kernel.requestExecute], times = [[], []];
  const content = { code: '# nbreason', store_history: false };
  const metadata = { cellId: panel.content.widgets[0].model.id };
  for (let run = 0; run < 2 * runs; run++) {
    const begun = performance.now(), future = ways[run % 2].call(kernel, content, true, metadata);
    times[run % 2].push(performance.now() - begun);
    await future.done;
  }
  return times;
}"""


def tenth(times: list[float]) -> float:
    """The time that one run in ten stays below."""
    return quantiles(times, n=10)[0]


def in_page(folder: Path, cells: list[str]) -> tuple[float, float]:
    """Milliseconds to send a run, without the order and with it."""
    share = folder / "share" / "labextensions"
    share.mkdir(parents=True)
    (share / "nbreason").symlink_to(ROOT / "nbreason" / "labextension")
    (folder / "home").mkdir()
    lab = Lab(folder / "notebooks", folder / "home", environment={"JUPYTER_PATH": str(share.parent)})
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        try:
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass", id=cell) for cell in cells])
            notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(notebook, lab.root / "long.ipynb")
            plain, ordered = Notebook(chrome.new_page(), lab, "long.ipynb").page.evaluate(SEND, RUNS)
            return tenth(plain), tenth(ordered)
        finally:
            chrome.close()
            lab.stop()


def in_kernel(folder: Path, cells: list[str]) -> tuple[float, float]:
    """Milliseconds from the request to the end of a run, without the order and with it."""
    ways: tuple[dict[str, object], ...] = ({}, {"nbreason": {"cells": cells, "notebook": "long.ipynb"}})
    times: tuple[list[float], list[float]] = ([], [])
    with running_kernel({}, folder) as kernel:
        kernel.run("%load_ext nbreason")
        for run in range(2 * RUNS):
            started = time.perf_counter()
            kernel.run("pass", cells[0], **ways[run % 2])
            times[run % 2].append(1000 * (time.perf_counter() - started))
    return tenth(times[0]), tenth(times[1])


def main() -> None:
    """Print both, and what the order adds."""
    cells = [str(uuid4()) for _ in range(CELLS)]
    with tempfile.TemporaryDirectory() as folder:
        page, page_with = in_page(Path(folder), cells)
        kernel, kernel_with = in_kernel(Path(folder), cells)
    print(f"{CELLS} cells, without the order and with it: {page:.2f} and {page_with:.2f} ms in the page,")
    print(f"{kernel:.2f} and {kernel_with:.2f} ms through the kernel;", end=" ")
    print(f"{page_with - page + kernel_with - kernel:.2f} ms more a run (under 1)")


if __name__ == "__main__":
    main()

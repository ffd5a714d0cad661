"""Run All of a conversation of 200 saved answers, beside the same notebook whose cells do nothing.

Target: nothing is sent, and under 3 s beyond the kernel's own time.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient

from nbreason.rehearsal import start

QUESTIONS = 200
TARGET = 3.0


def seconds(*cells: str) -> tuple[float, float]:
    """Run a notebook in a kernel of its own, as JupyterLab does; how long its cells take, and of the kernel's CPU."""
    first = "%load_ext nbreason\nfrom time import process_time\nbefore = process_time()"
    sources = enumerate((first, *cells, "process_time() - before"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, id=f"cell-{n}") for n, cell in sources])
    order = [cell.id for cell in notebook.cells]
    client = NotebookClient(notebook, extra_arguments=["--IPKernelApp.log_level=ERROR", "--NBReason.model=ollama:o3"])
    with client.setup_kernel():
        client.execute_cell(notebook.cells[0], 0)
        started = time.perf_counter()
        for index, cell in enumerate(notebook.cells[1:], 1):
            assert client.kc is not None
            client.kc.session.metadata = {"cellId": cell.id, "nbreason": {"cells": order}}
            client.execute_cell(cell, index)
        taken = time.perf_counter() - started
    return taken, float(notebook.cells[-1].outputs[0]["data"]["text/plain"])


def main() -> int:
    """Print what the saved answers take beyond the kernel's own time; 1 if that is too much."""
    with tempfile.TemporaryDirectory() as home, start(pace=0, think_seconds=0) as server:
        os.environ |= {
            "NBREASON_HOME": home,
            "NBREASON_OLLAMA_URL": server.url,
            "NBREASON_NOTEBOOK": f"{home}/lesson.ipynb",
        }
        asks = [f"%%reason\nrehearse: refill\nQuestion {number}?" for number in range(QUESTIONS)]
        seconds(*asks)
        sent = server.posts
        (saved, saved_cpu), (idle, idle_cpu) = seconds(*asks), seconds(*(["pass"] * QUESTIONS))
        again, beyond = server.posts - sent, saved - idle
        print(
            f"{QUESTIONS} saved answers {saved:.2f} s, {QUESTIONS} idle cells {idle:.2f} s, ratio {saved / idle:.1f};"
        )
        print(f"CPU of the kernel {saved_cpu:.2f} s and {idle_cpu:.2f} s;")
        print(f"{again} sent, {beyond:.2f} s beyond the kernel's own time (under {TARGET:.0f})")
        return 0 if again == 0 and beyond < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())

"""Run All of a notebook with 50 saved answers, beside the same notebook whose cells do nothing.  Target: under 2 s."""

from __future__ import annotations

import os
import tempfile
import time

import nbformat
from nbclient import NotebookClient

QUESTIONS = 50


def seconds(*cells: str) -> float:
    """Run a notebook in a kernel of its own; the time of its cells, without the kernel's start."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, extra_arguments=["--IPKernelApp.log_level=ERROR"])
    with client.setup_kernel():
        client.execute_cell(notebook.cells[0], 0)
        started = time.perf_counter()
        for index, cell in enumerate(notebook.cells[1:], 1):
            client.execute_cell(cell, index)
        return time.perf_counter() - started


def main() -> None:
    """Print what the saved answers take beyond the kernel's own time."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["NBREASON_HOME"] = home
        asks = [f"%%reason --alone\nrehearse: pace 0\nQuestion {number}?" for number in range(QUESTIONS)]
        seconds("%load_ext nbreason", *asks)
        kept = seconds("%load_ext nbreason", *asks)
        idle = seconds("%load_ext nbreason", *(["pass"] * QUESTIONS))
        print(f"{QUESTIONS} saved answers {kept:.2f} s, {QUESTIONS} idle cells {idle:.2f} s,", end=" ")
        print(f"{kept - idle:.2f} s beyond the kernel's own time (under 2)")


if __name__ == "__main__":
    main()

"""``nbreason demo``: the quickstart notebook in a real kernel, its answers in the terminal, its pages on disk."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from nbreason.cli.examples import copy_examples, writing
from nbreason.cli.page import self_contained

REHEARSAL = "rehearsal:o3"


def demo(model: str, folder: Path) -> int:
    """Run the quickstart in a copy of the examples.

    model:  ``provider:model``; empty asks the rehearsal, also when a key is set: the demo costs nothing unasked
    folder: where the executed notebook and the page go; returns the exit status
    """
    started = time.monotonic()
    copy_examples(folder)
    path = folder / "quickstart.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    print(f"Running the quickstart with {model or REHEARSAL} …", flush=True)
    try:
        execute(notebook, folder, model or REHEARSAL)
        status = 0
    except CellExecutionError as error:
        print(f"The quickstart stopped: {error.evalue}", file=sys.stderr)
        status = 1
    executed, page = folder / "quickstart.executed.ipynb", folder / "quickstart.html"
    content = self_contained(notebook)
    with writing(folder):
        nbformat.write(notebook, executed)  # type: ignore[no-untyped-call]
        page.write_text(content, encoding="utf-8")
    print(f"Done in {time.monotonic() - started:.0f} s.")
    print(f"  executed notebook  {executed.resolve()}")
    print(f"  page for a browser {page.resolve()}")
    print("Next: nbreason lab opens the notebooks in JupyterLab.")
    return status


def execute(notebook: Any, folder: Path, model: str) -> None:
    """Run all cells in a kernel of their own, and print each answer as it comes.

    Raises CellExecutionError at the first cell that fails.
    """
    steps = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def begun(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            first = cell.source.strip().splitlines()[0]
            print(f"[{steps.index(cell) + 1}/{len(steps)}] {first}", flush=True)

    def finished(cell: Any, cell_index: int, execute_reply: Any) -> None:
        if cell.source.startswith("%%reason"):
            question = cell.source.partition("\n")[2].strip()
            print(f"\n  {question}\n\n{indented(answer_of(cell))}\n", flush=True)

    # What costs nothing is not saved: in `nbreason lab` the same questions show the live panel, not replayed answers.
    unsaved = ["--NBReason.save=False"] if model == REHEARSAL else []
    client = NotebookClient(
        notebook,
        timeout=1800,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begun,
        on_cell_executed=finished,
        extra_arguments=[
            f"--NBReason.model={model}",
            "--NBReason.replay=off",
            "--IPKernelApp.log_level=ERROR",
            *unsaved,
        ],
    )
    client.execute()


def answer_of(cell: Any) -> str:
    """The text of the cell's first rich output, or the words of its error."""
    for output in cell.outputs:
        if output.output_type == "display_data":
            return str(output.data.get("text/plain", ""))
        if output.output_type == "error":
            return str(output.evalue)
    return ""


def indented(text: str) -> str:
    """The text, set off from the progress lines."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())

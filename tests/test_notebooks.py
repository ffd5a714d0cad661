"""Every example notebook runs from top to bottom, in a kernel of its own, and sends what it says it does."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from IPython.core.history import HistoryManager
from nbclient import NotebookClient

from nbreason.rehearsal import Rehearsal

pytestmark = pytest.mark.long

SENT = {
    "plots-and-dataframes": {
        '<data name=\\"In[14]\\" kind=\\"error\\" type=\\"KeyError\\">': True,
        "shortest = 3": True,
        "[The picture In[4].1 comes again below.]": True,
        '<data name=\\"picture\\" kind=\\"array\\"': True,
        '<data name=\\"In[14]\\" kind=\\"cell\\">': True,
        "after a long eruption 8": hasattr(HistoryManager, "outputs"),  # IPython 9 keeps what cells print
        "reason: skip": False,
        "visitors": False,
        "old-faithful.csv": False,
    }
}
"""Notebook -> words, and whether they are sent."""

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_example_notebook_runs_from_top_to_bottom(
    path: Path, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBREASON_REHEARSAL_URL", rehearsal.url)
    notebook = nbformat.read(path, as_version=4)
    asks = sum(
        cell.cell_type == "code" and cell.source.startswith(("%%reason", "%reason")) and "--dry-run" not in cell.source
        for cell in notebook.cells
    )
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert asks >= 3
    assert rehearsal.posts == asks
    words = SENT.get(path.stem, {})
    bodies = json.dumps(rehearsal.bodies)
    assert words == {text: text in bodies for text in words}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_example_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)

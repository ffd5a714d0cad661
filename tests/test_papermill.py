"""papermill runs a notebook that asks, and notices a cell that fails."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbreason.rehearsal import Rehearsal

papermill = pytest.importorskip("papermill")

pytestmark = pytest.mark.long


def run(tmp_path: Path, *cells: str) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    papermill.execute_notebook(str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), progress_bar=False)
    return nbformat.read(tmp_path / "out.ipynb", as_version=4)


def test_papermill_runs_a_conversation_and_pays_once(
    rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBREASON_REHEARSAL_URL", rehearsal.url)
    for _ in range(2):
        notebook = run(tmp_path, "%load_ext nbreason", "%%reason\nWhat is a median?", "%reason And a mean?")
        shown = notebook.cells[-1].outputs[0].data["text/plain"]
        assert "1 earlier question and 1 earlier answer" in shown
    assert rehearsal.posts == 2
    assert "replayed answer of " in shown


def test_papermill_notices_a_cell_that_fails(tmp_path: Path) -> None:
    with pytest.raises(papermill.PapermillExecutionError, match="There is no key for Segmind"):
        run(tmp_path, "%load_ext nbreason", "%reason -m segmind:o3 hello")

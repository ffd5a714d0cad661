"""Notebooks that run again: replayed answers look the same to the last byte, also on another machine without a key."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from nbreason.rehearsal import Rehearsal
from tests.conftest import DUMMY_KEY

pytestmark = pytest.mark.long

LESSON = (
    "%load_ext nbreason",
    "import nbreason; import pandas as pd; df = pd.DataFrame({'volcano': ['Fuji', 'Etna']})",
    "%%reason --with df\nWhich is higher?",
    "%reason And why?\n%reason -f json And how?",
    "answer = nbreason.ask('So?'); answer",
    "%reason -t aside -b In another thread?",
)


def written(path: Path, *cells: str) -> NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, path)
    return notebook


def outputs(path: Path, home: Path, lab: bool = True, **environment: str) -> list[Any]:
    """Run a notebook from top to bottom; the outputs of its cells.

    lab: as JupyterLab does, with the cells' ids and order; otherwise as nbclient does
    """
    notebook = nbformat.read(path, as_version=4)
    cells = [cell.id for cell in notebook.cells]

    def name_cell(cell: NotebookNode, cell_index: int) -> None:
        if lab:
            client.kc.session.metadata = {"cellId": cell.id, "nbreason": {"cells": cells}}

    client = NotebookClient(
        notebook,
        on_cell_execute=name_cell,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    own = {"NBREASON_HOME": str(home), **({"NBREASON_NOTEBOOK": str(path)} if lab else {})}
    client.execute(env={**os.environ, **own, **environment})
    return [json.loads(json.dumps(cell.outputs)) for cell in notebook.cells]


def page(outputs: Any) -> str:
    """What is seen of outputs: all but the numbers of the cells."""
    return re.sub(r'"execution_count": \d+', "", json.dumps(outputs, ensure_ascii=False))


def teaches(rehearsal: Rehearsal) -> dict[str, str]:
    """The environment of somebody with a key."""
    return {"NBREASON_SEGMIND_URL": rehearsal.url, "SEGMIND_API_KEY": DUMMY_KEY}


@pytest.mark.parametrize("lab", [True, False])
def test_a_notebook_of_saved_answers_has_the_same_outputs_each_time_it_runs(
    rehearsal: Rehearsal, tmp_path: Path, lab: bool
) -> None:
    written(tmp_path / "lesson.ipynb", *LESSON)
    first, second, third = (
        outputs(tmp_path / "lesson.ipynb", tmp_path / "home", lab, **teaches(rehearsal)) for _ in range(3)
    )
    assert json.dumps(second) == json.dumps(third)
    assert "widget" not in json.dumps(third)
    assert first != second, "which says that it is replayed"
    assert rehearsal.posts == 5


def test_a_course_looks_the_same_on_a_bare_machine_also_when_a_cell_was_put_in_between(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    here, there = tmp_path / "teacher" / "lesson.ipynb", tmp_path / "student" / "lesson.ipynb"
    for path in (here, there):
        path.parent.mkdir()
    notebook = written(here, *LESSON, "%nbreason export --replay")
    outputs(here, tmp_path / "home", **teaches(rehearsal))
    taught = outputs(here, tmp_path / "home", **teaches(rehearsal))[:-1]
    notebook.cells.pop()  # which would write the student's answers there
    shutil.copy(here.with_suffix(".reason.json"), there.parent)
    nbformat.write(notebook, there)
    rehearses = {"NBREASON_REHEARSAL_URL": rehearsal.url}
    assert json.dumps(outputs(there, tmp_path / "bare", **rehearses)) == json.dumps(taught)
    assert rehearsal.posts == 5
    notebook.cells.insert(3, nbformat.v4.new_code_cell("%reason What did I put here?"))
    nbformat.write(notebook, there)
    seen = outputs(there, tmp_path / "barer", **rehearses)
    assert "lesson.reason.json does not have it. The rehearsal answers in its place." in page(seen.pop(3))
    assert page(seen).replace(" · the turns above have changed since", "") == page(taught)
    assert rehearsal.posts == 6


def replay_check(*paths: Path) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "nbreason", "replay", "check", *map(str, paths)],
        env={**os.environ, "SEGMIND_API_KEY": DUMMY_KEY},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_replay_check_runs_a_notebook_without_a_key_and_says_of_each_question_what_becomes_of_it(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.ipynb"
    notebook = written(path, *LESSON, "%nbreason export --replay")
    outputs(path, tmp_path / "home", **teaches(rehearsal))
    replay_file = path.with_suffix(".reason.json").read_text()
    good = [f"cell {number}: replayed, segmind:o3" for number in (3, 4, 4, 5, 6)]
    assert replay_check(path) == (0, good)

    table, edited = notebook.cells[1], notebook.cells[2]
    table.source = table.source.replace("Etna", "Elbrus") + "; 1/0"
    notebook.cells.insert(3, nbformat.v4.new_code_cell("%reason In between?"))
    nbformat.write(notebook, path)
    told = [
        "cell 2: fails: ZeroDivisionError: division by zero",
        "cell 3: misses: df has changed since lesson.reason.json was written",
        "cell 4: misses: lesson.reason.json does not have it",
        *(f"{line}, but the turns above have changed since" for line in ("cell 5: replayed, segmind:o3",) * 2),
        "cell 6: replayed, segmind:o3, but the turns above have changed since",
        "cell 7: replayed, segmind:o3",
    ]
    assert replay_check(path) == (1, told)
    edited.source += "!"
    nbformat.write(notebook, path)
    status, lines = replay_check(path, tmp_path / "nothing.ipynb")
    assert (status, lines[1]) == (1, f"{path}: cell 3: misses: it was edited since lesson.reason.json was written")
    assert lines[-1] == f"{tmp_path / 'nothing.ipynb'} cannot be read: No such file or directory."
    assert (rehearsal.posts, path.with_suffix(".reason.json").read_text()) == (5, replay_file)

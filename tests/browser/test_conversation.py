"""Conversations that live with their notebook, in a real JupyterLab; requests are counted at the server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbreason.rehearsal import Rehearsal, start
from tests.browser.lab import Lab, Notebook, wait_until

ANSWERS = ".jp-OutputArea-output .nbreason"
OUTPUTS = ".jp-OutputArea-output"
Open = Callable[..., Notebook]


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with start(pace=0, think_seconds=0, record=True) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, server: Rehearsal) -> Iterator[Lab]:
    """A JupyterLab whose rehearsal is `server`, so that its requests can be counted."""
    home = tmp_path_factory.mktemp("home")
    running = Lab(tmp_path_factory.mktemp("notebooks"), home, environment={"NBREASON_REHEARSAL_URL": server.url})
    yield running
    running.stop()


def asked(server: Rehearsal, number: int = -1) -> list[str]:
    """The last words of each user message of a request that the server got."""
    messages = server.bodies[number]["messages"]
    return [message["content"].splitlines()[-1] for message in messages if message["role"] == "user"]


def restart(notebook: Notebook) -> None:
    notebook.page.evaluate(
        "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }"
    )
    wait_until(lambda: notebook.kernel() == "idle", 30, "the kernel to restart")


def rewrite(notebook: Notebook, cell: int, source: str) -> None:
    notebook.page.evaluate(
        "([cell, source]) => { window.jupyterapp.shell.currentWidget.content.widgets[cell].model.sharedModel"
        ".setSource(source); return null }",
        [cell, source],
    )


def cells(word: str) -> tuple[str, ...]:
    """Three questions that no other notebook asks, as their answers would be kept."""
    return ("%load_ext nbreason", *(f"%%reason\n{word} {number}" for number in ("one", "two", "three")))


def test_restart_and_run_all_sends_nothing(notebook: Open, server: Rehearsal) -> None:
    kept = notebook("kept.ipynb", *cells("kept"))
    kept.run_all()
    before = server.posts
    restart(kept)
    kept.run_all()

    assert before == server.posts
    shown = "\n".join(kept.html(OUTPUTS))
    assert 3 == shown.count("replayed answer of ")


def test_an_edited_cell_replaces_its_turn_where_it_stands(notebook: Open, server: Rehearsal) -> None:
    edited = notebook("edited.ipynb", *cells("edited"), "%nbreason history")
    edited.run_all()
    rewrite(edited, 2, "%%reason\nedited two, in other words")
    edited.run(2)
    assert ["edited one", "edited two, in other words"] == asked(server), (
        "the turn before it is its context, the later is not"
    )
    edited.run(4)
    table = edited.html(".jp-OutputArea-output table")[-1]
    assert "edited three" in table
    assert 1 == table.count("stale")
    edited.run(3)
    assert ["edited one", "edited two, in other words", "edited three"] == asked(server)


def test_a_renamed_notebook_keeps_its_conversation(notebook: Open, lab: Lab, server: Rehearsal) -> None:
    old = notebook("old-name.ipynb", *cells("renamed"))
    old.run(0, 1)
    old.save()
    (lab.root / "old-name.ipynb").rename(lab.root / "new-name.ipynb")
    renamed = notebook("new-name.ipynb")
    renamed.run(0, 2)

    assert ["renamed one", "renamed two"] == asked(server)


def test_a_copied_notebook_gets_its_own_copy_of_the_conversation(notebook: Open, lab: Lab, server: Rehearsal) -> None:
    original = notebook("original.ipynb", *cells("copied"))
    original.run(0, 1)
    original.save()
    shutil.copy(lab.root / "original.ipynb", lab.root / "copy.ipynb")
    copy = notebook("copy.ipynb")
    copy.run(0, 2)
    assert ["copied one", "copied two"] == asked(server), "the copy knows what was said before"
    original = notebook("original.ipynb")
    original.run(0, 3)
    assert ["copied one", "copied three"] == asked(server), "and the original does not know what was said in the copy"


def test_a_replay_file_beside_the_notebook_answers_on_another_machine(
    notebook: Open, lab: Lab, server: Rehearsal, tmp_path: Path
) -> None:
    source = notebook("shared.ipynb", *cells("shared"), "%nbreason export --replay")
    source.run_all()
    source.save()
    before = server.posts
    elsewhere = Lab(tmp_path / "root", tmp_path / "home", environment={"NBREASON_REHEARSAL_URL": server.url})
    try:
        for name in ("shared.ipynb", "shared.reason.json"):
            shutil.copy(lab.root / name, elsewhere.root / name)
        there = Notebook(source.page, elsewhere, "shared.ipynb")
        there.page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        there.run_all()
        assert before == server.posts
        assert 3 == "\n".join(there.html(OUTPUTS)).count("replayed answer of ")
    finally:
        elsewhere.stop()

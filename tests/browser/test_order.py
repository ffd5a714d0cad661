"""What the kernel knows of the order of cells after people have changed it, in JupyterLab and in Notebook 7.

Every run prints the order that the kernel knows, and is compared with the page at that moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbreason
from tests.browser.lab import Lab, Notebook, opened, wait_until

LOAD = """%load_ext nbreason
def told():
    from nbreason.notebook.notebook import notebook_of
    notebook = notebook_of(get_ipython())
    known = notebook.order.cells()
    print(known.source if known else "nobody", *(known.ids if known else ()))
    print(notebook.context.notebook())
told()"""
SEEN = "print(sorted(get_ipython().kernel.get_parent()['metadata'].keys() - {'tags', 'trusted'}))"
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets"
RUN = "await app.commands.execute('notebook:run-cell')"


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Jupyter looks for extensions, with ours in it where an installation puts it."""
    share = tmp_path_factory.mktemp("share")
    (share / "labextensions").mkdir()
    (share / "labextensions" / "nbreason").symlink_to(Path(nbreason.__file__).parent / "labextension")
    return share


@pytest.fixture(scope="module", params=["jupyterlab", "notebook"])
def lab(request: Any, tmp_path_factory: pytest.TempPathFactory, share: Path) -> Iterator[Lab]:
    root, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    server = Lab(root, home, environment={"JUPYTER_PATH": str(share)}, app=request.param)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shared_page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1100, "height": 1300})
    yield page
    page.close()


@pytest.fixture(scope="module")
def shared(lab: Lab, shared_page: Any) -> Notebook:
    """One notebook and one kernel for what people do to cells: each of it leaves five and more."""
    notebook = opened(shared_page, lab, "shared.ipynb", LOAD, *["told()"] * 5)
    notebook.run(0)
    return notebook


def act(notebook: Notebook, script: str) -> None:
    """Do something in the page, at once; `app`, `panel`, and `cells` are at hand."""
    notebook.page.evaluate(
        "async () => { const app = window.jupyterapp, panel = app.shell.currentWidget, notebook = panel.content;"
        " const run = name => app.commands.execute('notebook:' + name);"
        " const select = at => { notebook.deselectAll(); notebook.activeCellIndex = at; };"
        f" const write = text => notebook.activeCell.model.sharedModel.setSource(text); {script} }}"
    )
    notebook.wait_for_end()


def ids(notebook: Notebook) -> list[str]:
    """The ids of the cells as they stand in the page."""
    return [str(cell) for cell in notebook.page.evaluate(f"() => {CELLS}.map(cell => cell.model.id)")]


def printed(notebook: Notebook, cell: int) -> list[str]:
    """The lines that a cell has printed, once they are in the page."""
    outputs = f"at => {CELLS}[at].model.outputs.toJSON().map(output => output.text ?? '').flat().join('')"
    wait_until(lambda: bool(notebook.page.evaluate(outputs, cell)), 20, "the cell's output")
    return str(notebook.page.evaluate(outputs, cell)).splitlines()


def path(lab: Lab, name: str) -> str:
    return str(lab.root / name)


DONE = {
    "insert": "select(2); run('insert-cell-below'); write('told()'); await run('run-cell')",
    "insert-above": "select(1); run('insert-cell-above'); write('told()'); await run('run-cell')",
    "delete": "select(2); run('delete-cell'); await run('run-cell')",
    "undo-delete": "select(2); run('delete-cell'); run('undo-cell-action'); await run('run-cell')",
    "move": "select(3); run('move-cell-up'); await run('run-cell')",
    "cut-and-paste": "select(2); await run('cut-cell'); select(3); await run('paste-cell-below');"
    " await run('run-cell')",
    "copy-and-paste": "select(2); await run('copy-cell'); await run('paste-cell-below'); await run('run-cell')",
    "duplicate-below": "select(2); await run('duplicate-below'); await run('run-cell')",
    "split": "select(2); write('told()\\ntold()'); notebook.mode = 'edit';"
    " notebook.activeCell.editor.setCursorPosition({line: 1, column: 0}); await run('split-cell-at-cursor');"
    " await run('run-cell')",
    "merge": "select(2); await run('merge-cell-below'); await run('run-cell')",
    "to-markdown": "select(1); await run('change-cell-to-markdown'); select(2); await run('run-cell')",
    "run-and-insert": "select(2); await run('run-cell-and-insert-below'); select(2); await run('run-cell')",
}


@pytest.mark.parametrize("done", DONE)
def test_the_run_that_follows_knows_the_order(shared: Notebook, done: str) -> None:
    act(
        shared,
        f"while (notebook.widgets.length < 6) {{ select(1); run('insert-cell-below'); write('told()') }} {DONE[done]}",
    )
    active = int(shared.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"))
    assert printed(shared, active)[:2] == [f"page {' '.join(ids(shared))}", path(shared.lab, shared.name)]


def test_run_all_below_knows_the_order(shared: Notebook) -> None:
    act(
        shared,
        "select(3); run('move-cell-down'); run('insert-cell-above'); write('told()'); await run('run-all-below')",
    )
    active = int(shared.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"))
    assert printed(shared, active)[0] == f"page {' '.join(ids(shared))}"


def test_run_all_in_a_new_kernel_knows_the_order_from_its_first_cell(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "restarted.ipynb", LOAD, "told()", "told()")
    insert = "select(1); run('insert-cell-above'); write('told()');"
    restart = "await panel.sessionContext.session.kernel.restart();"
    change = "await panel.sessionContext.changeKernel({name: 'python3'});"
    for before in ("", restart, change):
        act(notebook, f"{before} {insert} await run('run-all-cells')")
        every = ids(notebook)
        assert [printed(notebook, cell)[0] for cell in range(len(every))] == [f"page {' '.join(every)}"] * len(every)


def test_what_is_changed_while_a_cell_runs_is_known_to_what_runs_after_it(shared: Notebook) -> None:
    act(
        shared,
        "select(0); run('insert-cell-below'); write('import time; time.sleep(1)'); const slow = run('run-cell');"
        " run('insert-cell-below'); write('told()'); run('move-cell-down'); const last = run('run-cell');"
        " await slow; await last",
    )
    active = int(shared.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"))
    assert printed(shared, active)[0] == f"page {' '.join(ids(shared))}"


def test_a_reloaded_page_tells_it_again(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "reloaded.ipynb", LOAD, "told()", "told()  # of nbreason")
    notebook.run(0)
    act(notebook, "select(1); run('move-cell-down'); await app.commands.execute('docmanager:save')")
    notebook.open()
    notebook.run(1)
    assert printed(notebook, 1)[0] == f"page {' '.join(ids(notebook))}"


def test_a_renamed_notebook_is_known_without_a_new_kernel(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "before.ipynb", LOAD, "told()")
    notebook.run(0)
    assert printed(notebook, 0)[1] == path(lab, "before.ipynb")
    (lab.root / "folder").mkdir(exist_ok=True)
    act(notebook, "await app.serviceManager.contents.rename('before.ipynb', 'folder/after.ipynb')")
    wait_until(
        lambda: page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path") == "folder/after.ipynb",
        10,
        "the page to see the new name",
    )
    notebook.run(1)
    assert printed(notebook, 1)[1] == path(lab, "folder/after.ipynb")


def test_each_of_two_notebooks_that_share_a_kernel_tells_its_own(lab: Lab, page: Any, browser: Any) -> None:
    other_page = browser.new_page()
    try:
        first = opened(page, lab, "first.ipynb", LOAD, "told()")
        other = opened(other_page, lab, "other.ipynb", "told()", "told()  # of nbreason")
        first.run(0)
        kernel = page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
        act(other, f"await panel.sessionContext.changeKernel({{id: {json.dumps(kernel)}}})")
        for notebook in (other, first, other):
            notebook.run(1)
            assert printed(notebook, 1) == [f"page {' '.join(ids(notebook))}", path(lab, notebook.name)]
    finally:
        other_page.close()


def test_a_kernel_without_nbreason_is_told_nothing_of_it(lab: Lab, page: Any) -> None:
    notebook = opened(page, lab, "plain.ipynb", SEEN, f"# nbreason\n{SEEN}")
    notebook.run(0, 1)
    usual, more = printed(notebook, 0)[0], printed(notebook, 1)[0]
    assert "cellId" in usual
    assert "nbreason" not in usual
    assert "nbreason" in more


def test_where_it_is_switched_off_the_saved_file_tells_it(lab: Lab, page: Any, tmp_path: Path, share: Path) -> None:
    config = tmp_path / "config" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text('{"disabledExtensions": {"nbreason:order": true}}')
    plain = Lab(tmp_path / "root", tmp_path, environment={"JUPYTER_PATH": str(share)}, app=lab.app)
    try:
        notebook = opened(page, plain, "plain.ipynb", LOAD, "told()", "told()", "told()")
        first = ids(notebook)
        notebook.run(0)
        assert printed(notebook, 0)[0] == f"file {' '.join(first)}"
        act(notebook, "select(1); run('delete-cell'); select(2); await run('run-cell')")
        assert printed(notebook, 2)[0] == f"file {' '.join([first[0], *first[2:]])}"
        assert first[0] == ids(notebook)[0]
    finally:
        plain.stop()

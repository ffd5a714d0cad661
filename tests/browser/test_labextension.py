"""The colours of a %%reason cell: prose as prose, in a JupyterLab that finds the extension where it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import nbreason
from tests.browser.lab import Lab, Notebook, wait_until

Open = Callable[..., Notebook]
SOURCE = Path(nbreason.__file__).parent / "labextension"
PROSE = "%%reason\nWhy isn't this histogram's left peak the taller one, and is it or not?"
STRINGS = """() => [...document.querySelectorAll('.jp-CodeCell .cm-line span')]
  .filter(span => span.textContent.includes('histogram') && span.textContent.includes("'")).length"""
TYPES = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.mimeType)"""


@pytest.fixture(scope="module")
def jupyter_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Jupyter looks for extensions, with ours in it where an installation puts it."""
    share = tmp_path_factory.mktemp("share")
    (share / "labextensions").mkdir()
    (share / "labextensions" / "nbreason").symlink_to(SOURCE)
    return share


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, jupyter_path: Path) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("home")
    running = Lab(tmp_path_factory.mktemp("notebooks"), home, environment={"JUPYTER_PATH": str(jupyter_path)})
    yield running
    running.stop()


def types(notebook: Notebook) -> list[str]:
    return [str(kind) for kind in notebook.page.evaluate(TYPES)]


def test_jupyter_lists_it(jupyter_path: Path, tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter", "labextension", "list"],
        env={**os.environ, "JUPYTER_PATH": str(jupyter_path), "JUPYTER_CONFIG_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    line = next(line for line in (listed.stdout + listed.stderr).splitlines() if "nbreason" in line)
    assert "v0.1.0" in line
    assert "enabled" in line
    assert "OK" in line


def test_its_version_is_that_of_the_package() -> None:
    assert json.loads((SOURCE / "package.json").read_text())["version"] == nbreason.__version__


def test_prose_is_not_coloured_as_a_string(notebook: Open) -> None:
    shown = notebook("prose.ipynb", PROSE, "x = 'a string'")
    wait_until(lambda: types(shown) == ["text/x-ipythongfm", "text/x-ipython"], 10, "the types to be set")
    wait_until(lambda: shown.page.evaluate(STRINGS) == 0, 10, "the prose to lose its strings")


def test_the_colours_follow_the_first_line(notebook: Open) -> None:
    edited = notebook("edited-colours.ipynb", PROSE, "x = 'a string'")
    wait_until(lambda: types(edited)[0] == "text/x-ipythongfm", 10, "the type to be set")
    edited.page.evaluate(
        "() => { const cells = window.jupyterapp.shell.currentWidget.content.widgets;"
        " cells[0].model.sharedModel.setSource('x = 1'); cells[1].model.sharedModel.setSource('%%reason\\nWhy?');"
        " return null }"
    )
    wait_until(lambda: types(edited) == ["text/x-ipython", "text/x-ipythongfm"], 10, "the types to follow")


def test_without_the_extension_the_prose_is_coloured_as_a_string(
    tmp_path_factory: pytest.TempPathFactory, page: object
) -> None:
    """So that the tests above are known to bite; it is switched off the usual way."""
    home = tmp_path_factory.mktemp("home")
    (home / "config" / "labconfig").mkdir(parents=True)
    (home / "config" / "labconfig" / "page_config.json").write_text('{"disabledExtensions": {"nbreason": true}}')
    share = home / "share"
    (share / "labextensions").mkdir(parents=True)
    (share / "labextensions" / "nbreason").symlink_to(SOURCE)
    plain = Lab(tmp_path_factory.mktemp("root"), home, environment={"JUPYTER_PATH": str(share)})
    try:
        (plain.root / "off.ipynb").write_text(
            json.dumps(
                {
                    "cells": [
                        {"cell_type": "code", "id": "a", "metadata": {}, "source": PROSE, "outputs": [],
                         "execution_count": None}
                    ],
                    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
                    "nbformat": 4,
                    "nbformat_minor": 5,
                }
            )
        )  # fmt: skip
        shown = Notebook(page, plain, "off.ipynb")
        wait_until(lambda: shown.page.evaluate(STRINGS) > 0, 10, "the prose to be coloured as a string")
        assert types(shown) == ["text/x-ipython"]
    finally:
        plain.stop()


@pytest.mark.slow
def test_the_wheel_holds_it_where_jupyter_looks(tmp_path: Path) -> None:
    root = SOURCE.parent.parent
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path), str(root)],
        check=True,
        timeout=300,
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    folder = "data/share/jupyter/labextensions/nbreason"
    for name in ("package.json", "install.json", "static/remoteEntry.js"):
        assert any(found.endswith(f"{folder}/{name}") for found in names), names

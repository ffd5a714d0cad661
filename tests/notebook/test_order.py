"""The order of cells, as a page tells it with each run of a cell, else as the saved file has it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbreason.notebook.context import NotebookContext
from nbreason.notebook.notebook import notebook_of
from nbreason.notebook.order import LARGEST_FILE, MOST_CELLS, CellOrder
from tests.conftest import Kernel, Rehearsal, Shell, running_kernel

ORDER = (
    "from nbreason.notebook.notebook import notebook_of; told = notebook_of(get_ipython()).order.cells();"
    " print(told and (told.source, *told.ids))"
)

PATH = "from nbreason.notebook.notebook import notebook_of; print(notebook_of(get_ipython()).context.notebook())"


def page(*cells: str, notebook: str = "") -> dict[str, object]:
    """What a page with our extension tells with a run."""
    return {"cells": list(cells), "notebook": notebook}


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """A saved notebook with the cells a, b and c."""
    return save(tmp_path / "lesson.ipynb", "a", "b", "c")


def save(path: Path, *cells: object, at: float | None = None) -> Path:
    path.write_text(json.dumps({"cells": [{"id": cell} for cell in cells], "metadata": {}, "nbformat": 4}))
    if at is not None:
        os.utime(path, (at, at))
    return path


@pytest.fixture
def kernel(lesson: Path, module_rehearsal: Rehearsal) -> Iterator[Kernel]:
    environment = {"JPY_SESSION_NAME": str(lesson), "NBREASON_REHEARSAL_URL": module_rehearsal.url}
    with running_kernel(environment, lesson.parent) as kernel:
        yield kernel


class Front:
    """What a shell shows of a front end: runs that carry metadata, without a process for each test."""

    def __init__(self, notebook: Path | None = None) -> None:
        self.user_ns: dict[str, Any] = {}
        self.metadata: object = {}
        self.listeners: list[Any] = []
        self.events = SimpleNamespace(
            register=lambda event, call: self.listeners.append(call),
            unregister=lambda event, call: self.listeners.remove(call),
        )
        self.kernel = SimpleNamespace(get_parent=lambda: {"metadata": self.metadata})
        self.context = NotebookContext(self, {"JPY_SESSION_NAME": str(notebook)} if notebook else {})
        self.order = CellOrder(self, self.context)
        self.order.attach()

    def run(self, cell: str | None, told: object = None, **metadata: object) -> tuple[str, ...] | None:
        """Run a cell; gives whom the order comes from and the order, as known after."""
        self.metadata = metadata | ({"cellId": cell} if cell else {}) | ({"nbreason": told} if told else {})
        for listener in self.listeners:
            listener(None)
        known = self.order.cells()
        return known and (known.source, *known.ids)


# In a kernel.


def test_the_first_run_tells_the_order_to_all_that_follow(kernel: Kernel) -> None:
    queued = [
        kernel.send(code, cell, nbreason=page("new", "b", "a"))
        for cell, code in [("b", f"%load_ext nbreason\n{ORDER}"), ("a", ORDER), ("new", ORDER)]
    ]
    assert [kernel.collect(request).printed for request in queued] == ["('page', 'new', 'b', 'a')\n"] * 3
    assert kernel.run(ORDER, "a", nbreason=page("a", "new")).printed == "('page', 'a', 'new')\n"


def test_without_a_page_that_tells_the_saved_file_does(kernel: Kernel) -> None:
    kernel.run("%load_ext nbreason")
    assert kernel.run(ORDER).printed == "('file', 'a', 'b', 'c')\n"
    assert kernel.run(ORDER, "c", deletedCells=["a"]).printed == "('file', 'b', 'c')\n"


def test_a_renamed_notebook_is_known_to_the_next_run(kernel: Kernel, lesson: Path) -> None:
    kernel.run("%load_ext nbreason", "a", nbreason=page("a", notebook="lesson.ipynb"))
    kernel.run("%reason First?", "a", nbreason=page("a", notebook="lesson.ipynb"))
    renamed = lesson.rename(lesson.with_name("renamed.ipynb"))
    after = page("a", "b", notebook="renamed.ipynb")
    assert kernel.run(PATH, "b", nbreason=after).printed == f"{renamed}\n"
    assert "First?" in kernel.run("%nbreason history", "b", nbreason=after).text


def test_unloading_stops_the_reading(kernel: Kernel) -> None:
    kernel.run("%load_ext nbreason")
    kernel.run("from nbreason.notebook.notebook import notebook_of; order = notebook_of(get_ipython()).order")
    kernel.run("%unload_ext nbreason", "a", nbreason=page("a"))
    assert kernel.run("print(order.cells().ids)", "z", nbreason=page("z")).printed == "('a',)\n"


def test_it_is_loaded_where_there_is_no_kernel(shell: Shell) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    assert notebook.order.cells() is None


@pytest.mark.long
def test_it_is_loaded_while_a_kernel_starts(tmp_path: Path) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text("c.InteractiveShellApp.extensions = ['nbreason']")
    with running_kernel({}, tmp_path) as kernel:
        assert kernel.run(ORDER, "b", nbreason=page("a", "b")).printed == "('page', 'a', 'b')\n"


# Whom the order is from.


def test_the_last_that_a_page_told_holds_until_another_is_told() -> None:
    front = Front()
    assert front.run("a", page("a", "b")) == ("page", "a", "b")
    assert front.run(None) == ("page", "a", "b")  # a button, or a console
    assert front.run("b") == ("page", "a", "b")
    assert front.run("b", page("b", "a")) == ("page", "b", "a")


def test_notebooks_that_share_a_kernel_have_each_their_order(lesson: Path) -> None:
    other = save(lesson.with_name("other.ipynb"), "x")
    front = Front(lesson)
    front.run("a", page("a", "b", notebook="lesson.ipynb"))
    assert front.run("x", page("x", "y", notebook="other.ipynb")) == ("page", "x", "y")
    assert front.context.notebook() == str(other)
    assert front.run("b", page("a", "b", notebook="lesson.ipynb")) == ("page", "a", "b")
    assert front.context.notebook() == str(lesson)


def test_the_file_tells_where_a_cell_runs_that_the_page_did_not_name(lesson: Path) -> None:
    front = Front(lesson)
    front.run("a", page("b", "a"))
    assert front.run("new") == ("file", "a", "b", "c")


def test_deleted_cells_are_left_out_until_they_are_back(lesson: Path) -> None:
    front = Front(lesson)
    assert front.run("b", deletedCells=["a", "c"]) == ("file", "b")
    assert front.run("c") == ("file", "b", "c")  # restored, because it runs
    save(lesson, "c", "b", "a")
    assert front.run("b") == ("file", "c", "b", "a")  # restored, because it was saved since
    assert front.run("b", page("a", "b"), deletedCells=["a"]) == ("page", "a", "b")  # the page names what is there now
    assert front.run("b", deletedCells=["a"]) == ("page", "b")


def test_the_file_is_read_again_only_when_it_has_changed(lesson: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front(save(lesson, "a", at=1000))
    assert front.run("a") == ("file", "a")
    lesson.write_bytes(lesson.read_bytes().replace(b'"a"', b'"z"'))
    os.utime(lesson, (1000, 1000))
    assert front.run("a") == ("file", "a")
    save(lesson, "b", at=1001)
    assert front.run("a") == ("file", "b")


# What is not believed.


@pytest.mark.parametrize(
    "told",
    [
        *("a", ["a"], 7, True, {}, {"cells": "a"}, {"cells": {"a": 1}}, {"cells": [["a"]]}, {"cells": [None, "a"]}),
        *({"cells": ["a", "a"]}, {"cells": ["a", ""]}, {"cells": ["a", "b" * 65]}, {"cells": ["b"]}),
        {"cells": ["a", *map(str, range(MOST_CELLS))]},
    ],
    ids=lambda told: repr(told)[:30],
)
def test_an_order_is_believed_as_a_whole_or_not_at_all(told: object) -> None:
    assert Front().run("a", told) is None
    assert Front().run("a", deletedCells=told) is None


@pytest.mark.parametrize("metadata", [None, [], "cells", {"cellId": ["a"]}])
def test_metadata_of_any_shape_is_survived(metadata: object) -> None:
    front = Front()
    known = front.run("a", page("a"))
    front.metadata = metadata
    front.listeners[0](None)
    assert front.run(None) == known


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"{}", b'{"cells": 1}', b'{"cells": [1]}', b'{"cells": [{}]}', b'{"cells": [{"id": 1}]}'),
        *(b'{"cells": [{"id": "a"}, {"id": "a"}]}', b"[" * 100_000, b"\xff", b'{"cells": [{"id": "a"}, {}]}'),
    ],
    ids=lambda content: str(content[:30]),
)
def test_a_file_is_believed_as_a_whole_or_not_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "any.ipynb").write_bytes(content)
    assert Front(tmp_path / "any.ipynb").run("a") is None


def test_only_regular_files_of_a_sensible_size_are_read(tmp_path: Path, lesson: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    lesson.write_text(lesson.read_text() + " " * LARGEST_FILE)
    for name in ("pipe.ipynb", "folder.ipynb", "lesson.ipynb", "nothing.ipynb", "nul\0.ipynb"):
        assert Front(tmp_path / name).run("a") is None


PATHS = ["", "nothing.ipynb", "/etc/passwd", "../any.ipynb", "nul\0.ipynb", "a" * 5000 + ".ipynb", "any.txt", 7, None]


@pytest.mark.parametrize("told", PATHS, ids=lambda told: repr(told)[:30])
def test_a_path_that_leads_nowhere_changes_nothing(lesson: Path, told: object) -> None:
    for file in ("any.txt", "../any.ipynb"):
        save(lesson.parent / file, "a")
    front = Front(lesson)
    front.run("a", {"cells": ["a"], "notebook": told})
    assert front.context.notebook() == str(lesson)


def test_a_moved_notebook_is_found_below_the_folder_of_the_server(lesson: Path) -> None:
    (lesson.parent / "sub" / "deep").mkdir(parents=True)
    front = Front(lesson.parent / "sub" / "first.ipynb")
    for told in ("lesson.ipynb", "sub/second.ipynb", "sub/deep/third.ipynb"):
        save(lesson.parent / told, "a")
        front.run("a", page("a", notebook=told))
        assert front.context.notebook() == str(lesson.parent / told)
    save(lesson.parent / "sub" / "lesson.ipynb", "a")
    front.run("a", page("a", notebook="lesson.ipynb"))
    assert front.context.notebook() == str(lesson.parent / "sub" / "first.ipynb"), "either of two may be meant"

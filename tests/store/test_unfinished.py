"""Answers whose process was killed while they were being written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from nbreason.core.events import Answer
from nbreason.store.conversations import Store
from nbreason.store.home import DATABASE
from nbreason.store.unfinished import count
from tests.conftest import HERE, NOTEBOOK, question


def cut_off(folder: Path, store: Store, text: str, owner: str) -> int:
    """A turn whose process has ended after it had saved some text."""
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    turn = store.begin(question(f"about {text}?", owner=owner), "test:o3", text)
    store.keep(turn, Answer(text=text))
    with closing(sqlite3.connect(folder / DATABASE)) as db, db:
        db.execute("UPDATE turn SET process = ? WHERE id = ?", (int(done.stdout), turn))
    return turn


def test_what_was_cut_off_is_counted_without_writing_anything(tmp_path: Path) -> None:
    assert count(tmp_path, NOTEBOOK) == 0
    assert list(tmp_path.iterdir()) == []
    store = Store(tmp_path)
    cut_off(tmp_path, store, "peaks", "a/0")
    store.keep(store.begin(question("still running?", owner="b/0"), "test:o3", "b"), Answer(text="So far"))
    assert (count(tmp_path, NOTEBOOK), count(tmp_path, "/another.ipynb")) == (1, 0)
    (tmp_path / DATABASE).write_bytes(b"no database")
    assert count(tmp_path, NOTEBOOK) == 0


def test_it_becomes_a_partial_answer_of_the_conversation(tmp_path: Path) -> None:
    store = Store(tmp_path)
    cut_off(tmp_path, store, "peaks", "a/0")
    store.settle(NOTEBOOK)
    (record,) = store.history(HERE)
    assert (record.state, record.current, record.answer and record.answer.text) == ("partial", True, "peaks")
    assert count(tmp_path, NOTEBOOK) == 0


def test_an_answer_that_came_later_stays_the_one_that_counts(tmp_path: Path) -> None:
    store = Store(tmp_path)
    cut_off(tmp_path, store, "peaks", "a/0")
    again = store.begin(question("about peaks?", owner="a/0"), "test:o3", "again")
    store.finish(again, "done", Answer(text="whole", finish="stop"))
    store.settle(NOTEBOOK)
    assert [
        (record.answer and record.answer.text, record.current) for record in store.history(HERE, versions=True)
    ] == [
        ("peaks", False),
        ("whole", True),
    ]


def test_an_answer_that_has_ended_is_not_overwritten_by_a_late_save(tmp_path: Path) -> None:
    store = Store(tmp_path)
    turn = store.begin(question("Why?"), "test:o3", "a")
    store.finish(turn, "done", Answer(text="whole", finish="stop"))
    store.keep(turn, Answer(text="who"))
    (record,) = store.history(HERE)
    assert record.answer is not None
    assert record.answer.text == "whole"

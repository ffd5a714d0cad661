"""A file that a newer version has written: what it holds is used, and not a byte of it is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.session import Session
from nbreason.capture.pixels import png
from nbreason.core.events import Answer
from nbreason.core.parts import Image
from nbreason.core.question import Place
from nbreason.doctor import examine
from nbreason.errors import Refused
from nbreason.rehearsal import Rehearsal
from nbreason.store.home import DATABASE
from nbreason.store.newer import NewerFile
from nbreason.store.schema import MIGRATIONS
from nbreason.store.sqlite import Store
from tests.conftest import HERE, MakeSession, Shell, pointed_at, question
from tests.store.conftest import ended

PICTURE = Image(png(bytes(64 * 48), 64, 48, 1), "image/png", 64, 48, "two peaks", "In[5]")
NEWER = f"""
    ALTER TABLE turn ADD COLUMN mood TEXT NOT NULL DEFAULT 'sunny';
    CREATE TABLE tag (turn_id INTEGER, name TEXT);
    CREATE VIEW latest AS SELECT * FROM turn;
    CREATE TRIGGER tagging AFTER INSERT ON turn BEGIN INSERT INTO tag VALUES (new.id, 'new'); END;
    PRAGMA user_version = {len(MIGRATIONS) + 7};
"""
"""What a later version may have done to a file: more columns, more tables, and what runs by itself."""
READ = (
    "The conversations were written by a newer nbreason: this version reads them; {path} is not changed, and what is"
    " asked or changed now lives with this kernel only. Update to save again: pip install -U nbreason."
)


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(script)


def state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Each file of a folder: its bytes, when it was written, its permissions."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) for path in folder.iterdir()}


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    before = state(folder)
    yield
    assert before == state(folder)


@pytest.fixture
def path(folder: Path, session: Session) -> Path:
    """The file of a newer version with two answered turns, the first of them about a picture."""
    session.ask(question(PICTURE, "one\nrehearse: echo\nONE", owner="a/0")).result(20)
    session.ask(question("two\nrehearse: echo\nTWO", owner="b/0")).result(20)
    change(folder / DATABASE, NEWER)
    return folder / DATABASE


Again = Callable[[], Session]


@pytest.fixture
def again(make_session: MakeSession, rehearsal: Rehearsal, folder: Path) -> Again:
    """Opens a session over the file, as a kernel does when it starts."""
    return lambda: make_session(pointed_at(rehearsal.url), Store(folder), model="rehearsal:o3")


def said(store: Store) -> list[str]:
    return [turn.answer for turn in store.turns_before(HERE)]


def test_fault_59_what_a_newer_version_has_written_is_read_and_not_changed(path: Path) -> None:
    with untouched(path.parent):
        store = Store(path.parent)
        assert [("one", "done"), ("two", "done")] == [(turn.question, turn.state) for turn in store.history(HERE)]
        assert ["ONE", "TWO"] == said(store)
        assert PICTURE == store.turns_before(HERE)[0].question[0]
        assert READ.format(path=path) == store.warning
        assert not store.on_disk


def test_fault_59_run_all_is_answered_by_the_kept_answers_of_a_newer_file(
    path: Path, again: Again, rehearsal: Rehearsal
) -> None:
    """The second question has the first, with its picture, as context: all of it must be as it was."""
    posts = rehearsal.posts
    with untouched(path.parent):
        session = again()
        one = session.ask(question(PICTURE, "one\nrehearse: echo\nONE", owner="a/0")).result(20)
        two = session.ask(question("two\nrehearse: echo\nTWO", owner="b/0")).result(20)
    assert [("ONE", True), ("TWO", True)] == [(answer.text, answer.replayed) for answer in (one, two)]
    assert posts == rehearsal.posts


def test_fault_59_new_turns_go_on_from_a_newer_file_and_live_with_the_kernel(
    path: Path, again: Again, rehearsal: Rehearsal
) -> None:
    with untouched(path.parent):
        session = again()
        session.ask(question("three\nrehearse: echo\nTHREE", owner="c/0")).result(20)
        session.ask(question("two again\nrehearse: echo\nTWO!", owner="b/0")).result(20)
        assert ["ONE", "TWO!", "THREE"] == said(session.store)
        assert "TWO" in str(rehearsal.bodies[-2]), "the earlier turns are its context"
        session.store.undo(HERE)
        session.store.pin(HERE, 1, True)
        assert ["ONE", "TWO", "THREE"] == said(session.store)
        session.store.reset(HERE)
        assert [] == said(session.store)
    assert ["ONE", "TWO"] == said(Store(path.parent))


def test_a_renamed_notebook_is_recognised_in_a_newer_file(path: Path, again: Again) -> None:
    with untouched(path.parent):
        session = again()
        session.recognise(Place("/renamed.ipynb", "b/0"))
        assert 2 == len(session.store.history(Place("/renamed.ipynb")))


def test_fault_59_the_budget_in_a_newer_file_holds(path: Path, again: Again, rehearsal: Rehearsal) -> None:
    change(path, f"INSERT INTO budget VALUES ('{HERE.notebook}', 10, 'tokens', 0)")
    posts = rehearsal.posts
    with pytest.raises(Refused, match="The budget of this notebook is 10 tokens"):
        again().ask(question("three", owner="c/0"))
    assert posts == rehearsal.posts


def lacks_a_table(path: Path) -> str:
    change(path, "DROP TRIGGER tagging; DROP VIEW latest; ALTER TABLE turn RENAME TO exchange")
    return "there is no table turn"


def lacks_a_column(path: Path) -> str:
    change(path, "DROP TRIGGER tagging; DROP VIEW latest; ALTER TABLE turn RENAME COLUMN removed_at TO put_away_at")
    return "there is no turn.removed_at"


def has_a_view_in_its_place(path: Path) -> str:
    lacks_a_table(path)
    change(path, "CREATE VIEW turn AS SELECT * FROM exchange")
    return "there is no table turn"


def has_a_budget_of_another_form(path: Path) -> str:
    change(path, f"INSERT INTO budget VALUES ('{HERE.notebook}', 'little', 'tokens', 0)")
    return "a stored budget has another form"


def has_a_conversation_of_another_form(path: Path) -> str:
    change(path, "UPDATE conversation SET thread = x'ff'")
    return "a stored conversation has another form"


def is_damaged(path: Path) -> str:
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    return "malformed"


def is_half_written(path: Path) -> str:
    """As a newer version leaves it that is killed in the middle of a transaction: the next one that opens it to
    write would have to undo that."""
    aside = path.with_name("aside")
    aside.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA cache_size = 1; BEGIN IMMEDIATE; PRAGMA user_version = 9;")
        for number in range(200):
            db.execute("INSERT INTO image VALUES (?, 'image/png', 1, 1, zeroblob(5000))", (str(number),))
        for file in (path, path.with_name(f"{path.name}-journal")):
            shutil.copy(file, aside)
        db.execute("ROLLBACK")
    for file in aside.iterdir():
        shutil.move(file, path.parent / file.name)
    aside.rmdir()
    return "readonly database"


@pytest.mark.parametrize(
    "spoil",
    [
        lacks_a_table,
        lacks_a_column,
        has_a_view_in_its_place,
        has_a_budget_of_another_form,
        has_a_conversation_of_another_form,
        is_damaged,
        is_half_written,
    ],
)
def test_fault_59_a_newer_file_that_cannot_be_read_means_memory_only_and_says_why(
    path: Path, again: Again, spoil: Callable[[Path], str]
) -> None:
    why = spoil(path)
    with untouched(path.parent):
        session = again()
        assert "three" in session.ask(question("three\nrehearse: echo\nthree", owner="c/0")).result(20).text
        assert ["three"] == said(session.store)
    line = session.store.warning
    assert line.startswith("The conversations were written by a newer nbreason: this version cannot read them (")
    assert why in line
    assert "is not changed" in line
    assert line.endswith("Update to save again: pip install -U nbreason.")
    assert "\n" not in line
    assert "not read: " in session.store.kept_in


def test_turns_that_only_the_newer_version_understands_are_left_out_and_counted(path: Path) -> None:
    row = "(conversation_id, place, current, state, asked_at, process, asked, question, digest, answer)"
    fine, answer = '[{"text": "three"}]', '{"text": "3", "mood": "sunny"}'
    change(
        path,
        "PRAGMA ignore_check_constraints = ON;"
        f"INSERT INTO turn {row} VALUES (1, 3, 1, 'done', 0, 0, 'm', '[{{\"sound\": \"x\"}}]', 'd', '{{}}');"
        f"INSERT INTO turn {row} VALUES (1, 4, 1, 'paused', 0, 0, 'm', '{fine}', 'd', '{{}}');"
        f"INSERT INTO turn {row} VALUES (1, 5, 1, 'done', 0, 0, 'm', '{fine}', 'd', '[5]');"
        f"INSERT INTO turn {row} VALUES (1, 6, 1, 'done', 0, 0, 'm', '{fine}', 'd', '{answer}')",
    )
    store = Store(path.parent)
    assert ["ONE", "TWO", "3"] == said(store)
    assert "this version reads them, but for 3 that only the newer one understands; " in store.warning


def test_fault_59_a_newer_file_with_a_write_ahead_log_is_read_without_a_trace(path: Path) -> None:
    change(path, "PRAGMA journal_mode = WAL")
    with untouched(path.parent):
        assert ["ONE", "TWO"] == said(Store(path.parent))
        assert [DATABASE] == os.listdir(path.parent)


def test_what_a_newer_version_is_writing_at_the_time_is_read_from_its_log(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = WAL; UPDATE turn SET answer = replace(answer, 'TWO', 'II')")
        before = path.read_bytes()
        assert ["ONE", "II"] == said(Store(path.parent))
        assert before == path.read_bytes()


def test_a_newer_version_that_does_not_let_go_is_not_waited_for_for_ever(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db, closing(sqlite3.connect(":memory:")) as memory:
        db.execute("BEGIN EXCLUSIVE")
        # The one who holds it lets go only after this line, so a wait without an end would never come to it.
        assert "cannot read them (database is locked)" in NewerFile(path, 0.1).copy(memory)


def test_fault_59_a_file_that_a_newer_version_takes_over_is_left_to_it(
    again: Again, folder: Path, rehearsal: Rehearsal
) -> None:
    """A kernel goes on for days; meanwhile another environment is updated."""
    session = again()
    session.ask(question("one\nrehearse: echo\nONE", owner="a/0")).result(20)
    turn = session.store.begin(question("two", owner="b/0"), "m", "d")
    change(folder / DATABASE, NEWER)
    with untouched(folder):
        ended(session.store, turn, "TWO")
        session.ask(question("three\nrehearse: echo\nTHREE", owner="c/0")).result(20)
        assert ["ONE", "TWO", "THREE"] == said(session.store)
    assert READ.format(path=folder / DATABASE) == session.store.warning


def test_a_picture_is_read_when_it_is_needed_and_may_be_gone(path: Path) -> None:
    store = Store(path.parent)
    with store.database.read() as db:
        assert [(0,)] == db.execute("SELECT count(*) FROM image").fetchall(), "memory holds no picture"
    assert PICTURE == store.turns_before(HERE)[0].question[0]
    path.unlink()
    assert "[An image was here; it is no longer stored.]" == str(store.turns_before(HERE)[0].question[0].text)  # type: ignore[union-attr]
    assert not path.exists()


def test_what_is_under_way_elsewhere_is_not_taken_for_lost(folder: Path, store: Store) -> None:
    """A question whose process has ended has an unknown outcome; one whose process still runs has none yet."""
    ended(store, store.begin(question("one", owner="a/0"), "m", "d"), "ONE")
    store.begin(question("living", owner="b/0"), "m", "d")
    store.begin(question("dead", owner="c/0"), "m", "d")
    living, dead = (subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in "12")
    dead.communicate(b"\n", timeout=60)
    for process, cell in ((living, "b/0"), (dead, "c/0")):
        change(folder / DATABASE, f"UPDATE turn SET process = {process.pid} WHERE owner = '{cell}'")
    change(folder / DATABASE, NEWER)
    newer = Store(folder)
    living.communicate(b"\n", timeout=60)
    assert ["one", "dead"] == [turn.question for turn in newer.history(HERE)]
    assert 1 == newer.unknown_outcomes(HERE)
    assert "but for" not in newer.warning


def test_fault_59_the_connection_to_a_newer_file_cannot_write(path: Path) -> None:
    with NewerFile(path, 1)._opened() as db:
        for statement in ("DELETE FROM turn", "CREATE TABLE mine (x)", "PRAGMA user_version = 1"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                db.execute(statement)
        assert [(0,), (1,)] == [db.execute(f"PRAGMA {name}").fetchone() for name in ("trusted_schema", "query_only")]


def test_fault_59_status_and_doctor_say_where_the_conversation_is(
    path: Path, shell: Shell, capsys: pytest.CaptureFixture[str], again: Again
) -> None:
    """Also after the warning has been shown, which is once."""
    words = "memory only; what was there before is read from {}, which a newer nbreason has written and which is not"
    shell.run("%reason Why?")
    assert 1 == " ".join(capsys.readouterr().out.split()).count(READ.format(path=path))
    shell.run("%reason And now?")
    shell.run("%nbreason status")
    printed = " ".join(capsys.readouterr().out.split())
    assert "written by a newer nbreason:" not in printed
    assert words.format(path) in printed
    told: dict[str, Any] = dict(examine(again()))
    assert told["store: kept"].startswith("in " + words.format(path))
    assert told["store: turns"] == "2"
    assert told["store: warning"] == READ.format(path=path)


def test_an_answer_of_a_newer_file_is_found_from_another_notebook_as_ever(path: Path, again: Again) -> None:
    session = again()
    planned = session.plan(question("new\nrehearse: echo\nNEW", owner="z/0", notebook="/elsewhere.ipynb"))
    session.store.keep(planned.question, planned.choice.name, planned.request.digest, Answer("NEW", finish="stop"))
    assert 1 == len(session.store.history(Place("/elsewhere.ipynb")))
    assert 2 == len(session.store.history(HERE))

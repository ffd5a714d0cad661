"""The file: private, never locked, and no reason to lose an answer when something happens to it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from nbreason.core.events import Answer
from nbreason.errors import StoreError
from nbreason.store import database
from nbreason.store.conversations import Store
from nbreason.store.home import DATABASE, home
from tests.conftest import HERE, question
from tests.store.conftest import ended

Tell = Callable[..., int]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def words(store: Store) -> list[str]:
    return [record.question for record in store.history(HERE)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


WRITER = """
import sys
from pathlib import Path
from nbreason.core.events import Answer
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.store.conversations import Store
store = Store(Path(sys.argv[1]))
for n in range(50):
    place = Place("/somewhere/lecture.ipynb", f"{sys.argv[2]}-{n}/0")
    turn = store.begin(Question((Text(f"{sys.argv[2]} {n}"),), place), "m", "d")
    store.finish(turn, "done", Answer(text="so", finish="stop"))
"""


@posix
def test_only_the_owner_can_read_a_file_that_is_created_again(folder: Path, store: Store) -> None:
    (folder / DATABASE).unlink()
    old = os.umask(0)
    try:
        store.begin(question("why?"), "m", "d")
    finally:
        os.umask(old)
    assert mode(folder / DATABASE) == 0o600


def test_an_answer_whose_question_was_deleted_meanwhile_is_reported_as_not_saved(folder: Path, store: Store) -> None:
    turn = store.begin(question("why?"), "m", "d")
    (folder / DATABASE).unlink()
    with pytest.raises(StoreError, match="gone"):
        ended(store, turn, "because")


def test_a_home_that_cannot_be_written_means_memory_and_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "home")
    assert not store.on_disk
    assert "\n" not in store.warning
    assert "The conversation is not saved" in store.warning
    assert "NBREASON_HOME" in store.warning
    ended(store, store.begin(question("why?"), "m", "d"), "because")
    assert [turn.answer for turn in store.turns_before(HERE)] == ["because"]


@posix
def test_a_home_that_is_taken_away_while_open_is_one_line(tmp_path: Path, store: Store, folder: Path) -> None:
    (folder / DATABASE).unlink()
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(StoreError, match="could not be read or written") as caught:
        store.begin(question("why?"), "m", "d")
    assert "\n" not in str(caught.value)


def test_memory_only_is_shared_by_the_threads_of_one_store_and_with_no_other() -> None:
    one, other = Store(None), Store(None)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ended(one, one.begin(question(str(n)), "m", "d"), "so"), range(20)))
    assert (len(words(one)), len(words(other))) == (20, 0)
    assert (one.warning, one.on_disk) == ("", False)


def test_a_write_that_fails_half_way_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(StoreError):
        store.begin(question("why?", system=object()), "m", "d")  # type: ignore[arg-type]
    assert words(store) == []


ASKER = """
import os, sys
from pathlib import Path
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.store.conversations import Store
session = Session(NBReason(model="rehearsal:o3"), Store(Path(sys.argv[1])), os.environ)
run = session.ask(Question((Text("Why?\\nrehearse: slow 60"),), Place("/somewhere/lecture.ipynb", "a/0")))
print("asked", flush=True)
run.result()
"""


@posix
def test_a_question_whose_process_was_killed_has_an_unknown_outcome(folder: Path) -> None:
    child = python(ASKER, str(folder))
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "asked\n"
        store = Store(folder)
        assert ([record.state for record in store.history(HERE)], store.unknown_outcomes(HERE)) == (["pending"], 0)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        assert store.unknown_outcomes(HERE) == 1
        assert words(store) == ["Why?"]
        assert store.turns_before(HERE) == []
    finally:
        child.kill()
        child.communicate()


def test_a_question_under_way_in_this_process_is_no_unknown_outcome(store: Store) -> None:
    turn = store.begin(question("why?"), "m", "d")
    assert store.unknown_outcomes(HERE) == 0
    store.finish(turn, "failed", Answer(), "It broke.")
    assert store.unknown_outcomes(HERE) == 0


def test_a_reader_sees_no_half_written_turn_while_another_writes(folder: Path) -> None:
    writer = python(WRITER, str(folder), "0")
    store, counts = Store(folder), []
    while writer.poll() is None:
        counts.append(len(words(store)))
        time.sleep(0.005)
    assert writer.communicate()[0] == ""
    assert counts == sorted(counts)
    assert len(words(store)) == 50


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"NBREASON_HOME": "/a/b"}, Path("/a/b")),
        ({"NBREASON_HOME": "~/x"}, Path.home() / "x"),
        ({"JUPYTER_DATA_DIR": "/data"}, Path("/data/nbreason")),
        ({"NBREASON_HOME": "/a", "JUPYTER_DATA_DIR": "/data"}, Path("/a")),
    ],
)
def test_state_lives_where_the_environment_says(environment: dict[str, str], expected: Path) -> None:
    assert expected == home(environment)


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_state_lives_in_jupyters_data_directory_otherwise() -> None:
    assert Path.home() / ".local/share/jupyter/nbreason" == home({})
    assert Path("/xdg/jupyter/nbreason") == home({"XDG_DATA_HOME": "/xdg"})


# One process, one file, several stores: closing any file gives up all locks that a process has on it.


HELD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    db.execute("BEGIN IMMEDIATE")
    print("not held")
except sqlite3.OperationalError as error:
    print(error)
"""


def held(store: Store) -> str:
    """What another process is told that would write."""
    return python(HELD, store.location).communicate(timeout=60)[0].strip()


def test_a_second_store_does_not_give_up_the_locks_of_the_first(folder: Path, store: Store, tell: Tell) -> None:
    """As when saving is switched off and on, or the extension loaded again, while an answer is written down."""
    tell("why?")
    with store.database.write() as db:
        db.execute("UPDATE turn SET asked = 'x'")
        assert held(store) == "database is locked"
        again = Store(folder.parent / "away" / ".." / folder.name)
        assert held(store) == "database is locked"
    assert held(store) == "not held"
    assert (words(again), again.on_disk) == (["why?"], True)


@posix
def test_a_child_that_is_forked_while_a_file_is_created_can_create_one(folder: Path) -> None:
    """By another thread, of which the child holds nothing but its lock."""
    held = threading.Event()

    def create() -> None:
        with database._creating:
            held.set()
            time.sleep(0.2)

    thread = threading.Thread(target=create)
    thread.start()
    held.wait(10)
    child = os.fork()
    if child == 0:  # nothing of pytest must run in the child
        signal.alarm(30)
        with suppress(BaseException):
            Store(folder).begin(question("child"), "m", "d")
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert words(Store(folder)) == ["child"]
    thread.join()

"""Rows 51 to 59: processes, the display, and the file on the disk."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from nbreason.core.events import Draft, Event, Sending, TextDelta
from nbreason.errors import StoreError
from nbreason.rehearsal import Rehearsal
from nbreason.render.panel import close
from nbreason.render.screens import LiveScreen
from nbreason.store import database
from nbreason.store.conversations import Store
from nbreason.store.home import DATABASE
from nbreason.store.schema import MIGRATIONS
from tests.conftest import HERE, Shell, question
from tests.faults.conftest import TEXT, World, send, whole

TURNS = int(os.environ.get("NBREASON_TEST_TURNS", "250"))
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
BEGIN = """
import os, resource, signal, sys
from pathlib import Path
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.store.conversations import Store
HERE = Place("/somewhere/lecture.ipynb")
def asking(home):
    return Session(NBReason(model="rehearsal:o3"), Store(Path(home)), os.environ)
def ask(session, words, **more):
    return session.ask(Question((Text(words),), HERE, **more)).result(20)
"""


def python(code: str, *arguments: str, **environment: str) -> str:
    """What a process of its own prints, errors included."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEGIN + code, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fault_51_a_forked_child_opens_its_own_database_and_connections(rehearsal: Rehearsal, tmp_path: Path) -> None:
    code = """
session = asking(sys.argv[1])
assert ask(session, "one\\nrehearse: echo\\nparent").text == "parent"
child = os.fork()
if not child:
    print(ask(session, "two\\nrehearse: echo\\nchild").text, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(ask(session, "three\\nrehearse: echo\\nparent again").text)
print([record.state for record in session.store.history(HERE)])
"""
    printed = python(code, str(tmp_path / "home"), NBREASON_REHEARSAL_URL=rehearsal.url)
    assert printed == "child\nparent again\n['done', 'done', 'done']\n"
    assert rehearsal.posts == 3


def test_fault_52_a_very_fast_stream_is_shown_ten_times_a_second_at_most() -> None:
    """10,000 pieces in two seconds of the screen's own clock; updates are counted where they leave."""
    updates: list[str] = []

    class Counting:
        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *values: updates.append(name)

    screen = LiveScreen(lambda: None)
    close(screen._panel._box)
    screen._panel = Counting()  # type: ignore[assignment]
    draft = Draft()
    events: list[Event] = [Sending(draft.answer()), *(TextDelta("word ") for _ in range(10_000))]
    for number, event in enumerate(events):
        draft.add(event)
        screen.show(event, draft, 2 * number / len(events))
    assert 10 <= updates.count("show_tail") + updates.count("freeze") <= 20
    assert len(updates) <= 30


WRITE = """
store = Store(Path(sys.argv[1]))
from nbreason.core.events import Answer
for number in range(int(sys.argv[3])):
    place = Place("/somewhere/lecture.ipynb", f"{sys.argv[2]}-{number}/0")
    turn = store.begin(Question((Text(f"{sys.argv[2]} {number}"),), place), "m", "d")
    store.finish(turn, "done", Answer(text="so", finish="stop"))
"""


def write_at_once(home: Path, each: int) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN + WRITE, str(home), str(number), str(each)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(6)
    ]
    assert [writer.communicate(timeout=900)[0] for writer in writers] == [""] * 6
    with closing(sqlite3.connect(home / DATABASE)) as db:
        assert db.execute("SELECT count(*) FROM turn WHERE state = 'done'").fetchall() == [(6 * each,)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.long
def test_fault_53_six_processes_write_one_database_and_none_is_locked_out(tmp_path: Path) -> None:
    write_at_once(tmp_path / "home", 30)


def test_fault_53_a_writer_takes_the_lock_before_it_reads(tmp_path: Path) -> None:
    """One that reads first and wants to write later fails at once when another has written in between."""
    store = Store(tmp_path / "home")
    with closing(sqlite3.connect(store.location, timeout=0, isolation_level=None)) as other:
        with store.database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.slow
def test_fault_53_six_processes_write_many_turns_each(tmp_path: Path) -> None:
    """NBREASON_TEST_TURNS=1000 makes them a thousand."""
    write_at_once(tmp_path / "home", TURNS)


@posix
def test_fault_54_a_full_disk_shows_the_answer_and_says_that_it_is_not_saved(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    """No file of this process may grow beyond what it has: what a full disk or a quota does."""
    code = """
session = asking(sys.argv[1])
ask(session, "first")
run = session.ask(Question((Text("big\\nrehearse: slow 0.5\\nrehearse: echo\\n" + "x" * 150_000),), HERE, alone=True))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = os.path.getsize(session.store.location)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
answer = run.result(20)
print(len(answer.text), answer.finish, answer.notices)
try:
    ask(session, "and now?" + "x" * 50_000)
except Exception as error:
    print(type(error).__name__, str(error).count("\\n"))
"""
    printed = python(code, str(tmp_path / "home"), NBREASON_REHEARSAL_URL=rehearsal.url)
    first, second = printed.splitlines()
    assert first.startswith("150000 stop ('This answer is not saved. ")
    assert second in ("StoreError 0", "StoreError 1")
    store = Store(tmp_path / "home")
    assert store.history(HERE)[0].state == "done"
    assert rehearsal.posts == 2, "what cannot be written down is not sent"
    with closing(sqlite3.connect(store.location)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@posix
def test_fault_55_a_read_only_home_means_memory_and_a_warning(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """As an ordinary user: root may write anywhere, so the process steps down first."""
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    code = """
ask(Session(NBReason(model="rehearsal:o3"), Store(None), os.environ), "all is imported now")
if os.getuid() == 0:
    os.setuid(65534)
session = asking(sys.argv[1])
print(ask(session, "why?\\nrehearse: echo\\nso").text, len(session.store.history(HERE)), session.store.on_disk)
print(session.store.warning)
"""
    parents = [tmp_path, *tmp_path.parents]
    modes = {folder: folder.stat().st_mode for folder in parents if not folder.stat().st_mode & stat.S_IXOTH}
    try:
        for folder in modes:
            folder.chmod(modes[folder] | stat.S_IXOTH)
        printed = python(code, str(home), NBREASON_REHEARSAL_URL=rehearsal.url)
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    first, second = printed.splitlines()
    assert first == "so 1 False"
    assert second.startswith("The conversation is not saved: ")
    assert second.endswith("Set NBREASON_HOME to a folder that can.")


@pytest.mark.parametrize("damage", ["no database", "a header and nothing", "a page in the middle"])
def test_fault_56_a_damaged_database_is_set_aside_and_the_ask_goes_on(world: World, damage: str) -> None:
    store = Store(world.folder)
    for number in range(40):
        store.begin(question("x" * 400, owner=f"{number}/0"), "m", "d")
    file = world.folder / DATABASE
    data = file.read_bytes()
    broken = {
        "no database": b"this is not a database at all " * 200,
        "a header and nothing": data[:100] + b"\xff" * 5000,
        "a page in the middle": data[:4096] + b"\xff" * (len(data) - 4096),
    }[damage]
    file.write_bytes(broken)
    session = world.session()
    if damage == "a page in the middle":  # which is noticed when somebody reads it
        with pytest.raises(StoreError, match=r"were damaged: the file was set aside as .*, and a new"):
            session.ask(question("Why?", owner="cell/0"))
        assert world.server.requests == []
    whole(world.ask(session=session))
    assert "set aside as" in session.store.warning
    assert "\n" not in session.store.warning
    assert [path.read_bytes() for path in world.folder.glob("*.bak")] == [broken]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name != "posix"


def test_fault_57_no_write_ahead_log_anywhere(world: World) -> None:
    """WAL needs memory that processes share, which network file systems do not give."""
    whole(world.ask())
    with closing(sqlite3.connect(world.folder / DATABASE)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert [path.name for path in world.folder.iterdir()] == [DATABASE]


def test_fault_57_a_lock_that_is_never_given_back_is_not_waited_for_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.BUSY_TIMEOUT <= 30
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.3)
    session = world.session()
    with closing(sqlite3.connect(world.folder / DATABASE, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        with pytest.raises(StoreError, match="locked") as caught:
            session.ask(question("Why?", owner="cell/0"))
        assert time.monotonic() - started < 2
        db.execute("ROLLBACK")
    assert "\n" not in str(caught.value)
    assert world.server.requests == [], "what cannot be written down is not sent"
    world.next_ask_works()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_fault_58_a_database_that_is_deleted_while_open_is_made_anew(world: World, what: str) -> None:
    whole(world.ask())
    (world.folder / DATABASE).unlink()
    if what == "folder":
        world.folder.rmdir()
    world.next_ask_works()
    assert len(Store(world.folder).history(HERE)) == 1


def test_fault_58_an_answer_whose_file_goes_meanwhile_is_shown_with_a_line(world: World) -> None:
    def delete_and_answer(connection: Any) -> None:
        (world.folder / DATABASE).unlink()
        send(world.way.reply())(connection)

    world.script = delete_and_answer
    answer = world.session().ask(question("Why?", owner="cell/0")).result(10)
    assert answer.text == TEXT
    assert answer.notices[0].startswith("This answer is not saved.")
    world.next_ask_works()


def test_fault_59_a_database_of_a_newer_version_is_left_as_it_is_with_a_message(world: World) -> None:
    whole(world.ask())
    with closing(sqlite3.connect(world.folder / DATABASE)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = (world.folder / DATABASE).read_bytes()
    answer = world.session().ask(question("And now?", owner="cell/1")).result(10)
    assert answer.text == TEXT
    assert not answer.replayed
    warning = world.sessions[-1].store.warning
    assert "was written by a newer nbreason and is left as it is: this conversation is in memory only." in warning
    assert warning.endswith("Update (pip install -U nbreason) and restart the kernel.")
    assert len(world.sessions[-1].store.history(HERE)) == 1
    assert before == (world.folder / DATABASE).read_bytes()


def test_fault_59_the_warning_is_shown_once_in_the_notebook(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = Store(tmp_path / "newer")
    with closing(sqlite3.connect(store.location)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    monkeypatch.setenv("NBREASON_HOME", str(tmp_path / "newer"))
    for _ in range(2):
        shell.run("%reason Why?")
    assert capsys.readouterr().out.count("written by a newer nbreason") == 1

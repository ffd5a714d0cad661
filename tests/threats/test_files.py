"""Threats 13, 15 to 18 and 20: files that others have made, and packages that others keep."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from nbreason.asking.session import Session
from nbreason.capture.images import CannotAttach, load
from nbreason.capture.pixels import png
from nbreason.core.events import Answer
from nbreason.errors import StoreError, UsageError
from nbreason.notebook.notebook import notebook_of
from nbreason.rehearsal import Rehearsal
from nbreason.render.bundle import answer_bundle
from nbreason.store import replay
from nbreason.store.conversations import Store
from nbreason.store.home import DATABASE, check_owner, private_file
from nbreason.store.saved import SavedAnswer
from tests.conftest import HERE, MakeSession, Shell, pointed_at, question

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
ROOT = Path(__file__).parent.parent.parent


# Threat 13.


@posix
def test_threat_13_a_pipe_a_device_and_a_directory_are_no_pictures_and_nobody_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    started = time.monotonic()
    for path in (tmp_path / "pipe.png", Path("/dev/zero"), tmp_path):
        with pytest.raises(CannotAttach, match=r"not a regular file|cannot be read"):
            load(path)
    assert time.monotonic() - started < 1


@posix
def test_threat_13_a_link_to_a_file_that_is_no_picture_gives_nothing_of_it_away(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the password is sesame")
    (tmp_path / "nice.png").symlink_to(tmp_path / "secret.txt")
    for path in (tmp_path / "nice.png", tmp_path / "a" / ".." / ".." / tmp_path.name / "secret.txt"):
        with pytest.raises(CannotAttach) as caught:
            load(path)
        assert "sesame" not in str(caught.value)


def test_threat_13_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    bomb = bytearray(png(b"\0", 1, 1, 1))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    (tmp_path / "bomb.png").write_bytes(bomb)
    with pytest.raises(CannotAttach, match="pixels"):
        load(tmp_path / "bomb.png")


def test_threat_13_an_answer_cannot_name_a_path_that_is_attached(
    shell: Shell, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    (tmp_path / "private.png").write_bytes(png(bytes(4096), 64, 64, 1))
    shell.run(f"%%reason\nWhy?\nrehearse: echo\n--image {tmp_path / 'private.png'} ![]({tmp_path / 'private.png'})")
    shell.run("%reason And now?")
    assert "data:image" not in json.dumps(rehearsal.bodies)


# Threats 15 and 16.


@posix
def test_threat_15_only_the_owner_can_read_what_is_kept(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store(tmp_path / "a" / "home")
        store.begin(question("why?"), "m", "d")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a" / "home").rglob("*")}
    assert modes == {DATABASE: 0o600}
    assert stat.S_IMODE((tmp_path / "a" / "home").stat().st_mode) == 0o700


@posix
def test_threat_15_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    Store(tmp_path).begin(question("why?"), "m", "d")
    (tmp_path / DATABASE).chmod(0o644)
    assert len(Store(tmp_path).history(HERE)) == 1
    assert stat.S_IMODE((tmp_path / DATABASE).stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "directory"])
def test_threat_15_what_was_planted_in_its_place_is_not_used(tmp_path: Path, kind: str) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    target = tmp_path / "target"
    if kind == "link":
        target.write_text("precious")
    plant = {
        "link": lambda: (home / DATABASE).symlink_to(target),
        "dangling link": lambda: (home / DATABASE).symlink_to(target),
        "pipe": lambda: os.mkfifo(home / DATABASE),
        "directory": lambda: (home / DATABASE).mkdir(),
    }[kind]
    plant()
    store = Store(home)
    assert not store.on_disk
    assert store.warning.startswith("The conversation is not saved: ")
    assert "\n" not in store.warning
    store.begin(question("why?"), "m", "d")
    assert target.read_text() == "precious" if kind == "link" else not target.exists()


@posix
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o720])
def test_threat_16_a_folder_in_which_others_can_write_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    store = Store(home)
    assert not store.on_disk
    assert "others can write in it; chmod go-w makes it yours alone" in store.warning
    assert list(home.iterdir()) == []
    home.chmod(mode & ~0o022)
    assert Store(home).on_disk


@posix
def test_threat_16_what_belongs_to_another_user_is_refused(tmp_path: Path) -> None:
    mine = tmp_path.stat()
    check_owner(mine)
    foreign = os.stat_result((mine.st_mode, 0, 0, 1, mine.st_uid + 1, mine.st_gid, 0, 0, 0, 0))
    with pytest.raises(PermissionError, match="it belongs to another user"):
        check_owner(foreign)
    with pytest.raises(PermissionError, match="others can write"):
        check_owner(os.stat_result((0o40722, *mine[1:10])), others_write=0o022)


@posix
@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can give a folder away")
def test_threat_16_a_home_of_another_user_means_memory_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    try:
        os.chown(home, 65534, 65534)
    except PermissionError:
        pytest.skip("this root may not give folders away")
    with pytest.raises(PermissionError, match="another user"):
        private_file(home, DATABASE)
    assert "it belongs to another user" in Store(home).warning


# Threat 17.


def test_threat_17_the_metadata_of_a_notebook_sets_neither_address_nor_key_nor_budget(
    shell: Shell, rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = {
        "endpoints": {"rehearsal": "https://evil.invalid", "segmind": "https://evil.invalid"},
        "model": "segmind:o3",
        "budget": "1000000 usd",
        "secrets": "off",
        "SEGMIND_API_KEY": "stolen",
        "replay": "off",
    }
    cell = {"id": "a", "cell_type": "code", "metadata": {"nbreason": hostile}, "source": "", "outputs": []}
    metadata = {"nbreason": hostile, "NBReason": hostile, "kernelspec": {"name": "python3"}}
    path = tmp_path / "hostile.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    monkeypatch.setenv("NBREASON_NOTEBOOK", str(path))
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    before = dict(notebook.settings.trait_values())
    shell.run("%reason Why?")
    after = dict(notebook.settings.trait_values())
    assert {name: after[name] for name in hostile if name in after} == {
        name: before[name] for name in hostile if name in before
    }
    assert (shell.names["_reason"].requested_model, rehearsal.posts) == ("rehearsal:o3", 1)
    assert notebook.session.budgets.limits(notebook.conversation()) == []


# Threat 18.


def test_threat_18_the_schema_of_the_file_is_not_trusted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.database.read() as db:
        assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)


STRANGERS = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON turn BEGIN UPDATE turn SET question = 'changed'; END",
    "view": "CREATE VIEW v AS SELECT * FROM turn",
}


@pytest.mark.parametrize("kind", STRANGERS)
def test_threat_18_a_file_with_code_of_its_own_is_set_aside(tmp_path: Path, kind: str) -> None:
    Store(tmp_path).begin(question("why?"), "m", "d")
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        db.execute(STRANGERS[kind])
        db.commit()
    store = Store(tmp_path)
    assert "set aside as" in store.warning
    store.begin(question("why?"), "m", "d")
    assert [record.question for record in store.history(HERE)] == ["why?"]
    assert len(list(tmp_path.glob("*.bak"))) == 1


HOSTILE = "<script>alert(1)</script>![](https://evil.example/?q=1)<img src=x onerror=alert(1)>"


def test_threat_18_a_saved_answer_is_sanitised_again_when_it_is_shown(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3")
    session.ask(question("why?", owner="a/0")).result(10)
    with session.store.database.write() as db:
        db.execute("UPDATE turn SET answer = json_set(answer, '$.text', ?, '$.model', ?)", (HOSTILE, HOSTILE))
    kept = session.ask(question("why?", owner="a/0")).result(10)
    assert (kept.text, kept.replayed) == (HOSTILE, True)
    html = answer_bundle(kept).data["text/html"]
    assert not re.search(r"<(script|img)\b", html)


def with_a_turn(make_session: MakeSession, rehearsal: Rehearsal, column: str, value: str) -> Session:
    """A session with one answered turn, of which somebody has changed a column in the file."""
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3")
    session.ask(question("why?", owner="a/0")).result(10)
    with session.store.database.write() as db:
        db.execute(f"UPDATE turn SET {column} = ?", (value,))
    return session


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        "7",
        "null",
        "[]",
        '{"text": 7}',
        '{"text": ["a"]}',
        '{"finish": null}',
        '{"usage": {"input": "many"}}',
        '{"usage": {"evil": 1}}',
        '{"cost": {"amount": "x", "unit": 3}}',
        '{"notices": [1]}',
        '{"kept": "yes"}',
        '{"rates": [[1]]}',
        '{"asked_at": "yesterday"}',
        "[" * 100_000,
    ],
)
def test_threat_18_an_answer_of_another_shape_is_one_line_and_never_a_traceback(
    make_session: MakeSession, rehearsal: Rehearsal, answer: str
) -> None:
    session = with_a_turn(make_session, rehearsal, "answer", answer)
    for look in (
        lambda: session.ask(question("and now?", owner="b/0")).result(10),
        lambda: session.store.history(HERE),
        lambda: session.store.exchanges(HERE),
    ):
        with pytest.raises(StoreError) as caught:
            look()
        assert "\n" not in str(caught.value)
        assert "%nbreason reset starts a new conversation" in str(caught.value)
    again = session.ask(question("why?", owner="a/0")).result(10)
    assert (again.replayed, again.complete, rehearsal.posts) == (False, True, 2), "asked anew, and mended"
    assert session.ask(question("and now?", owner="b/0")).result(10).complete


@pytest.mark.parametrize("asked", ["7", "[7]", '[{"image": 7}]', '[{"text": null}]', '{"text": "x"}', "no JSON"])
def test_threat_18_nor_is_a_question_of_another_shape(
    make_session: MakeSession, rehearsal: Rehearsal, asked: str
) -> None:
    session = with_a_turn(make_session, rehearsal, "question", asked)
    with pytest.raises(StoreError):
        session.ask(question("and now?", owner="b/0"))
    assert Answer().text == ""


# Threat 20.


def test_threat_20_each_dependency_is_named_with_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert needed is not None
    names = re.findall(r'"([A-Za-z0-9_-]+)', needed[1])
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert len(names) <= 9
    assert [name for name in names if f"| {name} |" not in reasons] == []


# Threat 24.

PLANTED = ("device", "pipe", "5 GB", "folder", "dangling link")
READ_THEM = """
import resource, sys
from pathlib import Path
from nbreason.store.replay import ReplayFiles
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
files = ReplayFiles(Path(sys.argv[1]))
print(*(saved.answer for saved in files.read()))
print(*files.problems, sep="\\n")
"""


def planted(path: Path, kind: str) -> Path:
    """Something at `path` that is not a file to read."""
    match kind:
        case "device":
            path.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(path)
        case "5 GB":
            with path.open("wb") as file:
                file.truncate(5 * 10**9)
        case "folder":
            path.mkdir()
        case "dangling link":
            path.symlink_to("nowhere")
    return path


@posix
@pytest.mark.parametrize("kind", PLANTED)
def test_threat_24_what_is_not_a_replay_file_is_one_line_and_the_others_are_used(tmp_path: Path, kind: str) -> None:
    """In a process of its own with 1 GiB, for the case that it is read."""
    planted(tmp_path / "a.reason.json", kind)
    saved = Answer("so", finish="stop")
    (tmp_path / "lecture.reason.json").write_text(replay.dump([SavedAnswer("m", "d", "why?", saved)]))
    done = subprocess.run(
        [sys.executable, "-c", READ_THEM, str(tmp_path)], capture_output=True, text=True, timeout=30, check=False
    )
    found, problem = done.stdout.splitlines()
    assert (done.stderr, found) == ("", "so")
    assert problem.startswith("a.reason.json cannot be used: ")


def test_threat_24_all_replay_files_of_a_folder_together_are_bounded(tmp_path: Path) -> None:
    for name in "abc":
        with (tmp_path / f"{name}.reason.json").open("wb") as file:
            file.truncate(replay.LARGEST // 2)
    files = replay.ReplayFiles(tmp_path)
    assert files.read() == []
    assert files.problems[2] == "c.reason.json cannot be used: the replay files here are larger than 16 MiB together"


@posix
@pytest.mark.parametrize("kind", PLANTED)
def test_threat_24_importing_what_is_not_a_file_is_one_line(shell: Shell, tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError) as caught:
        shell.run(f"%nbreason import {planted(tmp_path / 'talk.json', kind)}")
    assert "\n" not in str(caught.value)


@posix
def test_threat_24_a_question_beside_such_a_file_is_answered_and_told_once(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    planted(tmp_path / "talk.reason.json", "pipe")
    for words in ("Why?", "And now?"):
        shell.run(f"%reason {words}")
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("talk.reason.json cannot be used: it is not a regular file") == 1


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_threat_24_an_export_writes_through_nothing_that_was_planted(shell: Shell, tmp_path: Path, kind: str) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    part = tmp_path / "talk.json.part"
    part.symlink_to(precious) if kind == "link" else planted(part, kind)
    shell.run("%reason Why?")
    shell.run(f"%nbreason export {tmp_path / 'talk.json'}")
    assert precious.read_text() == "mine"
    assert json.loads((tmp_path / "talk.json").read_text())["turns"]

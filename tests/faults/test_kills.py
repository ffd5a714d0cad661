"""Rows 49 and 50: the kernel is killed (out of memory, power, the hub's culler), at each write and at random."""

from __future__ import annotations

import collections
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbreason.notebook.notebook import notebook_of
from nbreason.rehearsal import Rehearsal
from nbreason.rehearsal import start as start_rehearsal
from nbreason.store.conversations import Store
from tests.conftest import Shell, question

ROUNDS = int(os.environ.get("NBREASON_TEST_KILLS", "200"))  # read before each test gets a clean environment
pytestmark = [pytest.mark.long, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")]


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    """A rehearsal server whose play credits last for thousands of questions."""
    with start_rehearsal(pace=0, think_seconds=0, record=True, credits=1e9) as server:
        yield server


def deaths(home: Path, rehearsal: Rehearsal, *how: str) -> list[dict[str, Any]]:
    """Run the killer; what each death left behind, checked for what holds of all of them."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.killing", str(home), rehearsal.url, *how],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for death in found:
        assert death["sound"], death
        assert death["warning"] == "", "no file had to be set aside"
        assert death["unknown"] == len(death["pending"]), death
    return found


def never_resent(rehearsal: Rehearsal) -> None:
    """Each question reached the server once at most."""
    posts = collections.Counter(body["messages"][-1]["content"] for body in rehearsal.bodies)
    assert set(posts.values()) <= {1}


@pytest.mark.parametrize("how", ["points", "fresh"])
def test_fault_49_a_kill_at_each_write_loses_no_answer_and_resends_nothing(
    rehearsal: Rehearsal, tmp_path: Path, how: str
) -> None:
    """Before and after each statement that writes; with a file that is there, and with one that is being made."""
    home = tmp_path / "home"
    if how == "points":
        Store(home)
    found = deaths(home, rehearsal, how)
    survivors = [death for death in found if not death["killed"]]
    assert [death["asked"] in death["done"] for death in survivors] == [True, True]
    assert len(found) >= (18 if how == "points" else 48), "write points before and after"
    seen = set()
    for death in found:
        asked = death["asked"]
        if how == "fresh" and not death["killed"]:
            continue
        state = "done" if asked in death["done"] else "pending" if asked in death["pending"] else "not there"
        seen.add(state)
        assert set(death["told"]) <= set(death["done"])
        sent = any(asked + "\n" in str(body["messages"][-1]["content"]) for body in rehearsal.bodies)
        assert not sent or state != "not there", "what was sent was on disk before"
    assert seen == {"done", "pending", "not there"}
    never_resent(rehearsal)


def killed_at_random(rehearsal: Rehearsal, home: Path, rounds: int, seed: int) -> None:
    Store(home)
    found = deaths(home, rehearsal, "random", str(rounds), str(seed))
    assert len(found) == rounds
    told = [words for death in found for words in death["told"]]
    assert told, "some answers were told before the kill"
    assert set(told) <= set(found[-1]["done"]), "no acknowledged turn is lost, then or later"
    assert any(death["pending"] for death in found), "some kills struck an ask under way"
    never_resent(rehearsal)


def test_fault_50_twenty_kills_at_random_lose_no_acknowledged_turn(rehearsal: Rehearsal, tmp_path: Path) -> None:
    killed_at_random(rehearsal, tmp_path / "home", 20, 50)


@pytest.mark.slow
def test_fault_50_two_hundred_kills_at_random_lose_no_acknowledged_turn(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """NBREASON_TEST_KILLS=1000 makes them a thousand."""
    killed_at_random(rehearsal, tmp_path / "home", ROUNDS, 5000)


def test_fault_49_the_next_start_tells_that_an_outcome_is_unknown_and_sends_nothing(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    store = notebook.session.store
    place = notebook.conversation()
    turn = store.begin(question("Why?", notebook=place.notebook), "rehearsal:o3", "digest")
    with store.database.write() as db:
        db.execute("UPDATE turn SET process = ? WHERE id = ?", (2**22 + 1, turn))  # above any process number
    shell.run("%nbreason status")
    assert "1 question was running when the kernel ended: the outcome is unknown" in capsys.readouterr().out
    assert rehearsal.posts == 0
    assert [record.state for record in store.history(place)] == ["pending"]

"""Kills asks: ``python -m tests.faults.killing HOME URL points`` or ``… random ROUNDS SEED``.

A process that imports once and then forks: each child asks, and dies by SIGKILL, either at one write statement or
after a random time.  For each death one line of JSON: what the child had been told before it died, and what the store
says afterwards.  The hook is put in here, by wrapping the connection that the store opens; the package knows nothing
of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.store import database
from nbreason.store.conversations import Store

WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT", "CREATE", "ALTER", "PRAGMA USER_VERSION =")
PLACE = Place("/somewhere/lecture.ipynb")


class Killing(sqlite3.Connection):
    """Counts the statements that write, and kills this process before or after one of them."""

    count = 0
    fatal = -1
    after = False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        writes = sql.strip().upper().startswith(WRITES)
        mine = writes and Killing.count == Killing.fatal
        Killing.count += writes
        if mine and not Killing.after:
            os.kill(os.getpid(), signal.SIGKILL)
        cursor = super().execute(sql, *parameters)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return cursor


def connect(*places: Any, **named: Any) -> sqlite3.Connection:
    return plain(*places, **named, factory=Killing)


plain = sqlite3.connect


class Hooked:
    """The module sqlite3 as the store sees it, but for `connect`."""

    connect = staticmethod(connect)

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)


def session(home: Path, url: str) -> Session:
    environment = {"NBREASON_REHEARSAL_URL": url}
    return Session(NBReason(model="rehearsal:o3", replay="off"), Store(home), environment)


def ask(home: Path, url: str, words: str, told: int) -> None:
    """Ask one question in this process, and say when the person has been told the answer."""
    asking = session(home, url)
    run = asking.ask(Question((Text(f"{words}\nrehearse: echo\nanswer to {words}"),), PLACE, alone=True))
    assert run.result(20).text == f"answer to {words}"
    os.write(told, f"{words}\n".encode())


def child(work: Any) -> tuple[int, int]:
    """Fork; gives the child's number and where it tells what it has been told."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            work(writing)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(0)
    os.close(writing)
    return pid, reading


def buried(pid: int, reading: int, home: Path) -> dict[str, Any]:
    """Wait for the end of a child; what it was told, and what the store says now."""
    with os.fdopen(reading) as pipe:
        told = pipe.read().split("\n")[:-1]
    killed = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    store = Store(home)
    with closing(plain(store.location)) as db:
        sound = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    records = store.history(PLACE)
    return {
        "killed": killed,
        "told": told,
        "sound": sound,
        "warning": store.warning,
        "done": [record.question for record in records if record.state == "done"],
        "pending": [record.question for record in records if record.state == "pending"],
        "unknown": store.unknown_outcomes(PLACE),
    }


def points(home: Path, url: str, fresh: bool) -> None:
    """Kill before and after each write statement of an ask, until one gets through.

    fresh: begin each time without a file, so that the making of the tables is killed as well
    """
    number = 0
    for after in (False, True):
        fatal = 0
        while True:
            number += 1
            if fresh:
                for path in home.glob("*"):
                    path.unlink()

            def work(told: int, fatal: int = fatal, after: bool = after, number: int = number) -> None:
                Killing.fatal, Killing.after = fatal, after
                database.sqlite3 = Hooked()  # type: ignore[assignment]
                ask(home, url, f"question {number}", told)

            death = buried(*child(work), home)
            print(json.dumps({"point": fatal, "after": after, "asked": f"question {number}", **death}), flush=True)
            if not death["killed"]:
                break
            fatal += 1


def at_random(home: Path, url: str, rounds: int, seed: int) -> None:
    """Kill after a random time a child that asks one question after the other."""
    dice = random.Random(seed)
    started = time.monotonic()
    buried(*child(lambda told: ask(home, url, "first", told)), home)
    one_ask = time.monotonic() - started  # longer on a busy machine
    for number in range(rounds):

        def work(told: int, number: int = number) -> None:
            for count in range(1000):
                ask(home, url, f"question {number}.{count}", told)

        pid, reading = child(work)
        time.sleep(dice.random() * 2 * one_ask)
        os.kill(pid, signal.SIGKILL)
        print(json.dumps(buried(pid, reading, home)), flush=True)


def main(home: str, url: str, how: str, *numbers: str) -> None:
    folder = Path(home)
    if how == "random":
        at_random(folder, url, int(numbers[0]), int(numbers[1]))
    else:
        points(folder, url, how == "fresh")


if __name__ == "__main__":
    main(*sys.argv[1:])

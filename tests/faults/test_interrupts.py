"""Row 48: the person stops an ask, at any moment."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress

import pytest

from nbreason.asking.session import Session
from nbreason.core.events import TextDelta
from nbreason.notebook.notebook import notebook_of
from nbreason.rehearsal import Rehearsal
from tests.conftest import HERE, Shell, question
from tests.faults.conftest import OPEN, World, every_way, send

STOPS = int(os.environ.get("NBREASON_TEST_STOPS", "300"))


def sound(session: Session) -> None:
    """The store is whole, nothing runs any more, and no turn waits for an answer."""
    with closing(sqlite3.connect(session.store.location)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert session.store.unknown_outcomes(HERE) == 0
    assert "pending" not in {record.state for record in session.store.history(HERE, versions=True)}

    async def others() -> int:
        await asyncio.sleep(0.01)
        return len(asyncio.all_tasks()) - 1

    assert session._loop.submit(others()).result(5) == 0


def stop_when(world: World, ready: Callable[[], object]) -> None:
    """Ask, stop as soon as `ready`, and look at what is left."""
    session = world.session()
    run = session.ask(question("Why?", owner="cell/0"))
    ready()
    stopped = time.monotonic()
    run.stop()
    answer = run.result(2)
    assert time.monotonic() - stopped < 1
    assert (answer.finish, answer.complete) == ("interrupted", False)
    record = session.store.history(HERE)[-1]
    assert record.state == ("partial" if answer.text else "failed")
    assert len(world.server.requests) <= 1
    sound(session)


@every_way
def test_fault_48_a_stop_while_nothing_has_come_yet(world: World) -> None:
    world.script = lambda connection: world.server.wait_until_gone(connection)
    stop_when(world, lambda: world.server.asked.wait(5))
    assert world.server.gone.wait(1), "the connection is closed"
    world.next_ask_works()


@every_way
def test_fault_48_a_stop_in_the_middle_of_the_answer(world: World) -> None:
    came: list[bool] = []

    def begin(connection: socket.socket) -> None:
        reply = world.way.reply()
        cut = reply.index(world.way.end()) if world.way.streamed else len(reply) - 20
        connection.sendall(reply[:cut])
        came.append(True)
        world.server.wait_until_gone(connection)

    def ready() -> None:
        while not came:
            time.sleep(0.01)
        time.sleep(0.1)

    world.script = begin
    stop_when(world, ready)
    assert world.server.gone.wait(1)
    world.next_ask_works()


def test_fault_48_a_stop_at_once(world: World) -> None:
    world.script = lambda connection: world.server.wait_until_gone(connection)
    stop_when(world, lambda: None)
    world.next_ask_works()


def test_fault_48_a_stop_while_waiting_to_send_again(world: World) -> None:
    world.script = send(b"HTTP/1.1 429 Slow down\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n")
    session = world.session()
    session._transport._sleep = asyncio.sleep
    run = session.ask(question("Why?", owner="cell/0"))
    assert world.server.asked.wait(5)
    time.sleep(0.1)
    run.stop()
    assert run.result(1).finish == "interrupted"
    assert len(world.server.requests) == 1
    sound(session)
    world.next_ask_works()


def stop_at_random(world: World, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    way = world.way

    def talk(connection: socket.socket) -> None:
        connection.sendall(OPEN + b"Connection: close\r\n\r\n" + way.begin())
        with suppress(OSError):
            for _ in range(4):
                time.sleep(0.003)
                connection.sendall(way.say("word "))
            send(way.end())(connection)

    world.script = talk
    session = world.session(replay="off")
    for number in range(rounds):
        run = session.ask(question("Why?", owner=f"cell/{number % 5}", alone=True))
        time.sleep(dice.random() * 0.025)
        run.stop()
        answer = run.result(2)
        assert answer.finish in ("interrupted", "stop")
        assert "word word word word ".startswith(answer.text)
    assert len(world.server.requests) <= rounds
    assert len(session._transport._clients) == 1
    sound(session)


@pytest.mark.long
def test_fault_48_stops_at_40_random_moments_leave_nothing_behind(world: World) -> None:
    stop_at_random(world, 40, 48)
    world.script = send(world.way.reply())
    assert world.sessions[-1].ask(question("And now?")).result(5).complete


@pytest.mark.slow
def test_fault_48_stops_at_many_random_moments_leave_nothing_behind(world: World) -> None:
    """NBREASON_TEST_STOPS=1000 makes them a thousand."""
    stop_at_random(world, STOPS, 4800)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that sends signals")
def test_fault_48_ctrl_c_at_random_moments_of_a_cell(shell: Shell, rehearsal: Rehearsal) -> None:
    """A real KeyboardInterrupt in the main thread, wherever it is just then."""
    dice = random.Random(7)
    shell.run("%config NBReason.replay = 'off'")
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for number in range(25):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.001 + dice.random() * 0.15)
                shell.shell.run_cell(f"%reason {number}\nrehearse: pace 200")
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    assert notebook.running == []
    time.sleep(0.3)
    place = notebook.conversation()
    with closing(sqlite3.connect(notebook.session.store.location)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    posts = rehearsal.posts
    shell.run("%reason And now?")
    assert shell.run("_reason").complete
    assert rehearsal.posts == posts + 1
    assert notebook.session.store.history(place)[-1].state == "done"


def test_fault_48_events_that_came_before_the_stop_are_in_the_answer(world: World) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(OPEN + b"Connection: close\r\n\r\n" + world.way.say("Two "))
        world.server.wait_until_gone(connection)

    world.script = talk
    session = world.session()
    run = session.ask(question("Why?", owner="cell/0"))
    for event in run.events():
        if isinstance(event, TextDelta):
            run.stop()
    assert run.result(1).text == "Two "

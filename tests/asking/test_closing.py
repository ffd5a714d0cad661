"""A session that is closed or left while asks are under way: each of them ends, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import pytest

import nbreason
from nbreason.asking.session import Session
from nbreason.config.secret import Secret
from nbreason.notebook.notebook import Notebook, notebook_of
from nbreason.rehearsal import Rehearsal
from nbreason.transport.loop import LoopThread
from tests.conftest import HERE, Shell, question
from tests.waiting import wait_until

Threads = Callable[[], list[threading.Thread]]


@pytest.fixture
def threads() -> Threads:
    """Gives the threads that requests of this test run on."""
    earlier = threading.enumerate()
    return lambda: [found for found in threading.enumerate() if found.name == "nbreason-http" and found not in earlier]


@pytest.fixture
def notebook(shell: Shell) -> Notebook:
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    return notebook


def test_closing_ends_what_is_under_way_and_keeps_what_has_come(
    session: Session, rehearsal: Rehearsal, threads: Threads
) -> None:
    runs = [session.ask(question(f"{n}\nrehearse: slow 30", owner=f"{n}/0")) for n in range(3)]
    wait_until(lambda: rehearsal.posts == 3)
    session.close()
    assert [run.result(1).finish for run in runs] == ["interrupted"] * 3
    assert [list(run.events())[-1] is not None for run in runs] == [True] * 3
    assert [record.state for record in session.store.history(HERE)] == ["failed"] * 3
    assert threads() == []
    for run in runs:
        run.stop()  # which is too late, and harmless


def test_closing_ends_an_ask_that_has_just_begun(session: Session, threads: Threads) -> None:
    for number in range(20):
        run = session.ask(question(f"{number}\nrehearse: slow 30"))
        session.close()
        assert run.result(1).finish == "interrupted"
    assert threads() == []


def test_a_session_that_is_left_ends_with_the_last_of_its_asks(session: Session, threads: Threads) -> None:
    runs = [session.ask(question(f"{n}\nrehearse: slow {n / 2}", owner=f"{n}/0")) for n in range(3)]
    session.leave()
    assert [run.result(10).finish for run in runs] == ["stop"] * 3
    wait_until(lambda: not threads())
    assert [record.state for record in session.store.history(HERE)] == ["done"] * 3


def test_a_session_that_is_left_while_nothing_is_under_way_ends_at_once(session: Session, threads: Threads) -> None:
    assert session.ask(question("why?")).result(10).complete
    session.leave()
    wait_until(lambda: not threads())
    assert session.ask(question("and?")).result(10).complete, "whoever still holds it can ask"
    wait_until(lambda: not threads())


def test_a_loop_that_stops_lets_everything_end_that_runs_on_it() -> None:
    loop, ended = LoopThread(), []

    async def endless(number: int) -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(number)
            if number:
                raise
        return number

    async def first() -> None:
        ended.append(99)

    futures = [loop.submit(endless(number)) for number in range(3)]
    thread = loop.stop(first)
    futures.append(loop.submit(endless(0)))  # on a new loop
    assert futures[0].result(5) == 0
    for future in futures[1:3]:
        with pytest.raises(CancelledError):
            future.result(5)
    assert thread is not None
    thread.join(5)
    assert not thread.is_alive()
    assert (sorted(ended[:3]), ended[3:]) == ([0, 1, 2], [99])
    assert not futures[3].done()
    last = loop.stop(first)
    assert last is not None
    last.join(5)
    assert futures[3].done()
    assert loop.stop(first) is None


def test_a_loop_stops_although_what_is_done_first_fails() -> None:
    loop = LoopThread()

    async def fails() -> None:
        raise OSError

    async def nothing() -> None:
        pass

    loop.submit(nothing()).result(5)
    thread = loop.stop(fails)
    assert thread is not None
    thread.join(5)
    assert not thread.is_alive()


# The setting `save`, changed while something is asked.


def test_ask_in_a_thread_ends_although_saving_is_switched_off(
    shell: Shell, notebook: Notebook, rehearsal: Rehearsal, threads: Threads
) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(nbreason.ask, "Why?\nrehearse: slow 1\nrehearse: echo\nso")
        wait_until(lambda: rehearsal.posts == 1)
        before = notebook.session
        shell.run("%config NBReason.save = False")
        assert notebook.session is not before
        assert (asked.result(10).text, shell.names["_reason"].text) == ("so", "so")
    assert [record.state for record in before.store.history(notebook.conversation())] == ["done"]
    wait_until(lambda: not threads())


def test_aask_as_a_task_ends_although_saving_is_switched_off(shell: Shell, rehearsal: Rehearsal) -> None:
    asked = "nbreason.aask('Why?\\nrehearse: slow 1\\nrehearse: echo\\nso')"
    shell.run(f"import asyncio, nbreason\ntask = asyncio.ensure_future({asked})\nawait asyncio.sleep(0)")
    wait_until(lambda: rehearsal.posts == 1)
    shell.run("%config NBReason.save = False")
    shell.run("late = await asyncio.wait_for(task, 10)")
    assert shell.names["late"].text == "so"


def test_an_interrupted_wait_for_a_session_that_is_gone_is_harmless(session: Session) -> None:
    run = session.ask(question("why?"))
    run.result(10)
    session.close()

    async def give_up() -> None:
        waiting = asyncio.ensure_future(run.wait())
        assert (await waiting).complete

    asyncio.run(give_up())
    run.stop()
    assert run.drain().complete


def test_an_ask_that_was_broken_off_with_its_loop_is_one_line(session: Session) -> None:
    """Where even the two seconds that it is given are not enough."""
    run = session.ask(question("why?\nrehearse: slow 30"))
    run._future.cancel()
    with pytest.raises(nbreason.NBReasonError, match="session was closed before"):
        run.result(1)
    with pytest.raises(nbreason.NBReasonError, match="session was closed before"):
        asyncio.run(run.wait())
    with pytest.raises(nbreason.NBReasonError, match="session was closed before"):
        run.drain()
    assert None not in list(run.events(tick=5))


def test_the_session_is_opened_once_however_many_threads_want_it(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, opening = [], nbreason.notebook.notebook.open_session  # type: ignore[attr-defined]

    def slow(*given: Any) -> Session:
        opened.append(given)
        time.sleep(0.1)
        return opening(*given)

    monkeypatch.setattr("nbreason.notebook.notebook.open_session", slow)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: notebook.session, range(8)))
    assert (len(opened), len({id(session) for session in found})) == (1, 1)


def test_a_login_is_kept_where_the_conversations_are_now(
    shell: Shell, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    ring = type("Ring", (), {"set": lambda self, name, key: kept.setdefault(name, key.reveal()), "read_timeout": 1.0})()
    keys = notebook.session.keys
    monkeypatch.setattr(keys, "_keyring", ring)
    shell.run("%config NBReason.save = False")
    assert notebook.session.keys is keys
    assert keys.login("SEGMIND_API_KEY", Secret("private")) == "nothing is saved here"
    shell.run("%config NBReason.save = True")
    assert notebook.session.keys is keys
    assert keys.login("SEGMIND_API_KEY", Secret("kept")) == ""
    assert kept == {"SEGMIND_API_KEY": "kept"}


def test_unloading_ends_the_thread_and_loading_begins_one(shell: Shell, threads: Threads) -> None:
    for _ in range(3):
        shell.run("%reason Why?")
        shell.run("%reload_ext nbreason")
    shell.run("%reason Why?")
    wait_until(lambda: len(threads()) == 1)

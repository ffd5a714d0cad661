"""Stop, at any moment: the connection closes, what has come is kept, the next ask works."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable

import pytest

from nbreason.asking.run import Run
from nbreason.asking.session import Session
from nbreason.core.events import TextDelta
from nbreason.errors import ResponseLost
from nbreason.rehearsal import Rehearsal
from tests.conftest import HERE, MakeSession, Scripted, pointed_at, question

Serve = Callable[..., Scripted]


def streaming(server: Callable[[], Scripted], *texts: str) -> Callable[[socket.socket], None]:
    """A script that streams these texts and then says nothing more."""

    def script(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for text in texts:
            chunk = json.dumps({"model": "o3", "choices": [{"delta": {"content": text}}]})
            connection.sendall(f"data: {chunk}\n\n".encode())
        server().wait_until_gone(connection)

    return script


@pytest.fixture
def endless(serve: Serve) -> Scripted:
    """A server that streams two words and never ends."""
    server = serve(streaming(lambda: server, "Two ", "groups"))
    return server


def wait_for_text(run: Run, text: str) -> None:
    seen = ""
    for event in run.events():
        if isinstance(event, TextDelta):
            seen += event.text
        if seen == text:
            return
    raise AssertionError(f"only {seen!r} came")


def states(session: Session) -> list[str]:
    return [record.state for record in session.store.history(HERE)]


def test_stop_closes_the_connection_and_keeps_the_text(make_session: MakeSession, endless: Scripted) -> None:
    session = make_session(pointed_at(endless.url), model="rehearsal:o3")
    run = session.ask(question("why?"))
    wait_for_text(run, "Two groups")
    stopped = time.monotonic()
    run.stop()
    assert endless.gone.wait(0.5)
    answer = run.result(1)
    assert time.monotonic() - stopped < 1
    assert (answer.text, answer.finish, answer.complete) == ("Two groups", "interrupted", False)
    (record,) = session.store.history(HERE)
    assert (record.state, record.answer and record.answer.text) == ("partial", "Two groups")
    assert len(endless.requests) == 1


@pytest.mark.parametrize("model", ["rehearsal:o3", "segmind:o3"])
def test_stop_works_while_the_model_is_silent_and_the_next_ask_works(
    session: Session, rehearsal: Rehearsal, model: str
) -> None:
    run = session.ask(question("why?\nrehearse: slow 30", model=model))
    while not rehearsal.posts:
        time.sleep(0.01)
    run.stop()
    answer = run.result(1)
    assert (answer.text, answer.finish) == ("", "interrupted")
    assert states(session) == ["failed"]
    assert session.ask(question("again", model=model)).result(10).complete
    assert rehearsal.posts == 2


def test_stop_at_once_is_as_good_as_later(session: Session) -> None:
    for _ in range(20):
        run = session.ask(question("why?\nrehearse: slow 30"))
        run.stop()
        assert run.result(2).finish == "interrupted"
    assert {"failed"} == set(states(session))


def test_stop_before_the_connection_is_made(make_session: MakeSession, serve: Serve) -> None:
    """A listener that never accepts: the connection is made by the system, and nobody answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        session = make_session(pointed_at(f"http://127.0.0.1:{listener.getsockname()[1]}"), model="segmind:o3")
        run = session.ask(question("why?"))
        time.sleep(0.1)
        run.stop()
        assert run.result(1).finish == "interrupted"


def test_stop_pressed_many_times_is_one_stop(make_session: MakeSession, endless: Scripted) -> None:
    session = make_session(pointed_at(endless.url), model="rehearsal:o3")
    for _ in range(5):
        run = session.ask(question("why?"))
        wait_for_text(run, "Two groups")
        for _ in range(10):
            run.stop()
            time.sleep(0.001)
        assert (run.result(2).text, run.result(2).finish) == ("Two groups", "interrupted")
    assert {"partial"} == set(states(session))


def test_stop_that_comes_too_late_changes_nothing(session: Session) -> None:
    for delay in (0, 0.002, 0.005, 0.01, 0.02):
        run = session.ask(question("why?\nrehearse: echo\nso"))
        wait_for_text(run, "so")
        time.sleep(delay)
        run.stop()
        assert run.result(2).text == "so"
    run = session.ask(question("why?\nrehearse: echo\nso"))
    assert run.result(5).complete
    run.stop()
    assert run.result(1).complete
    assert set(states(session)) <= {"done", "partial"}


def test_stop_while_waiting_to_send_again(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", patient=True)
    run = session.ask(question("why?\nrehearse: error 503"))
    while not rehearsal.posts:
        time.sleep(0.01)
    time.sleep(0.1)
    run.stop()
    assert run.result(0.5).finish == "interrupted"
    assert rehearsal.posts == 1


def test_stopping_one_of_several_leaves_the_others(session: Session) -> None:
    runs = [session.ask(question(f"{n}\nrehearse: slow 0.5", owner=f"{n}/0")) for n in range(3)]
    runs[1].stop()
    assert [run.result(5).finish for run in runs] == ["stop", "interrupted", "stop"]


def test_cancelling_the_wait_stops_the_ask(make_session: MakeSession, endless: Scripted) -> None:
    session = make_session(pointed_at(endless.url), model="rehearsal:o3")

    async def give_up() -> None:
        run = session.ask(question("why?"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run.wait(), 0.3)
        assert endless.gone.wait(0.5)
        assert (run.result(1).text, run.result(1).finish) == ("Two groups", "interrupted")

    asyncio.run(give_up())
    assert states(session) == ["partial"]


def test_an_answer_that_takes_too_long_is_given_up_and_its_text_kept(
    make_session: MakeSession, endless: Scripted
) -> None:
    session = make_session(pointed_at(endless.url), model="rehearsal:o3")
    started = time.monotonic()
    with pytest.raises(ResponseLost, match=r"took longer than 0 s|no text of an answer|stalled") as caught:
        session.ask(question("why?", timeout=0.4)).result(5)
    assert 0.3 < time.monotonic() - started < 2
    assert "It may have been billed; it is not sent again automatically." in str(caught.value)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Two groups"
    assert (states(session), len(endless.requests)) == (["partial"], 1)
    assert endless.gone.wait(0.5)


def test_the_timeout_counts_the_whole_answer_however_busy_it_is(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", timeout=1.0)
    with pytest.raises(ResponseLost, match=r"took longer than 1 s \(--timeout\)"):
        session.ask(question("why?\nrehearse: pace 30")).result(5)
    assert states(session) == ["partial"]
    assert session.ask(question("again")).result(5).complete

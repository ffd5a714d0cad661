"""``--poll``: the provider works without an open connection, and its answer is collected, also by another kernel."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nbreason.asking.run import Run
from nbreason.asking.session import Session
from nbreason.core.events import Answer
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.core.usage import Money
from nbreason.errors import NBReasonError, Refused, ResponseLost, ServerError, StillRunning
from nbreason.rehearsal import Rehearsal
from nbreason.store.conversations import Store
from tests.conftest import DUMMY_KEY, HERE, NOTEBOOK, MakeSession, Scripted, http, pointed_at
from tests.waiting import wait_until

Serve = Callable[..., Scripted]
POLLED = ("rehearsal:o3", "openai:o3", "segmind:o3")


def polled(text: str = "Why?", **more: Any) -> Question:
    return Question((Text(text),), Place(NOTEBOOK, "a/0"), poll=True, **more)


def environment(url: str) -> dict[str, str]:
    return {**pointed_at(url), "NBREASON_OPENAI_URL": url, "OPENAI_API_KEY": DUMMY_KEY}


class Provider:
    """A server whose replies are given, by method and path; the last one of a list stays."""

    def __init__(self, serve: Serve, **replies: Any) -> None:
        self._replies = {name: list(bodies) for name, bodies in replies.items()}
        self.server = serve(self._answer)
        self.asked: list[str] = []

    def _answer(self, connection: Any) -> None:
        line = self.server.requests[-1].split(b"\r\n")[0].decode()
        method, path, _ = line.split(" ")
        self.asked.append(f"{method} {path}")
        replies = self._replies[{"POST": "cancel" if path.endswith("/cancel") else "post", "GET": "get"}[method]]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        connection.sendall(reply if isinstance(reply, bytes) else http("200 OK", json.dumps(reply).encode()))


QUEUED = {"id": "resp_1", "status": "queued", "model": "o3", "output": []}
DONE = {
    "id": "resp_1",
    "status": "completed",
    "model": "o3-2025-04-16",
    "usage": {"input_tokens": 3, "output_tokens": 2},
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "Two."}]}],
}
RUNNING = {**QUEUED, "status": "in_progress"}


def states(session: Session) -> list[tuple[str, str]]:
    return [(record.state, record.question) for record in session.store.history(HERE)]


@pytest.mark.parametrize("model", POLLED)
def test_an_answer_is_polled_for_and_sent_once(make_session: MakeSession, rehearsal: Rehearsal, model: str) -> None:
    session = make_session(environment(rehearsal.url), model=model)
    answer = session.ask(polled("Why?\nrehearse: echo\nTwo.")).result(20)
    assert (answer.text, answer.complete, answer.job) == ("Two.", True, "")
    assert rehearsal.posts == 1
    assert ("background" in rehearsal.bodies[-1]) == (model != "segmind:o3")
    assert "store" not in rehearsal.bodies[-1]
    assert "stream" not in rehearsal.bodies[-1]
    assert states(session) == [("done", "Why?")]
    assert session.ask(polled("Why?\nrehearse: echo\nTwo.")).result(20).replayed


def test_the_setting_polls_where_it_is_offered_and_the_option_is_refused_elsewhere(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    session = make_session(environment(rehearsal.url), poll=True)
    here = Place(NOTEBOOK)
    for model, offered in (("openai:o3", True), ("aimlapi-responses:o3", False)):
        assert (session.plan(Question((Text("Why?"),), here, model)).polling is not None) == offered
    with pytest.raises(Refused, match="is not documented to work without an open connection: drop --poll"):
        session.plan(polled(model="aimlapi:o3"))


def test_polling_does_not_change_the_hash_of_a_request(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session(environment(rehearsal.url), model="openai:o3")
    hashes = {session.plan(replace(polled(), poll=poll)).request.digest for poll in (True, False)}
    assert len(hashes) == 1


def test_a_question_whose_kernel_ended_is_collected_by_another_and_never_sent_again(
    make_session: MakeSession, serve: Serve, tmp_path: Any
) -> None:
    provider = Provider(serve, post=[QUEUED], get=[RUNNING])
    first = make_session(environment(provider.server.url), model="openai:o3")
    with pytest.raises(StillRunning, match="Run the cell again, or use %nbreason resume, to collect it") as caught:
        first.ask(polled(timeout=0.2)).result(20)
    assert "nothing is sent again" in str(caught.value)
    assert states(first) == [("pending", "Why?")]

    provider._replies["get"] = [RUNNING, http("502 Oh"), http("429 Oh"), DONE]
    second = make_session(environment(provider.server.url), store=Store(tmp_path / "home"), model="openai:o3")
    (job,) = second.jobs.of(HERE)
    second.store.settle(NOTEBOOK)
    answer = second.resume(HERE, job).result(20)
    assert (answer.text, answer.complete, answer.usage.output) == ("Two.", True, 2)
    assert (answer.requested_model, answer.response_id) == ("openai:o3", "resp_1")
    assert any("its answer is collected, and nothing is sent again" in line for line in answer.notices)
    assert [asked for asked in provider.asked if asked.startswith("POST")] == ["POST /v1/responses"]
    assert set(provider.asked[1:]) == {"GET /v1/responses/resp_1"}
    assert (second.jobs.of(HERE), states(second)) == ([], [("done", "Why?")])
    assert second.ask(polled()).result(20).replayed


def test_running_the_cell_again_collects_the_answer_too(make_session: MakeSession, serve: Serve) -> None:
    provider = Provider(serve, post=[QUEUED], get=[RUNNING])
    session = make_session(environment(provider.server.url), model="openai:o3")
    with pytest.raises(StillRunning):
        session.ask(polled(timeout=0.2)).result(20)
    provider._replies["get"] = [DONE]
    assert session.ask(replace(polled(), poll=False)).result(20).text == "Two."
    assert [asked for asked in provider.asked if asked.startswith("POST")] == ["POST /v1/responses"]


def test_the_name_of_the_work_is_on_disk_before_the_answer_is_waited_for(
    make_session: MakeSession, serve: Serve, tmp_path: Any
) -> None:
    seen: list[str] = []

    class Watching(Provider):
        def _answer(self, connection: Any) -> None:
            if self.server.requests[-1].startswith(b"GET"):
                seen.extend(job.asked.answer.job for job in Store(tmp_path / "home").jobs(HERE))
            super()._answer(connection)

    provider = Watching(serve, post=[QUEUED], get=[DONE])
    session = make_session(environment(provider.server.url), model="openai:o3")
    session.ask(polled()).result(20)
    assert seen == ["resp_1"]


def stopped(make_session: MakeSession, provider: Provider, model: str) -> tuple[Session, Run]:
    """An ask that is stopped while the provider works on it."""
    session = make_session(environment(provider.server.url), model=model, patient=True)
    run = session.ask(polled())
    while not any(asked.startswith("GET") for asked in provider.asked):
        next(run.events())
    return session, run


CANCEL = "POST /v1/responses/resp_1/cancel"


def test_a_stop_stops_the_provider_once_it_is_clear_that_it_was_no_restart(
    make_session: MakeSession, serve: Serve
) -> None:
    provider = Provider(serve, post=[QUEUED], get=[RUNNING], cancel=[{**QUEUED, "status": "cancelled"}])
    session, run = stopped(make_session, provider, "openai:o3")
    answer = run.drain()
    assert answer.finish == "interrupted"
    assert any("will be told to stop in 6 s, unless the kernel is restarted" in line for line in answer.notices)
    assert CANCEL not in provider.asked
    assert len(session.jobs.of(HERE)) == 1
    wait_until(lambda: session.jobs.of(HERE) == [], 20)
    assert provider.asked[-1] == CANCEL
    assert states(session) == [("failed", "Why?")]


def test_an_ask_that_was_stopped_and_is_waited_for_again_is_not_told_to_stop(
    make_session: MakeSession, serve: Serve
) -> None:
    provider = Provider(serve, post=[QUEUED], get=[RUNNING], cancel=[{**QUEUED, "status": "cancelled"}])
    session, run = stopped(make_session, provider, "openai:o3")
    run.drain()
    provider._replies["get"] = [DONE]
    assert session.ask(polled()).result(20).text == "Two."
    assert session.jobs._stops == {}
    assert CANCEL not in provider.asked


def test_what_cannot_be_stopped_can_still_be_collected(make_session: MakeSession, serve: Serve) -> None:
    provider = Provider(serve, post=[{"request_id": "r-1", "status": "QUEUED"}], get=[{"status": "PROCESSING"}])
    session, run = stopped(make_session, provider, "segmind:o3")
    with pytest.raises(StillRunning, match="Segmind goes on, and may bill it: %nbreason resume collects"):
        run.drain()
    completed = {"status": "COMPLETED", "request_id": "r-1"}
    provider._replies["get"] = [completed, {**completed, "output": "Two.", "metrics": {"cost": 0.5}}]
    (job,) = session.jobs.of(HERE)
    answer = session.resume(HERE, job).result(20)
    assert (answer.text, answer.cost) == ("Two.", Money(0.5, "credits"))
    assert provider.asked[-2:] == ["GET /v2/requests/r-1/status", "GET /v2/requests/r-1"]


COMPLETION = {"choices": [{"message": {"content": "Two."}, "finish_reason": "stop"}]}


@pytest.mark.parametrize("output", ["Two.", COMPLETION, json.dumps(COMPLETION), None])
def test_the_output_of_segmind_is_read_whatever_form_it_has(
    make_session: MakeSession, serve: Serve, output: Any
) -> None:
    completed = {"status": "COMPLETED", "request_id": "r-1"}
    result = {**completed, **({"output": output} if output else COMPLETION)}
    provider = Provider(serve, post=[{"request_id": "r-1", "status": "QUEUED"}], get=[completed, result])
    session = make_session(environment(provider.server.url), model="segmind:o3")
    assert session.ask(polled()).result(20).text == "Two."
    assert provider.asked[0] == "POST /v2/o3"


def failing(make_session: MakeSession, provider: Provider, model: str = "openai:o3") -> tuple[Session, NBReasonError]:
    session = make_session(environment(provider.server.url), model=model)
    with pytest.raises(NBReasonError) as caught:
        session.ask(polled(timeout=5)).result(20)
    assert "\n" not in str(caught.value)
    assert sum(asked == provider.asked[0] for asked in provider.asked) == 1
    return session, caught.value


def test_work_that_fails_is_one_line(make_session: MakeSession, serve: Serve) -> None:
    failed = {**QUEUED, "status": "failed", "error": {"code": "server_error", "message": "Oh"}}
    session, error = failing(make_session, Provider(serve, post=[QUEUED], get=[failed]))
    assert isinstance(error, ServerError)
    assert '"Oh"' in str(error)
    assert session.jobs.of(HERE) == []


def test_work_of_segmind_that_fails_cost_nothing(make_session: MakeSession, serve: Serve) -> None:
    queued, failed = {"request_id": "r-1", "status": "QUEUED"}, b'{"status": "FAILED", "error": "Prompt is mandatory"}'
    provider = Provider(serve, post=[queued], get=[http("422 No", failed)])
    _, error = failing(make_session, provider, "segmind:o3")
    assert "Prompt is mandatory" in str(error)
    assert "Nothing was spent" in str(error)


def test_an_answer_that_is_no_longer_kept_is_lost(make_session: MakeSession, serve: Serve) -> None:
    session, error = failing(make_session, Provider(serve, post=[QUEUED], get=[http("404 No")]))
    assert isinstance(error, ResponseLost)
    assert "no longer has this answer: it keeps one for about 10 minutes" in str(error)
    assert session.jobs.of(HERE) == []


@pytest.mark.parametrize("name", ["../../v1/models", "a?b=c", "", "x" * 300, 7, None])
def test_a_name_that_could_be_another_path_is_never_asked_for(
    make_session: MakeSession, serve: Serve, name: object
) -> None:
    provider = Provider(serve, post=[{**QUEUED, "id": name}], get=[DONE])
    failing(make_session, provider)
    assert provider.asked == ["POST /v1/responses"]


def test_a_whole_answer_at_once_is_the_answer(make_session: MakeSession, serve: Serve) -> None:
    provider = Provider(serve, post=[DONE], get=[DONE])
    session = make_session(environment(provider.server.url), model="openai:o3")
    answer: Answer = session.ask(polled()).result(20)
    assert (answer.text, provider.asked) == ("Two.", ["POST /v1/responses"])


def test_an_answer_that_was_queued_unasked_is_polled_for(make_session: MakeSession, serve: Serve) -> None:
    provider = Provider(serve, post=[QUEUED], get=[RUNNING, DONE])
    endpoints = {"openai": {"wire": "responses"}}
    session = make_session(environment(provider.server.url), model="openai:o3", endpoints=endpoints)
    assert session.ask(replace(polled(), poll=False)).result(20).text == "Two."
    assert provider.asked == ["POST /v1/responses", *["GET /v1/responses/resp_1"] * 2]

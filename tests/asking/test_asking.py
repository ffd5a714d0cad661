"""One ask, start to end, over real HTTP: sent once, written down before and after, and in its context."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.session import Session
from nbreason.capture.pixels import png
from nbreason.core.events import Answer, Finished, Notice, Sending, TextDelta
from nbreason.core.parts import Image, Text
from nbreason.core.shape import Shape
from nbreason.core.usage import Usage
from nbreason.errors import MissingKey, Refused, StoreError, UnknownModel
from nbreason.providers import providers
from nbreason.rehearsal import Rehearsal
from nbreason.store.conversations import Store
from nbreason.store.home import DATABASE
from tests.conftest import HERE, MakeSession, Scripted, http, pointed_at, question

Ask = Callable[..., Answer]
Serve = Callable[..., Scripted]
MODELS = ("rehearsal:o3", "segmind:o3", "aimlapi:o3")


def completion(text: str) -> bytes:
    """A whole reply of the chat wire."""
    body = {"model": "o3", "choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    return http("200 OK", json.dumps(body).encode(), "Content-Type: application/json")


def spoken(body: dict[str, Any]) -> list[str]:
    """The text of the messages of a request body, without the instructions."""
    return [
        message["content"] if isinstance(message["content"], str) else message["content"][-1]["text"]
        for message in body["messages"]
        if message["role"] not in ("system", "developer")
    ]


@pytest.mark.parametrize("model", MODELS)
def test_a_question_is_posted_once_and_its_answer_comes_back(ask: Ask, rehearsal: Rehearsal, model: str) -> None:
    answer = ask("Why?\nrehearse: echo\nTwo **groups**.", model=model)
    assert ("Two **groups**.", "stop", model) == (answer.text, answer.finish, answer.requested_model)
    assert answer.complete
    assert rehearsal.posts == 1
    assert answer.reported_model is not None
    assert answer.reported_model.startswith("o3")
    assert answer.request_id
    assert answer.usage.reasoning == 128
    assert 0 < answer.seconds < 10
    assert abs(time.time() - answer.asked_at) < 60


def test_the_question_is_on_disk_as_pending_when_the_server_receives_it(
    make_session: MakeSession, serve: Serve, tmp_path: Path
) -> None:
    seen: list[tuple[str, str]] = []

    def look(connection: socket.socket) -> None:
        seen.extend((record.state, record.question) for record in Store(tmp_path / "home").history(HERE))
        connection.sendall(completion("so"))

    session = make_session(pointed_at(serve(look).url), model="segmind:o3")
    assert session.ask(question("why?")).result(10).text == "so"
    assert seen == [("pending", "why?")]
    (record,) = session.store.history(HERE)
    assert (record.state, record.answer and record.answer.text) == ("done", "so")


def test_events_arrive_in_order_and_fold_to_the_answer(session: Session) -> None:
    run = session.ask(question("Why?\nrehearse: echo\none two three four"))
    events = [event for event in run.events() if event is not None]
    assert isinstance(events[0], Sending)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "one two three four"
    assert Finished("stop") in events
    assert run.result(1).text == "one two three four"


def test_a_clock_can_tick_while_nothing_comes(session: Session) -> None:
    run = session.ask(question("Why?\nrehearse: slow 0.4"))
    assert 2 <= sum(event is None for event in run.events(tick=0.1)) <= 5


def test_earlier_turns_are_the_context_and_each_goes_as_it_was(ask: Ask, rehearsal: Rehearsal) -> None:
    ask("first\nrehearse: echo\n1")
    ask("second\nrehearse: echo\n2")
    ask("third")
    assert spoken(rehearsal.bodies[2]) == ["first\nrehearse: echo\n1", "1", "second\nrehearse: echo\n2", "2", "third"]


def test_asking_again_from_a_cell_takes_only_what_stands_before_it(ask: Ask, rehearsal: Rehearsal) -> None:
    for cell in "abc":
        ask(f"{cell}\nrehearse: echo\n{cell.upper()}", owner=f"{cell}/0")
    ask("b again", owner="b/0")
    assert spoken(rehearsal.bodies[3]) == ["a\nrehearse: echo\nA", "A", "b again"]


def test_alone_takes_nothing_along_and_is_not_taken_along(ask: Ask, rehearsal: Rehearsal) -> None:
    ask("first")
    ask("aside", alone=True)
    ask("second")
    assert [spoken(body) for body in rehearsal.bodies[:2]] == [["first"], ["aside"]]
    assert "aside" not in spoken(rehearsal.bodies[2])
    assert "first" in spoken(rehearsal.bodies[2])


def test_a_partial_answer_is_context_and_a_failed_one_is_not(ask: Ask, rehearsal: Rehearsal) -> None:
    ask("half\nrehearse: length")
    with pytest.raises(Exception, match="500"):
        ask("broken\nrehearse: error 500")
    ask("next")
    assert [text for text in spoken(rehearsal.bodies[2]) if "\n\n" not in text] == ["half\nrehearse: length", "next"]


def test_the_oldest_turns_are_left_out_with_a_line_when_they_do_not_fit(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    facts = {"rehearsal:o3": {"window": 2000, "max_output": 400}}
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", models=facts)
    for word in ("oldest", "older"):
        session.ask(question(f"{word} {'x' * 4000}\nrehearse: echo\nyes")).result(10)
    answer = session.ask(question("now")).result(10)
    assert [text.split()[0] for text in spoken(rehearsal.bodies[-1])] == ["older", "yes", "now"]
    assert answer.notices == ("The oldest turn was left out: it does not fit the 2,000 tokens of rehearsal:o3",)


def test_older_images_go_as_words_when_there_are_too_many(ask: Ask, rehearsal: Rehearsal) -> None:
    for shade in range(6):
        pixels = png(bytes([40 * shade]) * 64, 8, 8, 1)
        answer = ask(Image(pixels, "image/png", 8, 8, source=f"In[{shade}]"), "what?")
    sent = json.dumps(rehearsal.bodies[-1])
    assert (sent.count("data:image/png"), sent.count("[An image was here: In[0]")) == (5, 1)
    assert answer.notices == ("1 earlier image went in words: rehearsal:o3 takes 5",)


def test_the_plan_sends_nothing_and_writes_nothing(session: Session, rehearsal: Rehearsal) -> None:
    planned = session.plan(question("why?", effort="high", max_tokens=50))
    assert (rehearsal.url + "/v1/chat/completions", "high", 50) == (
        planned.url,
        planned.request.effort,
        planned.request.max_tokens,
    )
    assert (rehearsal.requests, session.store.history(HERE)) == (0, [])


@pytest.mark.parametrize(
    ("model", "error", "line"),
    [
        ("segmint:o3", UnknownModel, r"Did you mean segmind:o3\?"),
        ("segmind:o3-mni", UnknownModel, r"Did you mean segmind:o3-mini\?"),
        ("nonsense", UnknownModel, "%nbreason models"),
        ("segmind:o3", MissingKey, "set SEGMIND_API_KEY in the environment"),
        ("aimlapi:o3", MissingKey, "set AIMLAPI_API_KEY or AIML_API_KEY in the environment"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_nothing_is_sent_or_kept(
    make_session: MakeSession, rehearsal: Rehearsal, model: str, error: type[Exception], line: str
) -> None:
    addresses = {name: url for name, url in pointed_at(rehearsal.url).items() if name.endswith("_URL")}
    session = make_session(addresses)
    with pytest.raises(error, match=line) as caught:
        session.ask(question("why?", model=model))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")
    assert (rehearsal.requests, session.store.history(HERE)) == (0, [])


@pytest.mark.parametrize("model", ["rehearsal:o3-mini", "segmind:o3-mini"])
def test_a_figure_for_a_model_that_reads_text_only_is_refused_before_anything_is_sent(
    session: Session, rehearsal: Rehearsal, model: str
) -> None:
    with pytest.raises(Refused, match=rf"{model} reads text only, and one figure is attached\. Use \w+:o3, or drop"):
        session.ask(question(Image(b"x", "image/png", 1, 1), "why?", model=model))
    assert (rehearsal.requests, session.store.history(HERE)) == (0, [])


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, "rehearsal:o3"),
        ({"SEGMIND_API_KEY": "k"}, "segmind:o3"),
        ({"AIML_API_KEY": "k"}, "aimlapi:o4-mini"),
        ({"AIMLAPI_API_KEY": "k", "SEGMIND_API_KEY": "k"}, "segmind:o3"),
        ({"SEGMIND_API_KEY": " '' "}, "rehearsal:o3"),
    ],
)
def test_a_key_in_the_environment_picks_the_default(
    make_session: MakeSession, rehearsal: Rehearsal, environment: dict[str, str], asked: str
) -> None:
    addresses = {name: url for name, url in pointed_at(rehearsal.url).items() if name.endswith("_URL")}
    assert asked == make_session({**addresses, **environment}).plan(question("why?")).choice.name


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", " "])
def test_a_base_url_may_end_in_any_usual_way_and_the_environment_goes_before_the_settings(
    make_session: MakeSession, rehearsal: Rehearsal, end: str
) -> None:
    elsewhere = {"segmind": "https://elsewhere.invalid"}
    session = make_session({**pointed_at(rehearsal.url + end)}, endpoints=elsewhere, model="segmind:o3")
    assert rehearsal.url + "/v1/o3" == session.plan(question("why?")).url
    session = make_session({"SEGMIND_API_KEY": "k"}, endpoints={"segmind": rehearsal.url + end}, model="segmind:o3")
    assert rehearsal.url + "/v1/o3" == session.plan(question("why?")).url


@pytest.mark.parametrize("model", MODELS)
def test_credits_go_down_and_the_cost_is_told(ask: Ask, rehearsal: Rehearsal, model: str) -> None:
    first, second = ask("one", model=model), ask("two", model=model)
    assert first.cost is not None
    assert first.cost.amount > 0
    if model != "aimlapi:o3":  # which never tells in a reply what is left
        assert first.balance is not None
        assert second.balance is not None
        assert 100 > first.balance.amount > second.balance.amount
        assert pytest.approx(rehearsal.credits) == second.balance.amount


def test_credits_are_asked_where_the_provider_tells_them(session: Session, rehearsal: Rehearsal, ask: Ask) -> None:
    ask("one")
    left = {name: session.credits(providers()[name]) for name in ("rehearsal", "segmind", "aimlapi")}
    assert all(left.values())
    assert pytest.approx(rehearsal.credits) == left["segmind"].amount  # type: ignore[union-attr]
    assert tuple(money.unit for money in left.values() if money) == ("play credits", "credits", "USD")
    assert rehearsal.posts == 1


@pytest.mark.parametrize("model", MODELS)
def test_what_is_not_reported_is_none_and_never_zero(ask: Ask, model: str) -> None:
    answer = ask("Why?\nrehearse: nousage", model=model)
    assert (Usage(None, None, None), None, None) == (answer.usage, answer.cost, answer.balance)


def test_several_questions_at_once_get_each_its_own_answer(session: Session, rehearsal: Rehearsal) -> None:
    runs = [
        session.ask(question(f"q{n}\nrehearse: slow 0.3\nrehearse: echo\nanswer {n}", owner=f"{n}/0")) for n in range(8)
    ]
    started = time.monotonic()
    assert [f"answer {n}" for n in range(8)] == [run.result(10).text for run in runs]
    assert time.monotonic() - started < 2
    assert rehearsal.posts == 8
    assert [record.state for record in session.store.history(HERE)] == ["done"] * 8


def test_several_questions_at_once_are_kept_in_memory_as_well(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session(pointed_at(rehearsal.url), store=Store(None), model="rehearsal:o3")
    runs = [session.ask(question(f"q{n}", owner=f"{n}/0")) for n in range(12)]
    answers = [run.result(10) for run in runs]
    assert [answer.notices for answer in answers] == [()] * 12
    assert [record.state for record in session.store.history(HERE)] == ["done"] * 12


def test_an_answer_that_cannot_be_saved_is_given_all_the_same_with_a_line(
    make_session: MakeSession, serve: Serve, tmp_path: Path
) -> None:
    def delete_and_answer(connection: socket.socket) -> None:
        (tmp_path / "home" / DATABASE).unlink()
        connection.sendall(completion("so"))

    session = make_session(pointed_at(serve(delete_and_answer).url), model="segmind:o3")
    answer = session.ask(question("why?")).result(10)
    assert (answer.text, len(answer.notices)) == ("so", 1)
    assert answer.notices[0].startswith("This answer is not saved.")


@pytest.mark.parametrize(
    "raised", [KeyError("peak"), RecursionError(), SystemExit(1)], ids=lambda raised: type(raised).__name__
)
def test_an_answer_is_written_down_whatever_is_raised_while_its_value_is_made(
    session: Session, raised: BaseException
) -> None:
    def build(value: Any) -> Any:
        raise raised

    run = session.ask(question("why?\nrehearse: echo\n{}", shape=Shape("json", build=build)))
    answer = run.result(10)
    assert (answer.text, answer.value, len(answer.notices)) == ("{}", None, 1)
    assert f"making its value raised {type(raised).__name__}" in answer.notices[0]
    (record,) = session.store.history(HERE)
    assert (record.state, record.answer and record.answer.notices) == ("done", answer.notices)
    kept = session.ask(question("why?\nrehearse: echo\n{}", shape=Shape("json", build=build), alone=True)).result(10)
    assert (kept.replayed, kept.text) == (True, "{}")


def test_a_failure_of_shaping_itself_does_not_keep_an_answer_from_being_written_down(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(answer: Answer, shape: object) -> Answer:
        raise KeyError("shape")

    monkeypatch.setattr("nbreason.asking.session.shaped", broken)
    with pytest.raises(KeyError):
        session.ask(question("why?\nrehearse: echo\nso")).result(10)
    (record,) = session.store.history(HERE)
    assert (record.state, record.answer and record.answer.text) == ("done", "so")


def test_a_question_that_cannot_be_written_down_is_not_sent(
    make_session: MakeSession, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3")
    shutil.rmtree(tmp_path / "home")
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(StoreError):
        session.ask(question("why?"))
    assert rehearsal.posts == 0


def test_a_notice_tells_that_something_is_sent_again(session: Session, rehearsal: Rehearsal) -> None:
    run = session.ask(question("why?\nrehearse: error 503 once"))
    events = [event for event in run.events() if isinstance(event, Notice)]
    assert [Notice("not accepted yet, retrying in 1 s")] == events
    assert (rehearsal.posts, run.result(1).complete) == (2, True)


FORKER = """
import os, sys
from pathlib import Path
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.store.conversations import Store
session = Session(NBReason(model="rehearsal:o3"), Store(Path(sys.argv[1])), os.environ)
def ask(words):
    return session.ask(Question((Text(words),), Place("/a.ipynb"))).result(20).text
assert ask("one\\nrehearse: echo\\nparent") == "parent"
child = os.fork()
if not child:
    try:
        print(ask("two\\nrehearse: echo\\nchild"), flush=True)
    finally:
        os._exit(0)
os.waitpid(child, 0)
print(ask("three\\nrehearse: echo\\nparent again"))
print(len(session.store.history(Place("/a.ipynb"))))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("own_server", [False, True])
def test_a_forked_child_asks_with_a_loop_and_a_connection_of_its_own(
    rehearsal: Rehearsal, tmp_path: Path, own_server: bool
) -> None:
    """Also when the parent has started the rehearsal in its own process, which is not in the child."""
    environment = dict(os.environ) if own_server else {**os.environ, "NBREASON_REHEARSAL_URL": rehearsal.url}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKER, str(tmp_path / "home")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("child\nparent again\n3\n", "")
    assert (0 if own_server else 3) == rehearsal.posts


def test_words_and_attachments_are_sent_in_the_order_given(ask: Ask, rehearsal: Rehearsal) -> None:
    image = Image(png(b"\x80", 1, 1, 1), "image/png", 1, 1, "two peaks", "fig")
    ask(Text("<data>df</data>", "df"), image, "why?")
    content = rehearsal.bodies[0]["messages"][-1]["content"]
    assert [item["type"] for item in content] == ["text", "text", "image_url", "text"]
    assert (content[0]["text"], content[3]["text"]) == ("<data>df</data>", "why?")
    assert "two peaks" in content[1]["text"]

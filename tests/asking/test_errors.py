"""Every documented error becomes one line; the question is kept; the next ask works; nothing is paid twice."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from nbreason.asking.session import Session
from nbreason.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    InvalidResponse,
    NBReasonError,
    NotFound,
    OutOfCredits,
    ProviderError,
    RateLimited,
    RequestRejected,
    ResponseLost,
    ServerError,
)
from nbreason.rehearsal import Rehearsal
from tests.conftest import DUMMY_KEY, HERE, MakeSession, Scripted, free_port, http, pointed_at, question

MODELS = ("rehearsal:o3", "segmind:o3", "aimlapi:o3")
ERRORS = {
    400: (RequestRejected, 1, "rejected the request", "Nothing was spent."),
    401: (AuthenticationFailed, 1, "did not accept the key", "Nothing was spent."),
    402: (OutOfCredits, 1, "too few credits", "Nothing was spent."),
    403: (OutOfCredits, 1, "too few credits", "Nothing was spent."),
    404: (NotFound, 1, "was not found", "Nothing was spent."),
    405: (NotFound, 1, "was not found", "Nothing was spent."),
    406: (OutOfCredits, 1, "too few credits", "Nothing was spent."),
    410: (NotFound, 1, "has been retired", "Nothing was spent."),
    429: (RateLimited, 3, "Rate limit reached", "Nothing was spent."),
    500: (ServerError, 1, "reported a server error", "It may have been billed; it is not sent again automatically."),
    502: (ServerError, 1, "reported a server error", "It may have been billed; it is not sent again automatically."),
    503: (ServerError, 3, "is overloaded", "Nothing was spent."),
    504: (ServerError, 1, "reported a server error", "A lower effort gives an answer sooner."),
}


def fail(session: Session, words: str, **more: str) -> NBReasonError:
    """Ask something that fails; its line is checked for what holds of all lines."""
    with pytest.raises(NBReasonError) as caught:
        session.ask(question(words, **more)).result(20)
    line = str(caught.value)
    assert "\n" not in line
    assert "Traceback" not in line
    assert "<" not in line
    assert DUMMY_KEY not in line
    return caught.value


def last_state(session: Session) -> tuple[str, str]:
    record = session.store.history(HERE)[-1]
    return record.state, record.question


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("status", ERRORS)
def test_each_status_is_its_own_line_and_the_next_ask_works(
    session: Session, rehearsal: Rehearsal, model: str, status: int
) -> None:
    kind, posts, what, money = ERRORS[status]
    error = fail(session, f"Why?\nrehearse: error {status}", model=model)
    assert kind is type(error)
    assert isinstance(error, ProviderError)
    assert (status, posts) == (error.status, rehearsal.posts)
    assert what in str(error)
    assert money in str(error)
    assert f"({status})" in str(error)
    assert error.request_id is not None
    assert error.request_id in str(error)
    assert last_state(session) == ("failed", "Why?")
    assert session.ask(question("And now?", model=model)).result(10).complete
    assert posts + 1 == rehearsal.posts


@pytest.mark.parametrize("envelope", ["problem", "openai"])
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_the_providers_words_are_shown_whatever_envelope_they_come_in(
    session: Session, status: int, envelope: str
) -> None:
    assert "(rehearsed on request)" in str(fail(session, f"Why?\nrehearse: error {status} {envelope}"))


@pytest.mark.parametrize(("model", "variable"), [("segmind:o3", "SEGMIND_API_KEY"), ("aimlapi:o3", "AIMLAPI_API_KEY")])
def test_a_rejected_key_names_the_variable_it_came_from(session: Session, model: str, variable: str) -> None:
    assert f"the key from {variable}" in str(fail(session, "Why?\nrehearse: error 401", model=model))


def test_missing_credits_name_what_was_left_at_the_last_answer(session: Session) -> None:
    first = fail(session, "Why?\nrehearse: error 406", model="segmind:o3")
    assert "left at the last answer" not in str(first)
    session.ask(question("one\nrehearse: low", model="segmind:o3")).result(10)
    again = fail(session, "Why?\nrehearse: error 406", model="segmind:o3")
    assert str(again).startswith("Segmind reports that the account has too few credits (406)")
    assert "Nothing was spent. 0.02 credits were left at the last answer." in str(again)


def test_credits_that_are_used_up_are_said_so(make_session: MakeSession) -> None:
    from nbreason.rehearsal import start

    with start(pace=0, think_seconds=0, credits=0.01) as poor:
        session = make_session(pointed_at(poor.url))
        for model in MODELS:
            assert isinstance(fail(session, "Why?", model=model), OutOfCredits)
        assert poor.posts == 3


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("status", [429, 503])
def test_what_was_turned_away_once_is_sent_again_and_answered(
    session: Session, rehearsal: Rehearsal, model: str, status: int
) -> None:
    answer = session.ask(question(f"Why?\nrehearse: error {status} once", model=model)).result(10)
    assert (rehearsal.posts, answer.complete) == (2, True)
    assert [record.state for record in session.store.history(HERE)] == ["done"]


@pytest.mark.parametrize("model", MODELS)
def test_a_login_page_with_status_200_is_no_api_reply(session: Session, rehearsal: Rehearsal, model: str) -> None:
    with pytest.raises(
        InvalidResponse, match=r"The response was a web page, not an API response: .*%nbreason status"
    ) as caught:
        session.ask(question("Why?\nrehearse: html", model=model)).result(10)
    assert "\n" not in str(caught.value)
    assert (last_state(session), rehearsal.posts) == (("failed", "Why?"), 1)
    assert session.ask(question("And now?", model=model)).result(10).complete


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_that_breaks_off_is_lost_and_never_sent_again(
    session: Session, rehearsal: Rehearsal, model: str
) -> None:
    error = fail(session, "Why?\nrehearse: cut", model=model)
    assert isinstance(error, ResponseLost)
    assert "It may have been billed; it is not sent again automatically." in str(error)
    assert rehearsal.posts == 1
    if model == "segmind:o3":  # not streamed: half a JSON object holds nothing to show
        assert (error.partial, last_state(session)) == (None, ("failed", "Why?"))
    else:
        assert error.partial is not None
        assert error.partial.text.startswith("**This is the rehearsal server")
        assert (error.partial.finish, last_state(session)) == ("cut", ("partial", "Why?"))
    assert session.ask(question("And now?", model=model)).result(10).complete


@pytest.mark.parametrize("model", MODELS)
def test_an_error_inside_an_answer_is_an_error(session: Session, rehearsal: Rehearsal, model: str) -> None:
    error = fail(session, "Why?\nrehearse: error 500 midway", model=model)
    assert isinstance(error, ServerError)
    assert "reported an error inside the answer" in str(error)
    assert "It may have been billed" in str(error)
    assert rehearsal.posts == 1
    assert last_state(session)[0] == ("failed" if model == "segmind:o3" else "partial")


def test_thinking_that_came_before_an_error_counts_as_spent(
    make_session: MakeSession, serve: Callable[..., Scripted]
) -> None:
    pieces = ({"choices": [{"delta": {"reasoning_content": "Hm."}}]}, {"error": {"code": "429", "message": "slow"}})
    stream = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces)
    server = serve(http("200 OK", stream.encode(), "Content-Type: text/event-stream"))
    session = make_session(pointed_at(server.url), model="rehearsal:o3")
    assert isinstance(fail(session, "Why?"), RateLimited)
    answer = session.store.history(HERE)[-1].answer
    assert answer is not None
    assert answer.reasoning == "Hm."
    assert answer.estimate > 0


@pytest.mark.parametrize("model", MODELS)
def test_a_provider_that_is_down_is_one_line_and_the_question_is_kept(make_session: MakeSession, model: str) -> None:
    port = free_port()
    session = make_session(pointed_at(f"http://127.0.0.1:{port}"))
    error = fail(session, "Why?", model=model)
    assert isinstance(error, ConnectionFailed)
    assert f"Could not connect to 127.0.0.1:{port}. Nothing was sent; your question is saved" in str(error)
    assert last_state(session) == ("failed", "Why?")
    assert str(error) == session.store.history(HERE)[0].problem


@pytest.mark.parametrize(
    ("wish", "finish", "state"),
    [("length", "length", "partial"), ("filter", "content_filter", "partial"), ("refuse", "refusal", "partial")],
)
@pytest.mark.parametrize("model", MODELS)
def test_an_answer_that_is_not_whole_says_how_it_ended(
    session: Session, model: str, wish: str, finish: str, state: str
) -> None:
    answer = session.ask(question(f"Why?\nrehearse: {wish}", model=model)).result(10)
    assert (finish, False) == (answer.finish, answer.complete)
    assert answer.text
    assert state == last_state(session)[0]


def test_an_answer_without_the_end_mark_of_the_stream_is_whole(session: Session) -> None:
    assert session.ask(question("Why?\nrehearse: nodone")).result(10).complete


def test_an_address_that_a_key_must_not_be_sent_to_is_refused(make_session: MakeSession) -> None:
    session = make_session(pointed_at("http://127.0.0.1.evil.invalid"), model="segmind:o3")
    assert "http:// is allowed for this machine only" in str(fail(session, "Why?"))

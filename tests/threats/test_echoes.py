"""Threats 23 and 28: what a server says, which may be anything: the key of the request, or half a character."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from nbreason.core.events import Answer
from nbreason.errors import NBReasonError
from nbreason.notebook.notebook import notebook_of
from tests.conftest import MakeSession, Scripted, Shell, http, pointed_at, question
from tests.threats.canary import holding, needles

KEY = 'qwertz/unshaped+"key".4711'
HIDDEN = "<key from AIMLAPI_API_KEY>"
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
SPELLINGS = [
    KEY,
    ESCAPED,
    json.dumps(KEY),
    quote(KEY, safe=""),
    quote(quote(KEY, safe=""), safe=""),
    *(b64encode(b"user"[:size] + b":" + KEY.encode()).decode() for size in range(3)),
]
Serve = Callable[..., Scripted]


def shows_key(text: str) -> bool:
    """Whether a text holds the key, or the first half of it, in any of these spellings."""
    halves = [spelling[: len(spelling) * 2 // 3] for spelling in SPELLINGS]
    return any(half in text for half in halves) or any(needle.decode() in text for needle in needles(KEY))


def stream(deltas: Iterable[str], **more: Any) -> bytes:
    """A streamed answer in these pieces."""
    chunks = [{"choices": [{"delta": {"content": text}}], **more} for text in deltas]
    end = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in (*chunks, end)) + "data: [DONE]\n\n"
    return http("200 OK", body.encode(), "Content-Type: text/event-stream")


def asked(make_session: MakeSession, serve: Serve, reply: bytes) -> Answer:
    """The answer of AI/ML API, which replies so."""
    session = make_session({**pointed_at(serve(reply).url), "AIMLAPI_API_KEY": KEY}, model="aimlapi:o3")
    return session.ask(question("why?")).result(10)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_threat_23_a_key_in_an_error_is_hidden_however_it_is_spelled(
    make_session: MakeSession, serve: Serve, spelling: str
) -> None:
    for status in ("401 No", "500 Oh"):
        for body in (f"No {spelling}", json.dumps({"error": {"message": f"{'x' * 170} {spelling}"}})):
            with pytest.raises(NBReasonError) as caught:
                asked(make_session, serve, http(status, body.encode()))
            assert not shows_key(str(caught.value))
            assert "key from AIML" in str(caught.value)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_threat_23_a_key_in_an_answer_is_kept_nowhere(
    make_session: MakeSession, serve: Serve, tmp_path: Path, spelling: str
) -> None:
    whole = {"model": spelling, "choices": [{"message": {"content": f"It is {spelling}."}, "finish_reason": "stop"}]}
    head = f"X-Request-Id: {quote(spelling)}"
    for reply in (http("200 OK", json.dumps(whole).encode(), head), stream([f"It is {spelling}."], model=spelling)):
        answer = asked(make_session, serve, reply)
        assert not shows_key(repr(answer))
        assert HIDDEN in answer.text
        assert "key from" in str(answer.reported_model)
    assert holding(tmp_path, KEY) == []


@pytest.mark.parametrize("size", [1, 5, 13])
def test_threat_23_a_key_that_comes_in_pieces_is_hidden_and_the_rest_is_whole(
    make_session: MakeSession, serve: Serve, size: int
) -> None:
    text = f"q, qw, {KEY} and {KEY[:9]}"
    answer = asked(make_session, serve, stream(text[at : at + size] for at in range(0, len(text), size)))
    assert answer.text == text.replace(KEY, HIDDEN)


@pytest.mark.parametrize("reply", [http("401 No", f"No: {KEY}".encode()), http("200 OK", f"<p>{KEY}".encode())])
def test_threat_23_credits_show_no_key(
    shell: Shell, serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reply: bytes
) -> None:
    monkeypatch.setenv("NBREASON_SEGMIND_URL", serve(reply).url)
    for key in (KEY, "short-key"):
        monkeypatch.setenv("SEGMIND_API_KEY", key)
        shell.run("%nbreason credits segmind")
        assert key not in capsys.readouterr().out


def test_threat_28_half_a_character_is_replaced_and_halves_of_two_pieces_are_joined(
    make_session: MakeSession, serve: Serve
) -> None:
    answer = asked(make_session, serve, stream(["a\ud83d", "\ude00b", "\ud83d", "c\ude00", "\ud83d"], model="o3\ud83d"))
    assert answer.text == "a\U0001f600b\ufffdc\ufffd\ufffd"
    assert answer.reported_model == "o3\ufffd"


def test_threat_28_half_a_character_is_shown_in_a_notebook(
    shell: Shell, serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NBREASON_AIMLAPI_URL", serve(stream(["well \ud83d", " ", "\udfff."])).url)
    monkeypatch.setenv("AIMLAPI_API_KEY", KEY)
    shell.run("%reason -m aimlapi:o3 Why?")
    assert "well \ufffd \ufffd." in capsys.readouterr().out
    assert notebook_of(shell.shell).session.store.place_in_words

"""A reply that was paid for and that nobody can read as an answer is shown as it came, marked, and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nbreason.asking.session import Session
from nbreason.core.events import Answer
from nbreason.errors import InvalidResponse
from nbreason.render.bundle import answer_bundle
from tests.conftest import DUMMY_KEY, HERE, MakeSession, Scripted, Shell, http, pointed_at, question

Serve = Callable[..., Scripted]
GEMINI = {"candidates": [{"content": {"parts": [{"text": "Two groups."}], "role": "model"}, "finishReason": "STOP"}]}
SHAPES = {
    "Gemini's": json.dumps(GEMINI),
    "a bare output": '{"output": "Two groups.", "model": "o3"}',
    "a list": '["Two groups."]',
    "plain text": "Two groups.",
    "a stream of Gemini's": f"data: {json.dumps(GEMINI)}\n\n",
}


def lost(session: Session, **more: str) -> Answer:
    """What had arrived when an ask failed."""
    with pytest.raises(InvalidResponse, match="may have been billed") as caught:
        session.ask(question("Why?", **more)).result(10)
    assert "\n" not in str(caught.value)
    assert caught.value.partial is not None
    return caught.value.partial


@pytest.mark.parametrize("model", ["segmind:o3", "aimlapi:o3", "aimlapi-responses:o3"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_paid_reply_of_unknown_shape_is_kept_with_its_question_and_is_no_answer(
    make_session: MakeSession, serve: Serve, model: str, shape: str
) -> None:
    server = serve(http("200 OK", SHAPES[shape].encode(), "Content-Type: application/json"))
    session = make_session(pointed_at(server.url), model=model)
    assert "Two groups." in lost(session, owner="a/0").raw
    (record,) = session.store.history(HERE)
    assert record.answer is not None
    assert (record.state, record.answer.text, record.answer.raw) == ("partial", "", SHAPES[shape].strip())
    assert session.store.turns_before(HERE) == []
    assert sum(request.startswith(b"POST") for request in server.requests) == 1


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Log in</title>", b"", b"  "])
def test_of_a_web_page_and_of_nothing_nothing_is_kept(make_session: MakeSession, serve: Serve, body: bytes) -> None:
    session = make_session(pointed_at(serve(http("200 OK", body)).url), model="segmind:o3")
    with pytest.raises(InvalidResponse) as caught:
        session.ask(question("Why?")).result(10)
    assert caught.value.partial is None
    assert session.store.history(HERE)[0].state == "failed"


def test_threat_38_what_is_kept_is_bounded_without_key_or_escapes(make_session: MakeSession, serve: Serve) -> None:
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in DUMMY_KEY)
    text = (
        f"\x1b]0;title\x07\u202e<script>alert(1)</script> {DUMMY_KEY[:4]}\u202e{DUMMY_KEY[4:]} {hidden} {'x' * 300_000}"
    )
    session = make_session(pointed_at(serve(http("200 OK", text.encode())).url), model="segmind:o3")
    answer = lost(session)
    assert len(answer.raw) == 64 * 1024
    assert "\x1b" not in answer.raw
    assert DUMMY_KEY not in answer.raw
    assert hidden not in answer.raw
    bundle = answer_bundle(answer)
    assert "<script" not in bundle.data["text/html"]
    assert len(bundle.data["text/html"]) < 4_000
    assert "65,536 characters" in bundle.data["text/plain"]


def test_history_marks_it_and_an_export_shows_all_of_it(
    shell: Shell, serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBREASON_REHEARSAL_URL", serve(http("200 OK", SHAPES["Gemini's"].encode())).url)
    with pytest.raises(InvalidResponse):
        shell.run("%reason Why?")
    out = capsys.readouterr().out
    assert '"text": "Two groups."' in out
    assert "reply in an unknown format" in out
    shell.run("%nbreason history")
    assert "reply in an unknown format" in capsys.readouterr().out
    shell.run(f"%nbreason export {tmp_path}/talk.md")
    assert f"```\n{SHAPES['Gemini' + chr(39) + 's']}\n```" in (tmp_path / "talk.md").read_text()

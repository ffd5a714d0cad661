"""Tools that the client would have to run are refused; the pages that an answer cites become a list of links."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbreason.core.citations import Citation, footnotes
from nbreason.core.events import Answer
from nbreason.core.tools import check_tools
from nbreason.core.usage import Usage
from nbreason.errors import Refused
from nbreason.rehearsal import Rehearsal
from nbreason.render.bundle import answer_bundle
from nbreason.render.line import static_line
from nbreason.store.codec import answer_from_json, answer_to_json
from tests.conftest import DUMMY_KEY, MakeSession, Scripted, Shell, http, pointed_at, question

Serve = Callable[..., Scripted]
URL, TITLE = "https://example.org/peaks", "Peaks"
CHAT = {"type": "url_citation", "url_citation": {"start_index": 0, "end_index": 2, "url": URL, "title": TITLE}}
FLAT = {"type": "url_citation", "start_index": 0, "end_index": 2, "url": URL, "title": TITLE}
USAGE = {"prompt_tokens": 1204, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 900}}
INPUT = {"input_tokens": 1204, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 900}}
OUTPUT = [{"type": "message", "content": [{"type": "output_text", "text": "Two.", "annotations": [FLAT]}]}]
COMPLETED = {"id": "resp_1", "model": "o3", "status": "completed", "output": OUTPUT, "usage": INPUT}


def events(*bodies: Any) -> bytes:
    return "".join(f"data: {json.dumps(body)}\n\n" for body in bodies).encode()


def choice(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"id": "resp_1", "model": "o3", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


REPLIES = {
    "segmind:o3": {
        "id": "resp_1",
        "model": "o3",
        "usage": USAGE,
        "choices": [{"message": {"content": "Two.", "annotations": [CHAT, CHAT]}, "finish_reason": "stop"}],
    },
    "aimlapi:o3": events(
        choice(content="Two."), choice(annotations=[CHAT]), choice("stop"), {"choices": [], "usage": USAGE}
    ),
    "aimlapi-responses:o3": events(
        {"type": "response.output_text.delta", "delta": "Two."},
        {"type": "response.output_text.annotation.added", "annotation": FLAT},
        {"type": "response.completed", "response": COMPLETED},
    ),
    "aimlapi-responses:o4-mini": COMPLETED,
}


def asked(make_session: MakeSession, serve: Serve, model: str, reply: Any) -> Answer:
    body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    session = make_session(pointed_at(serve(http("200 OK", body)).url), model=model)
    return session.ask(question("Why?")).result(10)


@pytest.mark.parametrize("model", REPLIES)
def test_citations_the_id_and_cached_tokens_of_a_reply_are_on_the_answer(
    make_session: MakeSession, serve: Serve, model: str
) -> None:
    answer = asked(make_session, serve, model, REPLIES[model])
    assert (answer.text, answer.citations, answer.response_id) == ("Two.", (Citation(URL, TITLE),), "resp_1")
    assert answer.usage == Usage(1204, 3, cached=900)
    assert "1,204 tokens in (900 cached), 3 out" in static_line(answer)
    assert answer_from_json(answer_to_json(answer)) == answer
    page = answer_bundle(answer).data["text/html"]
    assert f'<a href="{URL}" rel="noopener noreferrer nofollow" target="_blank">{TITLE}</a>' in page
    assert '<span class="nbr-host"> (example.org)</span>' in page


def test_an_answer_without_cached_tokens_is_stored_as_earlier_versions_read_it() -> None:
    assert set(json.loads(answer_to_json(Answer("Two.")))["usage"]) == {"input", "output", "reasoning"}


def test_threat_38_sources_of_a_hostile_reply_are_cleaned_like_the_links_of_an_answer(
    make_session: MakeSession, serve: Serve
) -> None:
    hostile = [
        {"url": "javascript:alert(1)", "title": "a"},
        {"url": "https://evil.example/?q=)![](https://evil.example/x", "title": "](https://evil.example) ![x](y)\n# b"},
        {"url": f"https://example.org/{DUMMY_KEY}", "title": DUMMY_KEY},
        {"url": "https://example.org/" + "x" * 5_000, "title": "long"},
        {"url": 7, "title": None},
        *({"url": f"https://example.org/{number}", "title": "t" * 5_000} for number in range(1000)),
    ]
    content = {"content": "Two.", "annotations": [{"type": "url_citation", "url_citation": page} for page in hostile]}
    reply = {"choices": [{"message": content, "finish_reason": "stop"}]}
    answer = asked(make_session, serve, "segmind:o3", reply)
    html = answer_bundle(answer).data["text/html"]
    assert len(answer.citations) == 100
    assert len(footnotes(answer.citations)) < 30_000
    assert DUMMY_KEY not in repr(answer)
    assert "javascript:" not in html
    assert "<img" not in html
    assert "<h1" not in html
    assert "x" * 3_000 not in html
    assert 'href="https://evil.example"' not in html


def test_sources_are_listed_in_the_notebook_and_in_exports(
    shell: Shell, serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(http("200 OK", REPLIES["aimlapi:o3"]))
    monkeypatch.setenv("NBREASON_REHEARSAL_URL", server.url)
    shell.run("%reason Why?")
    assert f"Sources:\n\n1. \x1b[4m{TITLE}\x1b[0m ({URL})\n\nrehearsal:o3 · " in capsys.readouterr().out
    shell.run(f"%nbreason export {tmp_path}/talk.md")
    assert f"1. [{TITLE}]({URL})" in (tmp_path / "talk.md").read_text()


@pytest.mark.parametrize("kind", ["function", "custom", "computer_use_preview", "local_shell"])
def test_tools_that_nbreason_would_have_to_run_are_refused(shell: Shell, rehearsal: Rehearsal, kind: str) -> None:
    with pytest.raises(Refused, match=f"rehearsal:o3 cannot be given the tool type '{kind}'.* Nothing was sent"):
        shell.run(f'%reason --param tools=[{{"type":"web_search"}},{{"type":"{kind}"}}] Why?')
    assert rehearsal.posts == 0


@pytest.mark.parametrize("tools", ['"function"', "[7]", "[{}]", '[{"type":null}]', "{}"])
def test_what_is_no_list_of_tools_is_refused(tools: str) -> None:
    with pytest.raises(Refused, match="is a list such as"):
        check_tools("a:b", {"tools": json.loads(tools)})


@pytest.mark.parametrize("kind", ["web_search", "web_search_preview", "openrouter:web_search", "file_search", "mcp"])
def test_tools_of_the_provider_pass(shell: Shell, rehearsal: Rehearsal, kind: str) -> None:
    shell.run(f'%reason --param tools=[{{"type":"{kind}"}}] Why?')
    assert rehearsal.bodies[-1]["tools"] == [{"type": kind}]


def test_a_previous_response_can_be_named_where_the_wire_has_that(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run(f"%config NBReason.endpoints = {{'rehearsal': {{'url': '{rehearsal.url}', 'wire': 'responses'}}}}")
    with pytest.raises(Exception, match="Previous response with id 'resp_1' not found"):
        shell.run('%reason --param previous_response_id="resp_1" --param store=true --alone Why?')
    assert (rehearsal.bodies[-1]["previous_response_id"], rehearsal.bodies[-1]["store"]) == ("resp_1", True)
    shell.run("%config NBReason.endpoints = {}")
    with pytest.raises(Refused, match="has no parameter 'previous_response_id'"):
        shell.run('%reason --param previous_response_id="resp_1" Why?')

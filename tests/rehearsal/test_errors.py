"""Every documented error, in the envelope of the provider whose endpoint it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from nbreason.rehearsal import Rehearsal

from .conftest import MakeServer, chat, data_uri, image_part, png, responses, said, segmind, send, user

CODES = (400, 401, 402, 403, 404, 405, 406, 410, 429, 500, 502, 503, 504)
FLAT = {"message", "path", "requestId", "statusCode", "timestamp"}
PROBLEM = {"title", "status", "message", "instance", "requestId", "error"}


@pytest.mark.parametrize("status", CODES)
def test_segmind_errors_have_segminds_envelope(server: Rehearsal, status: int) -> None:
    got = segmind(server, f"a\nrehearse: error {status}")
    assert got.status == status
    if status in (405, 502, 504):
        assert got.headers["content-type"].startswith("text/html")
        assert b"<h1>" in got.body
    elif status in (401, 403):
        assert set(got.json) == {"error", "error_description", "status_code"}
        assert got.json["status_code"] == status
    else:
        assert set(got.json) == {"error"}
    assert got.headers.get("retry-after") == ("1" if status == 503 else None)
    assert "x-remaining-credits" not in got.headers


@pytest.mark.parametrize("status", CODES)
@pytest.mark.parametrize("ask", [chat, responses])
def test_aimlapi_errors_have_the_flat_envelope(server: Rehearsal, status: int, ask: Any) -> None:
    got = ask(server, f"a\nrehearse: error {status}")
    assert got.status == status
    if status in (405, 502, 504):
        assert got.headers["content-type"].startswith("text/html")
    else:
        assert set(got.json) == FLAT
        assert got.json["statusCode"] == status
        assert got.json["path"] in ("/v1/chat/completions", "/v1/responses")
    assert got.headers.get("retry-after") == ("1" if status == 503 else None)


def test_the_other_envelopes_come_on_request(server: Rehearsal) -> None:
    problem = chat(server, "a\nrehearse: error 400 problem")
    assert problem.headers["content-type"] == "application/problem+json"
    assert set(problem.json) == PROBLEM
    assert set(problem.json["error"]) == {"name", "message"}
    theirs = chat(server, "a\nrehearse: error 429 openai").json
    assert set(theirs["error"]) == {"message", "type", "param", "code"}
    assert theirs["error"]["type"] == "rate_limit_error"
    hidden = chat(server, "a\nrehearse: error 402 midway")
    assert (hidden.status, set(hidden.json)) == (200, {"error"})


@pytest.mark.parametrize("path", ["/v1/get-user-credits", "/v2/billing", "/api/v1/key"])
def test_balance_endpoints_fail_on_request_too(server: Rehearsal, path: str) -> None:
    assert send(server, "GET", f"{path}?rehearse=error+500").status == 500
    keys = {"x-api-key": "k", "Authorization": "Bearer k"}
    assert send(server, "GET", path, headers={**keys, "x-rehearse": "error 403"}).status == 403


def test_directives_come_by_header_query_and_message(server: Rehearsal) -> None:
    body = {"model": "o3", "messages": user("a")}
    keys = {"Authorization": "Bearer k", "x-rehearse": "error 429"}
    assert send(server, "POST", "/v1/chat/completions", body, keys).status == 429
    assert send(server, "POST", "/v1/chat/completions?rehearse=error%20410", body).status == 410
    assert chat(server, "a\n  rehearse: error 404, slow 0").status == 404


def test_only_the_last_user_message_directs(server: Rehearsal) -> None:
    messages = [*user("rehearse: error 500"), {"role": "assistant", "content": "x"}, *user("and now?")]
    assert send(server, "POST", "/v1/o3", {"messages": messages}).status == 200


def test_a_directive_quoted_inside_attached_data_is_no_directive(server: Rehearsal) -> None:
    text = 'Why?\n<data name="In[3]" kind="cell">\nrehearse: error 500\n</data>'
    assert segmind(server, text).status == 200
    assert segmind(server, text + "\nrehearse: error 429").status == 429


@pytest.mark.parametrize(
    "wrong",
    ["bogus", "error", "error 418", "error 500 twice", "slow", "slow -1", "slow nan", "pace x", "html 3"],
)
def test_an_unknown_directive_is_refused_and_names_those_that_exist(server: Rehearsal, wrong: str) -> None:
    got = chat(server, f"a\nrehearse: {wrong}")
    assert got.status == 400
    assert wrong in got.json["message"]
    assert "error CODE" in got.json["message"]
    assert "echo" in got.json["message"]


def test_once_fails_the_first_time_only(server: Rehearsal) -> None:
    statuses = [chat(server, "a\nrehearse: error 503 once").status for _ in range(3)]
    assert statuses == [503, 200, 503]


def test_a_login_page_comes_with_status_200(server: Rehearsal) -> None:
    for got in (segmind(server, "a\nrehearse: html"), chat(server, "a\nrehearse: html", stream=True)):
        assert (got.status, got.headers["content-type"][:9]) == (200, "text/html")
        assert b"Log in" in got.body
    assert server.credits == 100


def test_nostream_refuses_streamed_requests_only(server: Rehearsal) -> None:
    got = chat(server, "a\nrehearse: nostream", stream=True)
    assert got.status == 400
    assert (got.json["error"]["param"], got.json["error"]["code"]) == ("stream", "unsupported_value")
    assert chat(server, "a\nrehearse: nostream").status == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/o3", {}, 401),
        ("/v1/o3", {"x-api-key": ""}, 401),
        ("/v1/o3", {"Authorization": "Bearer k"}, 401),
        ("/v1/o3", {"x-api-key": "k"}, 200),
        ("/v1/o1-preview", {"Authorization": "Bearer k"}, 200),
        ("/v1/o1-preview", {"Authorization": "Bearer "}, 401),
        ("/v1/chat/completions", {}, 401),
        ("/v1/chat/completions", {"x-api-key": "k"}, 401),
        ("/v1/chat/completions", {"Authorization": "k"}, 401),
        ("/v1/chat/completions", {"Authorization": "Bearer "}, 401),
        ("/v1/chat/completions", {"Authorization": "Bearer k"}, 200),
        ("/v1/responses", {}, 401),
        ("/v1/responses", {"Authorization": "Bearer k"}, 200),
    ],
)
def test_each_provider_wants_its_own_kind_of_key(
    server: Rehearsal, path: str, headers: dict[str, str], status: int
) -> None:
    body = {"model": "o3", "messages": user("a"), "input": "a"}
    assert send(server, "POST", path, body, headers).status == status


def test_unknown_models_slugs_and_paths_are_404(server: Rehearsal) -> None:
    assert segmind(server, "a", slug="o9").json.keys() == {"error"}
    assert segmind(server, "a", slug="o9").status == 404
    assert segmind(server, "a", slug="openai%2Fo3").status == 404
    assert chat(server, "a", model="openai/o9").status == 404
    assert responses(server, "a", model="o9").status == 404
    assert set(send(server, "GET", "/nothing/here").json) == FLAT
    assert send(server, "POST", "/v1/", {}).status == 404


@pytest.mark.parametrize("model", ["o3", "openai/o3-2025-04-16", "openai/o3", "o3-2025-04-16", "o3:free"])
def test_any_id_that_ends_in_a_known_model_is_that_model(server: Rehearsal, model: str) -> None:
    got = chat(server, "a", model=model)
    assert (got.status, got.json["model"]) == (200, "o3-2025-04-16")


def test_more_model_names_can_be_made_known(serve: MakeServer) -> None:
    assert chat(serve(models=["qwen3-vl"]), "a", model="qwen3-vl").status == 200
    assert chat(serve(), "a", model="qwen3-vl").status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/o3"), ("PUT", "/v1/chat/completions"), ("POST", "/v2/billing"), ("DELETE", "/v1/models")],
)
def test_a_wrong_method_gets_an_html_405(server: Rehearsal, method: str, path: str) -> None:
    got = send(server, method, path)
    assert (got.status, got.headers["content-type"][:9]) == (405, "text/html")
    assert got.headers["allow"] == ("GET" if method in ("POST", "DELETE") else "POST")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"", b'"text"', b"[" * 200_000])
@pytest.mark.parametrize("path", ["/v1/o3", "/v1/chat/completions", "/v1/responses"])
def test_malformed_json_is_refused(server: Rehearsal, path: str, body: bytes) -> None:
    got = send(server, "POST", path, body)
    assert got.status == 400
    assert "JSON" in str(got.json)


SMALL = data_uri(png(4, 4))
WRONG_CHATS: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "empty array"),
    ({"messages": None}, "Missing required parameter"),
    ({"messages": "a"}, "expected an array"),
    ({"messages": ["a"]}, "expected an object"),
    ({"messages": [{"role": "robot", "content": "a"}]}, "'robot'"),
    ({"messages": [{"role": "user"}]}, "messages[0].content"),
    ({"messages": user([])}, "messages[0].content"),
    ({"messages": user([{"type": "input_text", "text": "a"}])}, "'input_text'"),
    ({"messages": user([{"type": "text", "text": 3}])}, "expected a string"),
    ({"messages": user([{"type": "image_url", "image_url": SMALL}])}, "expected an object"),
    ({"messages": user([image_part("data:image/png;base64,!!!")])}, "base64"),
    ({"messages": user([image_part(data_uri(b"not an image"))])}, "unsupported image"),
    ({"messages": user([image_part("file:///etc/hostname")])}, "https URL"),
    ({"messages": user([image_part(SMALL, detail="huge")])}, "'huge'"),
    ({"messages": [{"role": "system", "content": "a", "id": 1}, *user("a")]}, "'id'"),
    ({"messages": [{"role": r, "content": "a"} for r in ("system", "developer", "user")]}, "not both"),
    ({"model": None}, "model"),
    ({"temperature": 0.2}, "Unsupported parameter: 'temperature' is not supported with this model."),
    ({"top_p": 1}, "Unsupported parameter: 'top_p'"),
    ({"presence_penalty": 1}, "presence_penalty"),
    ({"reasoning_effort": "extreme"}, "'extreme'"),
    ({"reasoning_effort": 3}, "expected a string"),
    ({"max_completion_tokens": 0}, "below minimum"),
    ({"max_completion_tokens": "9"}, "expected an integer"),
    ({"stream": "yes"}, "expected a boolean"),
    ({"stream_options": {"include_usage": True}}, "only allowed when 'stream' is enabled"),
    ({"response_format": {"type": "json_object"}}, "must contain the word 'json'"),
    ({"response_format": {"type": "yaml"}}, "response_format"),
    ({"model": "o3-mini", "messages": user([image_part(SMALL)])}, "image_url is only supported by"),
    ({"model": "o1-preview", "messages": [{"role": "system", "content": "a"}]}, "'system'"),
    ({"model": "o1-preview", "messages": user([{"type": "text", "text": "a"}])}, "takes a string"),
    ({"model": "o1-preview", "reasoning_effort": "low"}, "reasoning_effort"),
]


@pytest.mark.parametrize(("fields", "why"), WRONG_CHATS, ids=[why for _, why in WRONG_CHATS])
def test_chat_refuses_what_the_providers_refuse(server: Rehearsal, fields: dict[str, Any], why: str) -> None:
    body = {"model": "o3", "messages": user("a"), **fields}
    got = send(server, "POST", "/v1/chat/completions", body)
    assert got.status == 400
    assert why in got.json["message"]
    assert server.credits == 100


WRONG_RESPONSES: list[tuple[dict[str, Any], str]] = [
    ({"input": None}, "Missing required parameter: 'input'"),
    ({"input": []}, "empty array"),
    ({"max_output_tokens": 15}, ">= 16, got 15"),
    ({"reasoning": {"effort": "max"}}, "'max'"),
    ({"reasoning": {"summary": "long"}}, "'long'"),
    ({"reasoning": "high"}, "expected an object"),
    ({"temperature": 1}, "temperature"),
    ({"model": "o1-preview"}, "Responses endpoint"),
    ({"previous_response_id": "resp_1"}, "'resp_1' not found"),
    ({"input": user([{"type": "text", "text": "a"}])}, "'text'"),
    ({"input": user([{"type": "input_image", "image_url": {"url": SMALL}}])}, "expected a string"),
    ({"input": [{"type": "surprise"}]}, "'surprise'"),
    ({"model": "o3-mini", "input": user([{"type": "input_image", "image_url": SMALL}])}, "image_url"),
]


@pytest.mark.parametrize(("fields", "why"), WRONG_RESPONSES, ids=[why for _, why in WRONG_RESPONSES])
def test_responses_refuses_what_the_providers_refuse(server: Rehearsal, fields: dict[str, Any], why: str) -> None:
    got = send(server, "POST", "/v1/responses", {"model": "o3", "input": "a", **fields})
    assert got.status == 400
    assert why in got.json["message"]


def test_segmind_refuses_what_it_does_not_take(server: Rehearsal) -> None:
    developer = [{"role": "developer", "content": "a"}, *user("a")]
    assert "'developer'" in send(server, "POST", "/v1/o3", {"messages": developer}).json["error"]
    six = [image_part(SMALL)] * 6
    assert "at most 5" in segmind(server, six).json["error"]
    assert segmind(server, six[:5]).status == 200
    large = image_part(data_uri(png(4, 4, 10_000_001)))
    assert "10 MB" in segmind(server, [large]).json["error"]
    assert segmind(server, [image_part(SMALL)], slug="o3-mini").status == 400
    keys = {"x-api-key": "k", "Content-Type": "text/plain"}
    got = send(server, "POST", "/v1/o3", {"messages": user("a")}, keys)
    assert (got.status, "content type" in got.json["error"]) == (406, True)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_both_token_caps_count_on_chat(server: Rehearsal, field: str) -> None:
    got = chat(server, "a", **{field: 150})
    assert got.json["choices"][0]["finish_reason"] == "length"
    assert got.json["usage"]["completion_tokens"] == 150
    assert len(said(got)) == (150 - 128) * 4


def test_no_credits_left_is_each_providers_own_error(serve: MakeServer) -> None:
    poor = serve(credits=0.01)
    assert segmind(poor, "a").status == 406
    assert "Not enough credits" in segmind(poor, "a").json["error"]
    assert (chat(poor, "a").status, responses(poor, "a").status) == (403, 403)
    assert poor.credits == 0.01


def test_a_fault_of_the_server_itself_is_an_answer(server: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbreason.rehearsal.report.compose", lambda *_, **__: 1 / 0)
    got = segmind(server, "a")
    assert got.status == 500
    assert "rehearsal server itself failed: ZeroDivisionError" in got.json["error"]

"""The official openai SDK, an independent client, gets answers and errors from the rehearsal server."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import openai
import pytest
from openai.types.responses import Response, ResponseCompletedEvent, ResponseInputItemParam

from nbreason.rehearsal import Rehearsal

from .conftest import MakeServer, chat, data_uri, events, image_part, png, responses, said, sdk, user

OPENING = "**This is the rehearsal server: no model was asked"


def test_chat_gives_a_whole_answer(server: Rehearsal) -> None:
    answer = sdk(server).chat.completions.create(model="o3", messages=user("Why?"))
    assert answer.choices[0].message.content.startswith(OPENING)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens_details.reasoning_tokens == 128
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_chat_streams_the_same_text_as_the_whole_answer(server: Rehearsal) -> None:
    ask: dict[str, Any] = {"model": "openai/o3-2025-04-16", "messages": user("Why ∑ 🜁?")}
    whole = sdk(server).chat.completions.create(**ask)
    chunks = list(sdk(server).chat.completions.create(**ask, stream=True, stream_options={"include_usage": True}))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    pieces = [delta.content for delta in deltas if delta.content]
    assert deltas[0].role == "assistant"
    assert "".join(pieces) == whole.choices[0].message.content
    assert len(pieces) > 20
    assert all(12 <= len(piece) <= 40 for piece in pieces[:-1])
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert chunks[-1].model_extra["meta"]["usage"] == whole.model_extra["meta"]["usage"]
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_chat_stream_without_include_usage_has_no_usage(server: Rehearsal) -> None:
    chunks = list(sdk(server).chat.completions.create(model="o3", messages=user("a"), stream=True))
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra["meta"]["usage"]["credits_used"] > 0


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_text_comes_only_when_asked_for(server: Rehearsal, field: str) -> None:
    def thoughts(text: str) -> str:
        stream = sdk(server).chat.completions.create(model="o3", messages=user(text), stream=True)
        deltas = [chunk.choices[0].delta.model_extra for chunk in stream if chunk.choices]
        return "".join(extra.get(field) or "" for extra in deltas)

    directive = "think" if field == "reasoning_content" else "think reasoning"
    assert thoughts("why?") == ""
    assert thoughts(f"why?\nrehearse: {directive}").startswith("This is rehearsed reasoning text.")


def test_responses_gives_a_whole_answer(server: Rehearsal) -> None:
    answer = sdk(server).responses.create(
        model="o3", input="Why?", instructions="Be brief.", reasoning={"effort": "high"}
    )
    assert answer.output_text.startswith(OPENING)
    assert "Be brief." in answer.output_text
    assert answer.usage.output_tokens_details.reasoning_tokens == 256
    assert answer.instructions == "Be brief."


def test_responses_streams_typed_events_in_order(server: Rehearsal) -> None:
    stream = list(sdk(server).responses.create(model="o3", input="Why?", stream=True))
    kinds = list(dict.fromkeys(event.type for event in stream))
    assert [event.sequence_number for event in stream] == list(range(len(stream)))
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.completed",
    ]
    text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
    assert text.startswith(OPENING)
    assert stream[-1].response.output_text == text
    assert stream[-1].response.status == "completed"
    assert stream[-1].response.usage.output_tokens > 128


def test_responses_stream_helper_of_the_sdk_accumulates_the_answer(server: Rehearsal) -> None:
    with sdk(server).responses.stream(model="o3", input="Why?") as stream:
        final = stream.get_final_response()
    assert final.output_text.startswith(OPENING)


def test_chat_stream_helper_of_the_sdk_accumulates_the_answer(server: Rehearsal) -> None:
    with sdk(server).chat.completions.stream(model="o3", messages=user("Why?")) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content.startswith(OPENING)


def test_responses_streams_a_reasoning_summary_when_one_is_asked_for(server: Rehearsal) -> None:
    stream = list(sdk(server).responses.create(model="o3", input="a", reasoning={"summary": "auto"}, stream=True))
    deltas = [event.delta for event in stream if event.type == "response.reasoning_summary_text.delta"]
    assert "".join(deltas) == stream[-1].response.output[0].summary[0].text
    assert deltas[0].startswith("This is rehearsed reasoning text.")


def test_responses_takes_items_with_text_and_images(server: Rehearsal) -> None:
    content = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": data_uri(png(320, 200))},
    ]
    answer = sdk(server).responses.create(model="o4-mini", input=user(content))
    assert "320 x 200 pixels" in answer.output_text


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (402, openai.APIStatusError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (405, openai.APIStatusError),
        (406, openai.APIStatusError),
        (410, openai.APIStatusError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (502, openai.InternalServerError),
        (503, openai.InternalServerError),
        (504, openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("wire", ["chat", "responses"])
@pytest.mark.parametrize("stream", [False, True])
def test_documented_errors_become_the_sdks_exceptions(
    server: Rehearsal, status: int, error: type[openai.APIStatusError], wire: str, stream: bool
) -> None:
    client = sdk(server, **{"x-rehearse": f"error {status}"})
    ask: dict[str, Any] = {"model": "o3", "stream": stream}
    ask |= {"messages": user("a")} if wire == "chat" else {"input": "a"}
    create: Any = client.chat.completions.create if wire == "chat" else client.responses.create
    with pytest.raises(error) as caught:
        create(**ask)
    assert caught.value.status_code == status
    assert server.posts == 1


def test_an_error_inside_a_stream_is_raised_after_some_text(server: Rehearsal) -> None:
    ask = user("a\nrehearse: error 500 midway")
    stream = sdk(server).chat.completions.create(model="o3", messages=ask, stream=True)
    assert [next(stream).choices[0].finish_reason for _ in range(5)] == [None] * 5
    with pytest.raises(openai.APIError, match="rehearsed"):
        list(stream)


def test_an_error_inside_a_responses_stream_is_an_error_event(server: Rehearsal) -> None:
    stream = events(responses(server, "a\nrehearse: error 429 midway", stream=True).body)
    kinds = [event["type"] for event in stream]
    assert set(stream[-1]) == {"type", "code", "message", "param", "sequence_number"}
    assert kinds[-1] == "error"
    assert "response.output_text.delta" in kinds
    assert "response.completed" not in kinds


def test_a_missing_key_is_an_authentication_error(server: Rehearsal) -> None:
    client = sdk(server, Authorization="")
    with pytest.raises(openai.AuthenticationError):
        client.chat.completions.create(model="o3", messages=user("a"))


def test_truncation_refusal_and_filter_are_told_apart(server: Rehearsal) -> None:
    def ask(text: str, **more: Any) -> Any:
        return sdk(server).chat.completions.create(model="o3", messages=user(text), **more).choices[0]

    cut = ask("a", max_completion_tokens=200)
    assert (cut.finish_reason, len(cut.message.content)) == ("length", (200 - 128) * 4)
    none = ask("a", max_completion_tokens=100)
    assert (none.finish_reason, none.message.content) == ("length", "")
    refused = ask("a\nrehearse: refuse")
    assert refused.message.content is None
    assert refused.message.refusal.startswith("I can't help with that.")
    assert ask("a\nrehearse: filter").finish_reason == "content_filter"
    assert ask("a\nrehearse: length").finish_reason == "length"
    assert ask("a\nrehearse: empty").message.content == ""


@pytest.mark.parametrize(("directive", "reason"), [("length", "max_output_tokens"), ("filter", "content_filter")])
def test_incomplete_responses_say_why(server: Rehearsal, directive: str, reason: str) -> None:
    client = sdk(server, **{"x-rehearse": directive})
    whole = client.responses.create(model="o3", input="a")
    last = list(client.responses.create(model="o3", input="a", stream=True))[-1]
    assert last.type == "response.incomplete"
    assert [whole.status, last.response.status] == ["incomplete", "incomplete"]
    assert whole.incomplete_details.reason == last.response.incomplete_details.reason == reason


def test_a_refusal_streams_on_both_wires(server: Rehearsal) -> None:
    client = sdk(server, **{"x-rehearse": "refuse"})
    stream = client.chat.completions.create(model="o3", messages=user("a"), stream=True)
    text = "".join(chunk.choices[0].delta.refusal or "" for chunk in stream if chunk.choices)
    typed = list(client.responses.create(model="o3", input="a", stream=True))
    assert text.startswith("I can't help")
    assert text == "".join(event.delta for event in typed if event.type == "response.refusal.delta")


def test_a_pydantic_like_schema_gives_json_that_fits(server: Rehearsal) -> None:
    schema = {
        "type": "object",
        "properties": {
            "peaks": {"type": "integer", "minimum": 2},
            "kind": {"enum": ["bimodal", "flat"]},
            "notes": {"type": "array", "items": {"$ref": "#/$defs/note"}},
        },
        "$defs": {"note": {"type": "object", "properties": {"text": {"type": "string"}}}},
    }
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    answer = sdk(server).chat.completions.create(model="o3", messages=user("a"), response_format=wanted)
    expected = '{"peaks": 2, "kind": "bimodal", "notes": [{"text": "rehearsal"}]}'
    assert "".join(answer.choices[0].message.content.split()) == expected.replace(" ", "")


def test_images_and_balances_work_under_openrouters_base_path(server: Rehearsal) -> None:
    client = sdk(server, "/api/v1")
    answer = client.chat.completions.create(model="openai/o3", messages=user([image_part(data_uri(png(9, 8)))]))
    assert "9 x 8 pixels" in answer.choices[0].message.content
    assert answer.usage.model_extra["cost"] > 0
    assert {"o3", "o3-mini", "o4-mini"} <= {model.id for model in client.models.list()}


def test_strict_openai_speaks_openais_envelope(serve: MakeServer) -> None:
    strict = serve(strict_openai=True)
    with pytest.raises(openai.BadRequestError, match="max_completion_tokens") as caught:
        sdk(strict).chat.completions.create(model="o3", messages=user("a"), max_tokens=5)
    assert (caught.value.param, caught.value.code) == ("max_tokens", "unsupported_parameter")
    assert sdk(strict).responses.create(model="o3", input="a").status == "completed"


def test_a_response_fits_the_sdks_types_to_the_letter(server: Rehearsal) -> None:
    """The client builds its objects without a check; this is the check of its own tests."""
    body = responses(server, "Why?").json
    assert Response.model_validate(body).usage.input_tokens_details.cache_write_tokens == 0
    last = events(responses(server, "Why?", stream=True).body)[-1]
    assert ResponseCompletedEvent.model_validate(last).response.usage.input_tokens_details.cached_tokens == 0


@pytest.mark.parametrize("more", [{}, {"input": "Why?"}, {"input": "Why?", "stream": True}])
def test_a_prompt_template_is_not_found(server: Rehearsal, more: dict[str, Any]) -> None:
    with pytest.raises(openai.NotFoundError, match=r"Prompt with id 'pmpt_1' not found"):
        sdk(server).responses.create(prompt={"id": "pmpt_1"}, **more)


def test_more_than_one_answer_is_refused_and_one_is_given(server: Rehearsal) -> None:
    create = sdk(server).chat.completions.create
    for number in (2, 0):
        with pytest.raises(openai.BadRequestError, match="'n' does not support"):
            create(model="o3", messages=user("a"), n=number)
    assert len(create(model="o3", messages=user("a"), n=1).choices) == 1


@pytest.mark.parametrize("detail", ["auto", "low", "high", "original"])
def test_each_detail_of_an_image_is_taken(server: Rehearsal, detail: str) -> None:
    url = data_uri(png(320, 200))
    assert "320 x 200 pixels" in said(chat(server, [image_part(url, detail=detail)]))
    given = [{"type": "input_image", "image_url": url, "detail": detail}]
    assert "320 x 200 pixels" in str(responses(server, user(given)).json["output_text"])
    wrong = chat(server, [image_part(url, detail="finest")])
    assert (wrong.status, "'original'" in str(wrong.json)) == (400, True)


def test_input_items_of_the_sdks_types_are_reported_and_others_refused(server: Rehearsal) -> None:
    kinds = {get_args(get_type_hints(item)["type"])[0] for item in get_args(ResponseInputItemParam)}
    plain = {str(kind) for kind in kinds if isinstance(kind, str)} - {"message"}
    assert {"function_call", "mcp_call", "image_generation_call"} <= plain
    for kind in sorted(plain):
        got = responses(server, [{"type": kind, "id": "x"}, *user("Why?")])
        assert (got.status, f"item of type {kind}" in str(got.json)) == (200, True), kind
    other = responses(server, [{"type": "telepathy"}, *user("Why?")])
    assert (other.status, "Supported values are: 'message'" in str(other.json)) == (400, True)


def test_a_response_in_the_background_is_retrieved_or_cancelled(server: Rehearsal) -> None:
    ask: dict[str, Any] = {"model": "o3", "background": True}
    queued = sdk(server).responses.create(input="Why?", **ask)
    assert (queued.status, queued.output, queued.background) == ("queued", [], True)
    done = sdk(server).responses.retrieve(queued.id)
    assert (done.status, done.id) == ("completed", queued.id)
    assert done.output_text.startswith(OPENING)
    slow = sdk(server).responses.create(input="Why?\nrehearse: slow 60", **ask)
    assert sdk(server).responses.retrieve(slow.id).status == "in_progress"
    assert sdk(server).responses.cancel(slow.id).status == "cancelled"
    assert sdk(server).responses.retrieve(slow.id).status == "cancelled"
    with pytest.raises(openai.NotFoundError, match="not found"):
        sdk(server).responses.retrieve("resp_unknown")

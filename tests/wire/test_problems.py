"""An error in any envelope becomes one line, of the right class, that says what it cost and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from nbreason.core.request import Request
from nbreason.errors import (
    AuthenticationFailed,
    NotFound,
    OutOfCredits,
    ProviderError,
    RateLimited,
    RequestRejected,
    ServerError,
)
from nbreason.wire.envelope import Envelope
from nbreason.wire.problems import ErrorContext, no_credits, problem, problem_inside
from nbreason.wire.resend import refused, without

CASE = ErrorContext("Segmind", "segmind:o3", key_source="SEGMIND_API_KEY", keys=("SEGMIND_API_KEY",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"error": "Not enough credits"}', Envelope("Not enough credits")),
        (
            '{"error": "Unauthorized", "error_description": "No key", "status_code": 401}',
            Envelope("Unauthorized: No key"),
        ),
        (
            '{"message": "Oh", "path": "/v1", "requestId": "r-1", "statusCode": "403", "timestamp": "t"}',
            Envelope("Oh", request_id="r-1"),
        ),
        (
            '{"title": "Forbidden", "status": 403, "message": "Oh", "instance": "/v1", "requestId": "r-2",'
            ' "error": {"name": "ForbiddenError", "message": "Out of credits"}}',
            Envelope("Out of credits", "ForbiddenError", request_id="r-2"),
        ),
        ('{"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "Oh"}', Envelope("Oh")),
        ('{"type": "about:blank", "title": "Forbidden", "status": 403}', Envelope("Forbidden")),
        (
            '{"error": {"message": "Oh", "type": "invalid", "param": "stream", "code": "unsupported_value"}}',
            Envelope("Oh", "unsupported_value", "stream"),
        ),
        (
            '{"error": {"message": "Oh", "type": "server_error", "param": null, "code": null}}',
            Envelope("Oh", "server_error"),
        ),
        ('{"error": {"message": "Oh", "code": 402, "metadata": {}}}', Envelope("Oh", "402")),
        (
            '{"object": "error", "message": "Oh", "type": "BadRequestError", "param": "x", "code": 400}',
            Envelope("Oh", "400", "x"),
        ),
        ('{"detail": "Not Found"}', Envelope("Not Found")),
        ('{"detail": [{"loc": ["body", "stream"], "msg": "extra"}]}', Envelope("body.stream: extra")),
        ('[{"error": {"code": 429, "message": "Oh", "status": "RESOURCE_EXHAUSTED"}}]', Envelope("Oh", "429")),
        ('{"message": ["not a string", "no"], "error": "Bad Request"}', Envelope("not a string; no")),
        ('{"error": {"message": ["Oh", "dear"]}}', Envelope("Oh; dear")),
        ('{"errors": [{"message": "Oh", "code": "x"}, {"message": "dear"}]}', Envelope("Oh", "x")),
        ('{"errors": ["Oh"]}', Envelope("Oh")),
        ('{"errors": []}', Envelope("")),
        ('{"message": [], "errors": [[]]}', Envelope("")),
        ('data: {"error": {"message": "Oh", "code": 402}}\n\ndata: [DONE]\n\n', Envelope("Oh", "402")),
        ('event: error\ndata: {"error": {"message": "Oh"}}', Envelope("Oh")),
        ("data: Oh", Envelope("Oh")),
        ("event: error", Envelope("event: error")),
        ("<html><body>nginx</body></html>", Envelope("")),
        ("", Envelope("")),
        ("upstream connect error", Envelope("upstream connect error")),
        ("null", Envelope("null")),
        ('{"error": null}', Envelope("")),
        ('{"error": {}}', Envelope("")),
        ('{"error": [1]}', Envelope("")),
        ('{"a":' * 90_000, Envelope('{"a":' * 39 + '{"a"…')),
    ],
)
def test_each_envelope_is_opened(text: str, expected: Envelope) -> None:
    assert expected == Envelope.read(text)


def test_what_came_over_the_network_is_cut_and_harmless() -> None:
    said = Envelope.read("x\x1b[31m\x00\u202e\r\n" + "y" * 500).message
    assert len(said) == 200
    assert said.isprintable()


@pytest.mark.parametrize(
    ("status", "words", "kind", "line"),
    [
        (400, "Oh", RequestRejected, "rejected the request"),
        (400, "maximum context length is 200000 tokens", RequestRejected, "too long for segmind:o3"),
        (401, "", AuthenticationFailed, "did not accept the key from SEGMIND_API_KEY"),
        (402, "", OutOfCredits, "too few credits"),
        (403, "", AuthenticationFailed, "does not permit this with the key from SEGMIND_API_KEY"),
        (403, "Out of credits", OutOfCredits, "too few credits"),
        (404, "", NotFound, "segmind:o3 was not found"),
        (405, "", NotFound, "was not found"),
        (406, "Not enough credits", OutOfCredits, "too few credits"),
        (406, "", OutOfCredits, "too few credits"),
        (406, "Not acceptable: the content type must be …", RequestRejected, "rejected the request"),
        (406, "Invalid value for reasoning_effort", RequestRejected, "rejected the request"),
        (406, "The team spend limit of this month is reached", OutOfCredits, "too few credits"),
        (409, "", ServerError, "may have been billed"),
        (410, "", NotFound, "has been retired"),
        (413, "", RequestRejected, "too long"),
        (422, "", RequestRejected, "rejected the request"),
        (429, "", RateLimited, "Rate limit reached"),
        (429, "insufficient_quota", OutOfCredits, "too few credits"),
        (500, "", ServerError, "may have been billed"),
        (502, "", ServerError, "may have been billed"),
        (503, "", ServerError, "is overloaded"),
        (504, "", ServerError, "A lower effort gives an answer sooner"),
        (524, "", ServerError, "A lower effort gives an answer sooner"),
        (302, "", NotFound, "another address"),
        (418, "", RequestRejected, "rejected the request"),
    ],
)
def test_each_status_is_a_class_and_a_line(status: int, words: str, kind: type[ProviderError], line: str) -> None:
    found = problem(status, Envelope(words), CASE)
    assert (kind, status) == (type(found), found.status)
    assert line in str(found)
    assert f"({status})" in str(found)
    assert (words in str(found)) or not words
    assert ("Nothing was spent" in str(found)) != ("may have been billed" in str(found))


def test_the_request_id_is_the_one_of_the_headers_or_that_of_the_body() -> None:
    assert "r-1" == problem(500, Envelope("", request_id="r-2"), ErrorContext("A", "a:b", request_id="r-1")).request_id
    found = problem(500, Envelope("", request_id="r-2"), CASE)
    assert str(found).endswith("(request r-2)")
    assert "(request" not in str(problem(500, Envelope(""), CASE))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "Wait a moment."), (3600.0, "It asks you to wait 3,600 s."), (0.0, "It asks you to wait 0 s.")],
)
def test_a_long_wait_is_told(seconds: float | None, words: str) -> None:
    assert words in str(problem(429, Envelope(""), ErrorContext("A", "a:b", retry_after=seconds)))


@pytest.mark.parametrize(
    ("envelope", "kind"),
    [
        (Envelope("Oh", "402"), OutOfCredits),
        (Envelope("Oh", "insufficient_quota"), OutOfCredits),
        (Envelope("Oh", "429"), RateLimited),
        (Envelope("Oh", "rate_limit_exceeded"), RateLimited),
        (Envelope("Oh", "400"), RequestRejected),
        (Envelope("Oh", "server_error"), ServerError),
        (Envelope("Oh", "999999"), ServerError),
        (Envelope("", ""), ServerError),
    ],
)
def test_an_error_inside_an_answer_is_of_the_same_family_and_may_have_been_billed(
    envelope: Envelope, kind: type[ProviderError]
) -> None:
    found = problem_inside(envelope, CASE)
    assert (kind, None) == (type(found), found.status)
    assert "may have been billed" in str(found)
    assert "Nothing was spent" not in str(found)


def test_only_credits_make_waiting_useless() -> None:
    assert no_credits('{"error": {"code": "insufficient_quota"}}')
    assert no_credits('{"error": "Not enough credits"}')
    assert not no_credits('{"error": "Too many requests"}')
    assert not no_credits("<html>")


STREAMED = Request("o3", (), stream=True)


@pytest.mark.parametrize(
    ("status", "envelope", "expected"),
    [
        (400, Envelope("Unsupported value", "unsupported_value", "stream"), "stream"),
        (400, Envelope("Oh", "", "stream_options"), "stream_options"),
        (400, Envelope("Oh", "", "stream_options.include_usage"), "stream_options"),
        (422, Envelope("body.stream_options: Extra inputs are not permitted"), "stream_options"),
        (400, Envelope("This model does not support parameters: ['stream_options']; not supported"), "stream_options"),
        (400, Envelope("Streaming is not supported for this model"), "stream"),
        (400, Envelope("'stream' is not supported", "unsupported_value"), "stream"),
        (400, Envelope("Unsupported value", "unsupported_value", "temperature"), ""),
        (400, Envelope("Unsupported value in a stream", "unsupported_value", "temperature"), ""),
        (400, Envelope("Your organization must be verified to stream this model."), ""),
        (400, Envelope("upstream not supported"), ""),
        (500, Envelope("Oh", "unsupported_value", "stream"), ""),
        (400, Envelope("Oh"), ""),
    ],
)
def test_a_refused_stream_is_told_from_other_refusals(status: int, envelope: Envelope, expected: str) -> None:
    assert expected == refused(STREAMED, status, envelope)


def test_what_was_not_sent_cannot_have_been_refused() -> None:
    stream = Envelope("Oh", "", "stream")
    options = Envelope("Oh", "", "stream_options")
    assert "" == refused(without(STREAMED, {"stream"}), 400, stream)
    assert "" == refused(without(STREAMED, {"stream_options"}), 400, options)
    assert "stream" == refused(without(STREAMED, {"stream_options"}), 400, stream)


def test_a_request_goes_without_what_was_refused() -> None:
    def sent(*names: str) -> tuple[Any, Any]:
        request = without(STREAMED, names)
        return request.stream, request.stream_usage

    assert [(True, True), (True, False), (False, True)] == [sent(), sent("stream_options"), sent("stream")]

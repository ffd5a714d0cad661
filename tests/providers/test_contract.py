"""What every provider must do, found by scan as the package finds them: a new file is tested by being there."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest

from nbreason.answers.formats import wanted
from nbreason.core.models import Options
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.core.usage import Money, cost_in_words
from nbreason.errors import (
    AuthenticationFailed,
    InvalidResponse,
    NBReasonError,
    NotFound,
    OutOfCredits,
    ProviderError,
    RateLimited,
    Refused,
    RequestRejected,
    ServerError,
)
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.rehearsal import Rehearsal
from nbreason.wire import WIRES
from tests.conftest import DUMMY_KEY

from .conftest import FIGURE, SERVED, Asker, a_model

ALL = list(providers().values())
EVERY = pytest.mark.parametrize("provider", ALL, ids=[provider.name for provider in ALL])
SERVED_THERE = ("o3", "o4-mini", "o1", "o3-mini", "o1-preview", "o1-mini")
"""What the rehearsal serves of the models that are described."""
MODELS = [(provider, name) for provider in ALL for name in provider.models or [SERVED] if name in SERVED_THERE]
EACH = pytest.mark.parametrize(("provider", "model"), MODELS, ids=[f"{p.name}:{name}" for p, name in MODELS])
SEEDS = {
    "segmind:o3",
    "segmind:o3-mini",
    "segmind:o1-preview",
    "aimlapi:o3-mini",
    "aimlapi:o3",
    "aimlapi-responses:o3-mini",
    "aimlapi-responses:o3",
}


def test_the_seven_systems_of_the_seeds_and_six_other_providers_are_here() -> None:
    assert {f"{provider.name}:{model}" for provider, model in MODELS} >= SEEDS
    others = {provider.name for provider in ALL} - {"segmind", "aimlapi", "aimlapi-responses", "rehearsal"}
    assert others >= {"openai", "openrouter", "litellm", "ollama", "lmstudio", "vllm", "compatible"}


@EVERY
def test_its_data_make_sense(provider: Provider) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", provider.name)
    assert provider.title
    assert provider.wire in WIRES
    assert provider.path == "" or provider.path.startswith("/v")
    assert not provider.default_model or provider.default_model in provider.models
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in provider.keys)
    assert provider.keys or provider.placeholder
    assert all(name == name.lower() for name in (*provider.balance_headers, *provider.cost_headers))
    assert provider.account == "" or provider.account in providers()
    if provider.base_url:
        parts = urlsplit(provider.base_url)
        assert parts.scheme == "https" or parts.hostname == "localhost"
        assert not provider.base_url.endswith(("/", "/v1"))


@pytest.mark.parametrize("provider", [provider for provider in ALL if provider.default_model], ids=lambda one: one.name)
def test_its_default_model_takes_images(provider: Provider) -> None:
    """The first question that people try is about a figure."""
    assert provider.facts(provider.default_model).images != 0


@EVERY
def test_it_says_what_is_confirmed_and_what_is_assumed(provider: Provider) -> None:
    assert provider.confirmed
    assert provider.assumed or provider.start is not None


@EACH
def test_a_question_is_answered_and_its_tokens_told(
    provider: Provider, model: str, ask: Asker, server: Rehearsal
) -> None:
    posts = server.posts
    answer = ask(f"{provider.name}:{model}", "Why two peaks?\nrehearse: echo\nTwo *groups* ∑.")
    assert ("Two *groups* ∑.", "stop", posts + 1) == (answer.text, answer.finish, server.posts)
    assert answer.usage.input
    assert answer.usage.output
    assert (f"{provider.name}:{model}", provider.facts(model).window) == (answer.requested_model, answer.window)
    assert answer.request_id
    assert answer.reported_model


@EACH
def test_images_go_where_they_are_seen_and_are_refused_elsewhere_before_anything_is_sent(
    provider: Provider, model: str, ask: Asker, server: Rehearsal
) -> None:
    posts = server.posts
    if provider.facts(model).images == 0:
        with pytest.raises(Refused, match="reads text only"):
            ask(f"{provider.name}:{model}", "What?", FIGURE)
        assert posts == server.posts
    else:
        assert "640 x 480 pixels" in ask(f"{provider.name}:{model}", "What?", FIGURE).text


@EACH
def test_each_effort_it_takes_is_taken_and_no_other(
    provider: Provider, model: str, ask: Asker, server: Rehearsal
) -> None:
    facts, name = provider.facts(model), f"{provider.name}:{model}"
    for effort in facts.efforts or ():
        assert ask(name, options=Options(effort=effort)).finish == "stop"
        assert effort in str(server.bodies[-1])
    if facts.efforts is not None:
        with pytest.raises(Refused, match="does not support the effort 'huge'"):
            ask(name, options=Options(effort="huge"))


@EACH
def test_instructions_travel_in_a_role_the_model_has(
    provider: Provider, model: str, ask: Asker, server: Rehearsal
) -> None:
    ask(f"{provider.name}:{model}", system="Answer like a pirate.")
    body = server.bodies[-1]
    messages = body.get("messages", body.get("input"))
    first = "user" if provider.facts(model).system == "fold" else "system"
    assert first == messages[0]["role"]
    assert "like a pirate" in str(messages[0]["content"])
    assert {"system", "developer"} > {message["role"] for message in messages} - {"user", "assistant"}


@EVERY
def test_the_key_is_neither_in_the_body_nor_in_the_address(provider: Provider, ask: Asker, server: Rehearsal) -> None:
    """That it is in the right header is seen by the rehearsal answering at all: it asks for one."""
    ask(a_model(provider))
    assert DUMMY_KEY not in str(server.bodies)
    planned = ask.session.plan(Question((Text("Why?"),), Place("x"), model=a_model(provider), alone=True))
    assert DUMMY_KEY not in planned.url + repr(planned)
    assert planned.key is not None
    assert planned.key.source == (provider.keys[0] if provider.keys else "")


@EVERY
@pytest.mark.parametrize(
    ("directive", "finish", "complete"),
    [
        ("length", "length", False),
        ("filter", "content_filter", False),
        ("refuse", "refusal", False),
        ("empty", "empty", False),
        ("nodone", "stop", True),
    ],
)
def test_how_an_answer_ended_is_told_apart(
    provider: Provider, directive: str, finish: str, complete: bool, ask: Asker
) -> None:
    answer = ask(a_model(provider), f"Why?\nrehearse: {directive}")
    assert (finish, complete) == (answer.finish, answer.complete)


@EVERY
def test_thinking_that_used_up_the_limit_is_told_in_a_line_with_its_cost(provider: Provider, ask: Asker) -> None:
    answer = ask(a_model(provider), options=Options(max_tokens=50))
    assert (answer.text, answer.finish) == ("", "length")
    assert answer.notices[-1].startswith("0 visible of 50 tokens")
    assert "Raise --max-tokens or lower the effort." in answer.notices[-1]
    told = f"This cost {cost_in_words(answer.cost, answer.cost_source)}." if answer.cost else "billed anyway"
    assert told in answer.notices[-1]


@EVERY
def test_a_limit_below_that_of_the_wire_is_refused_before_anything_is_sent(
    provider: Provider, ask: Asker, server: Rehearsal
) -> None:
    least = {"chat": 1, "responses": 16}[provider.wire]
    assert "length" == ask(a_model(provider), options=Options(max_tokens=least)).finish
    posts = server.posts
    if least > 1:
        with pytest.raises(Refused, match="does not accept a limit below 16 tokens: raise --max-tokens 15"):
            ask(a_model(provider), options=Options(max_tokens=least - 1))
    assert posts == server.posts


def test_the_images_of_the_seeds_are_those_of_their_pages() -> None:
    """o3 at Segmind: up to 5 files of 10 MB; o3-mini text only; o1-preview see docs/providers.md."""
    images = {name: providers()[name.partition(":")[0]].facts(name.partition(":")[2]).images for name in SEEDS}
    images = {name: None if limit == "any" else limit for name, limit in images.items()}
    assert {
        "segmind:o3": 5,
        "segmind:o3-mini": 0,
        "segmind:o1-preview": 0,
        "aimlapi:o3-mini": 0,
        "aimlapi:o3": None,
        "aimlapi-responses:o3-mini": 0,
        "aimlapi-responses:o3": None,
    } == images
    assert 10_000_000 == providers()["segmind"].facts("o3").image_bytes


@EVERY
def test_thinking_that_is_shown_is_kept_apart_from_the_answer(provider: Provider, ask: Asker) -> None:
    answer = ask(a_model(provider), "Why?\nrehearse: think\nrehearse: echo\nTwo.")
    assert answer.text == "Two."
    assert answer.reasoning.startswith("This is rehearsed reasoning text.")


@EVERY
def test_what_is_not_reported_is_none(provider: Provider, ask: Asker) -> None:
    answer = ask(a_model(provider), "Why?\nrehearse: nousage")
    assert (answer.usage.input, answer.usage.output, answer.usage.reasoning) == (None, None, None)
    assert (answer.cost, answer.balance) == (None, None)


@EVERY
def test_money_is_told_as_far_as_the_provider_tells_it(provider: Provider, ask: Asker) -> None:
    answer = ask(a_model(provider))
    # The rehearsal sends the headers of Segmind and AI/ML API, and `usage.cost`; LiteLLM's headers are tested apart.
    priced = ask.session.choose(a_model(provider)).prices is not None
    reported = bool(provider.costs or provider.balance_headers)
    assert answer.cost_source == ("provider" if reported else "list price" if priced else "")
    assert (answer.cost is not None) == bool(answer.cost_source)
    assert bool(provider.balance_headers) == (answer.balance is not None)
    left = ask.session.credits(provider)
    assert (provider.balance is not None) == isinstance(left, Money)


FAMILY: dict[int, type[ProviderError]] = {
    400: RequestRejected,
    401: AuthenticationFailed,
    402: OutOfCredits,
    404: NotFound,
    405: NotFound,
    406: OutOfCredits,
    410: NotFound,
    429: RateLimited,
    500: ServerError,
    502: ServerError,
    503: ServerError,
    504: ServerError,
    403: OutOfCredits,  # the rehearsal's words speak of credits
}


@EVERY
@pytest.mark.parametrize("status", FAMILY)
@pytest.mark.parametrize("envelope", ["", " problem", " openai"])
def test_each_documented_error_is_one_line_of_the_family(
    provider: Provider, status: int, envelope: str, ask: Asker, server: Rehearsal
) -> None:
    posts = server.posts
    with pytest.raises(FAMILY[status]) as caught:
        ask(a_model(provider), f"Why?\nrehearse: error {status}{envelope}")
    line = str(caught.value)
    assert (status, 3 if status in (429, 503) else 1) == (caught.value.status, server.posts - posts)
    assert "\n" not in line
    assert provider.title in line
    assert f"({status})" in line
    assert f"(request {caught.value.request_id})" in line
    assert DUMMY_KEY not in line
    assert ("It may have been billed" in line) == (status in (500, 502, 504))
    assert ("Nothing was spent" in line) == (status not in (500, 502, 504))


@EVERY
def test_an_error_inside_an_answer_keeps_what_had_come(provider: Provider, ask: Asker) -> None:
    with pytest.raises(ServerError, match=r"reported an error inside the answer.*may have been billed") as caught:
        ask(a_model(provider), "Why?\nrehearse: error 500 midway")
    assert provider.streams == (caught.value.partial is not None)


@EVERY
def test_a_login_page_is_no_answer(provider: Provider, ask: Asker) -> None:
    with pytest.raises(InvalidResponse, match="a web page, not an API response"):
        ask(a_model(provider), "Why?\nrehearse: html")


@EVERY
def test_a_refused_stream_is_asked_for_once_and_never_again(
    provider: Provider, fresh: Asker, server: Rehearsal
) -> None:
    posts = server.posts
    answers = [fresh(a_model(provider), f"{words}\nrehearse: nostream\nrehearse: echo\nTwo.") for words in ("a", "b")]
    assert [answer.text for answer in answers] == ["Two.", "Two."]
    assert (3 if provider.streams else 2) == server.posts - posts
    assert "stream" not in server.bodies[-1]


@EVERY
def test_json_comes_by_parameter_or_by_words(provider: Provider, ask: Asker, server: Rehearsal) -> None:
    schema = {"type": "object", "properties": {"peaks": {"type": "integer", "minimum": 2}}, "required": ["peaks"]}
    by_parameter = "schema" in provider.facts(provider.default_model or SERVED).json
    echo = "" if by_parameter else '\nrehearse: echo\n```json\n{"peaks": 2}\n```'
    answer = ask(a_model(provider), f"How many?{echo}", shape=wanted("json", schema, "Peaks"))
    assert answer.value == {"peaks": 2}
    body = server.bodies[-1]
    assert by_parameter == ("response_format" in body or "text" in body)
    instructions = json.dumps(body.get("messages", body.get("input"))[0]["content"])
    assert by_parameter != ("minimum" in instructions)


@EVERY
def test_a_parameter_that_nobody_knows_is_refused_of_a_known_model_and_passed_on_of_others(
    provider: Provider, ask: Asker, server: Rehearsal
) -> None:
    options = Options(params={"no_such_thing": 1})
    if provider.default_model or provider.models:
        with pytest.raises(Refused, match="has no parameter 'no_such_thing' as far as nbreason knows"):
            ask(a_model(provider), options=options)
    else:
        ask(a_model(provider), options=options)
        assert server.bodies[-1]["no_such_thing"] == 1


@EVERY
def test_a_model_that_is_not_there_is_told_with_a_way_on(provider: Provider, ask: Asker) -> None:
    with pytest.raises(NBReasonError, match=r"There is no model|reports that .* was not found.*%nbreason models"):
        ask(f"{provider.name}:some-other-model-9")

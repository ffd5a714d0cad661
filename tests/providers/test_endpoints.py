"""Where a provider is: addresses, keys, certificates, headers, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.choice import choose, list_models
from nbreason.asking.plan import key_for
from nbreason.config.endpoints import endpoint
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.core.models import ImageLimit, Options
from nbreason.errors import (
    ConnectionFailed,
    InvalidResponse,
    MissingKey,
    NBReasonError,
    NotFound,
    Refused,
    UnknownModel,
)
from nbreason.providers import providers
from nbreason.rehearsal import Rehearsal
from tests.conftest import Scripted, free_port, http

from .conftest import Asker, new_session

KEYS = {"OPENAI_API_KEY": "sk-x", "SEGMIND_API_KEY": "sk-x", "AIMLAPI_API_KEY": "sk-x"}
CHAT = "/v1/chat/completions"


def place(name: str, given: Any = None, **environment: str) -> Any:
    return endpoint(providers()[name], NBReason(endpoints={name: given} if given else {}), environment)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://x.example", f"https://x.example{CHAT}"),
        ("https://x.example/", f"https://x.example{CHAT}"),
        ("https://x.example/v1", f"https://x.example{CHAT}"),
        ("https://x.example/v1/", f"https://x.example{CHAT}"),
        ("https://x.example/api/v1", f"https://x.example/api{CHAT}"),
        (" 'https://x.example/v1' ", f"https://x.example{CHAT}"),
        ("https://x.example/v1/chat/completions", f"https://x.example{CHAT}"),
        ("https://x.example/v1/chat/completions/", f"https://x.example{CHAT}"),
        ("https://x.example/v1/responses", f"https://x.example{CHAT}"),
        ("https://x.example/v4", "https://x.example/v4/chat/completions"),
        ("https://x.example/v1beta/openai", "https://x.example/v1beta/openai/chat/completions"),
        ("https://x.example/vault", f"https://x.example/vault{CHAT}"),
    ],
)
def test_a_base_url_is_understood_as_people_copy_it(typed: str, url: str) -> None:
    assert url == place("compatible", typed).url(CHAT)
    assert url == place("compatible", {"url": typed}).url(CHAT)
    assert url == place("compatible", NBREASON_COMPATIBLE_URL=typed).url(CHAT)


def test_each_provider_stays_where_its_file_says() -> None:
    urls = {
        name: place(name).url(provider.path_on(provider.wire).format(model="o3"))
        for name, provider in providers().items()
        if provider.base_url
    }
    assert {
        "aimlapi": "https://api.aimlapi.com/v1/chat/completions",
        "aimlapi-responses": "https://api.aimlapi.com/v1/responses",
        "litellm": "http://localhost:4000/v1/chat/completions",
        "lmstudio": "http://localhost:1234/v1/chat/completions",
        "ollama": "http://localhost:11434/v1/chat/completions",
        "openai": "https://api.openai.com/v1/chat/completions",
        "openrouter": "https://openrouter.ai/api/v1/chat/completions",
        "segmind": "https://api.segmind.com/v1/o3",
        "vllm": "http://localhost:8000/v1/chat/completions",
    }.items() <= urls.items()


@pytest.mark.parametrize("key", ["sk-proj-aaaabbbbccccddddeeeeffff", "a key", "1x", "größe"])
def test_a_key_in_place_of_the_name_of_its_variable_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(Refused, match="is the name of an environment variable, never the key") as caught:
        place("segmind", {"key_env": key})
    assert key not in str(caught.value)


def test_a_slip_in_the_name_of_a_provider_is_told_before_the_question_goes_elsewhere() -> None:
    settings = NBReason(endpoints={"segmnd": {"url": "https://x.example"}, "acme": "https://y.example"})
    with pytest.raises(Refused, match=r"there is no provider 'segmnd'\. Did you mean 'segmind'"):
        endpoint(providers()["segmind"], settings, {})
    assert endpoint(providers()["openai"], settings, {}).base == "https://api.openai.com"


def test_who_shares_an_account_moves_along() -> None:
    provider = providers()["aimlapi-responses"]
    settings = NBReason(endpoints={"aimlapi": {"url": "https://x.example", "key_env": "MINE"}})
    moved = endpoint(provider, settings, {})
    assert ("https://x.example", ("MINE",), "responses") == (moved.base, moved.keys, moved.wire)
    assert "https://y.example" == endpoint(provider, settings, {"NBREASON_AIMLAPI_URL": "https://y.example"}).base
    own = {"NBREASON_AIMLAPI_URL": "https://y.example", "NBREASON_AIMLAPI_RESPONSES_URL": "https://z.example"}
    assert "https://z.example" == endpoint(provider, settings, own).base


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("x.example/v1", "must begin with https://"),
        ("localhost:11434", "must begin with https://"),
        ("https://x.example/v1?key=1", r"must not contain \? or #"),
        ("http://[x", "not a URL"),
        (7, "must be a base URL or a dict"),
        ({"urll": "https://x.example"}, "has no option 'urll'. Did you mean url"),
        ({"url": "https://x.example", "wire": "soap"}, "'soap' is not a wire; use chat or responses"),
        (
            {"url": "https://x.example", "ca": "/no/such/file.pem"},
            "the CA bundle '/no/such/file.pem', which does not exist",
        ),
        ({"url": "https://x.example", "headers": "x"}, "must be a dict"),
        ({"url": "https://x.example", "headers": {"Authorization": "Bearer x"}}, "not write a key into the settings"),
        ({"url": "https://x.example", "auth": "x y"}, "must be 'bearer' or the name of a header"),
        ({}, "has no address.*NBREASON_COMPATIBLE_URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line(given: Any, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        place("compatible", given)
    assert str(caught.value).endswith("Nothing was sent.")
    assert "\n" not in str(caught.value)


def test_a_provider_with_a_path_of_its_own_has_one_wire() -> None:
    with pytest.raises(Refused, match="Segmind supports the wire 'chat' only"):
        place("segmind", {"wire": "responses"})


# What is sent there, and what comes back from the wrong place.


@pytest.fixture
def asker() -> Any:
    """Makes sessions that are put away at the end."""
    made: list[Asker] = []

    def make(environment: dict[str, str], **settings: Any) -> Asker:
        made.append(Asker(new_session({**KEYS, **environment}, **settings)))
        return made[-1]

    yield make
    for ask in made:
        ask.session.close()


MakeAsker = Callable[..., Asker]


def test_a_compatible_server_is_asked_with_its_headers_and_key_on_the_wire_of_the_settings(
    asker: MakeAsker, rehearsal: Rehearsal, serve: Callable[..., Scripted]
) -> None:
    endpoints = {"compatible": {"url": rehearsal.url, "wire": "responses"}}
    assert "stop" == asker({}, endpoints=endpoints)("compatible:o3").finish
    assert "input" in rehearsal.bodies[-1]
    body = b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}'
    server = serve(http("200 OK", body))
    endpoints = {"compatible": {"url": server.url, "key_env": "MINE", "headers": {"X-Project": "seven"}}}
    assert "Hi" == asker({"MINE": "sk-mine"}, endpoints=endpoints)("compatible:x").text
    head = server.requests[0].lower()
    assert b"authorization: bearer sk-mine\r\n" in head
    assert b"x-project: seven\r\n" in head
    assert head.startswith(b"post /v1/chat/completions ")


@pytest.mark.parametrize("provider", ["vllm", "compatible"])
def test_images_of_which_nobody_knows_whether_they_are_seen_go_to_this_machine_only(
    asker: MakeAsker, rehearsal: Rehearsal, provider: str
) -> None:
    from .conftest import FIGURE

    name, variable = f"{provider}:rehearsal", f"NBREASON_{provider.upper()}_URL"
    here, there = {variable: rehearsal.url}, {variable: "https://llm.invalid"}
    answer = asker(here)(name, "What?", FIGURE)
    assert "640 x 480 pixels" in answer.text
    assert (f"nbreason does not know whether {name} reads images, and sends them to find out",) == answer.notices
    way = f'If it does: %config NBReason.models = {{"{name}": {{"images": True}}}}. %nbreason models {provider} --ref'
    with pytest.raises(Refused, match=re.escape(way)):
        asker(there)(name, "What?", FIGURE)
    for models in ({name: {"images": True}}, {f"{provider}:*": {"images": None}}):
        assert () == asker(here, models=models)(name, "What?", FIGURE).notices


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (None, b"x-api-key: sk-x\r\n"),
        ("bearer", b"authorization: bearer sk-x\r\n"),
        ("X-Gateway-Key", b"x-gateway-key: sk-x\r\n"),
    ],
)
def test_the_key_travels_as_the_settings_say(
    asker: MakeAsker, serve: Callable[..., Scripted], auth: str | None, header: bytes
) -> None:
    body = b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}'
    server = serve(http("200 OK", body))
    given = {"url": server.url, **({"auth": auth} if auth else {})}
    assert "Hi" == asker({}, endpoints={"segmind": given})("segmind:o1-preview").text
    head = server.requests[0].lower()
    assert header in head
    assert 1 == head.count(b"sk-x")


def test_an_id_of_our_own_goes_along_where_the_provider_takes_one(
    asker: MakeAsker, serve: Callable[..., Scripted]
) -> None:
    server = serve(http("200 OK", b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}'))
    for name in ("AIMLAPI", "SEGMIND"):
        asker({f"NBREASON_{name}_URL": server.url})(f"{name.lower()}:o3")
    found = [re.findall(rb"x-client-request-id: ([A-Za-z0-9._:-]{1,128})\r\n", one.lower()) for one in server.requests]
    posts = [ids for ids, one in zip(found, server.requests, strict=True) if one.startswith(b"POST")]
    assert [1, 0] == [len(ids) for ids in posts]


def test_an_effort_of_the_settings_is_left_out_where_the_model_has_none_and_one_of_the_ask_is_refused(
    asker: MakeAsker, rehearsal: Rehearsal
) -> None:
    ask = asker({"NBREASON_SEGMIND_URL": rehearsal.url}, effort="high")
    assert "high" == ask("segmind:o3").effort
    answer = ask("segmind:o1-preview")
    assert answer.effort is None
    assert ("the effort 'high' of the settings is not sent: segmind:o1-preview does not take it",) == answer.notices
    with pytest.raises(Refused, match="drop --effort"):
        ask("segmind:o1-preview", options=Options(effort="high"))


def test_a_proxy_of_the_settings_is_used_even_for_this_machine(
    asker: MakeAsker, serve: Callable[..., Scripted]
) -> None:
    proxy = serve(http("403 Forbidden"))
    endpoints = {"compatible": {"url": "https://127.0.0.1:9", "proxy": proxy.url}}
    with pytest.raises(ConnectionFailed, match=r"The proxy refused the request\. Check NBReason\.endpoints"):
        asker({}, endpoints=endpoints)("compatible:x")
    assert proxy.requests[0].startswith(b"CONNECT 127.0.0.1:9 ")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"proxy": "nonsense"}, "proxy in NBReason.endpoints cannot be used"),
        ({"proxy": "gopher://x"}, "proxy in NBReason.endpoints cannot be used"),
    ],
)
def test_a_proxy_that_is_none_is_one_line(asker: MakeAsker, settings: Any, words: str) -> None:
    endpoints = {"compatible": {"url": "https://127.0.0.1:9", **settings}}
    with pytest.raises(Refused, match=words):
        asker({}, endpoints=endpoints)("compatible:x")


def test_a_ca_bundle_that_is_none_is_one_line(asker: MakeAsker, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    endpoints = {"compatible": {"url": "https://127.0.0.1:9", "ca": str(tmp_path / "ca.pem")}}
    with pytest.raises(Refused, match=r"CA bundle .* cannot be read"):
        asker({}, endpoints=endpoints)("compatible:x")


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (http("404 Not Found", b"<html>nginx</html>"), NotFound, r"not found \(404\).*%nbreason status"),
        (http("404 Not Found", b'{"detail":"Not Found"}'), NotFound, 'not found .*"Not Found"'),
        (http("410 Gone", b'{"error":"retired"}'), NotFound, "has been retired"),
        (http("405 Method Not Allowed", b""), NotFound, r"\(405\)"),
        (
            http("302 Found", b"", "Location: https://evil.example/"),
            NotFound,
            "another address.*the key would be sent along",
        ),
        (http("200 OK", b"<!DOCTYPE html><p>Log in"), InvalidResponse, "a web page"),
        (http("200 OK", b""), InvalidResponse, "empty"),
        (http("200 OK", b'{"models": []}'), InvalidResponse, "no answer"),
    ],
)
def test_what_a_wrong_address_answers_is_one_line(
    asker: MakeAsker, serve: Callable[..., Scripted], reply: bytes, kind: type[NBReasonError], words: str
) -> None:
    server = serve(reply)
    with pytest.raises(kind, match=words) as caught:
        asker({"NBREASON_OPENAI_URL": server.url})("openai:o3")
    assert (1, False) == (len(server.requests), "\n" in str(caught.value))


def test_nobody_there_is_one_line(asker: MakeAsker) -> None:
    with pytest.raises(ConnectionFailed, match=r"Could not connect to localhost:\d+\. Nothing was sent"):
        asker({"NBREASON_OLLAMA_URL": f"http://localhost:{free_port()}"})("ollama:x")


@pytest.mark.parametrize("url", ["http://x.example", "http://127.0.0.1.evil.com", "http://10.0.0.7:11434"])
def test_plain_http_beyond_this_machine_is_refused(asker: MakeAsker, url: str) -> None:
    with pytest.raises(Refused, match="http:// is allowed for this machine only"):
        asker({"NBREASON_OPENAI_URL": url})("openai:o3")


# Keys.


@pytest.mark.parametrize(
    "typed",
    [
        "sk-x",
        " sk-x\n",
        "'sk-x'",
        '"sk-x"',
        "\u201csk-x\u201d",
        "Bearer sk-x",
        " 'Bearer sk-x' ",
        "\ufeffsk-x",
        "`sk-x`",
    ],
)
def test_stray_characters_around_a_key_are_dropped(typed: str) -> None:
    key = KeySource({"A": typed}).find(("A",))
    assert key is not None
    assert "sk-x" == key.reveal()


@pytest.mark.parametrize("typed", ["sk x", "sk-\nx", "<YOUR_AIMLAPI_KEY>", "YOUR API-KEY", "sk-é", "sk-\u2028x"])
def test_what_cannot_be_a_key_is_refused_by_the_name_of_its_variable(typed: str) -> None:
    with pytest.raises(Refused, match="OPENAI_API_KEY is not a valid key") as caught:
        key_for(providers()["openai"], KeySource({"OPENAI_API_KEY": typed}))
    assert typed not in str(caught.value)


@pytest.mark.parametrize("typed", ["", " ", "''"])
def test_an_empty_variable_is_no_key(typed: str) -> None:
    with pytest.raises(MissingKey, match="set OPENAI_API_KEY in the environment"):
        key_for(providers()["openai"], KeySource({"OPENAI_API_KEY": typed}))


def test_a_server_that_wants_a_key_after_all_says_which_variable(
    asker: MakeAsker, serve: Callable[..., Scripted]
) -> None:
    server = serve(http("401 Unauthorized", b'{"error":"no key"}'))
    with pytest.raises(NBReasonError, match=r"vLLM requires an API key \(401\).*Set VLLM_API_KEY"):
        asker({"NBREASON_VLLM_URL": server.url})("vllm:x")


# Names.


@pytest.mark.parametrize(
    ("name", "environment", "chosen"),
    [
        ("", {}, "rehearsal:o3"),
        ("", {"VLLM_API_KEY": "x"}, "rehearsal:o3"),
        ("", {"OPENAI_API_KEY": "x"}, "openai:gpt-5-mini"),
        ("", {"OPENAI_API_KEY": "x", "AIML_API_KEY": "x"}, "aimlapi:o4-mini"),
        ("o3", {"OPENAI_API_KEY": "x"}, "openai:o3"),
        ("o3", {}, "rehearsal:o3"),
        ("segmind", {}, "segmind:o3"),
        ("fast", {}, "aimlapi-responses:o3-mini"),
        ("ollama:qwen3:8b", {}, "ollama:qwen3:8b"),
        ("compatible:org/model", {}, "compatible:org/model"),
    ],
)
def test_a_name_means_a_model(name: str, environment: dict[str, str], chosen: str) -> None:
    settings = NBReason(aliases={"fast": "aimlapi-responses:o3-mini"})
    assert chosen == choose(name, settings, KeySource(environment)).name


@pytest.mark.parametrize(
    ("name", "wire_id", "images"),
    [
        ("aimlapi:o3", "openai/o3-2025-04-16", "any"),
        ("aimlapi:openai/o3-2025-04-16", "openai/o3-2025-04-16", "any"),
        ("aimlapi:openai/o3", "openai/o3-2025-04-16", "any"),
        ("aimlapi:o3-mini", "o3-mini", 0),
        ("openai:o3-2025-04-16", "o3-2025-04-16", "any"),
        ("openai:o3-mini-2025-01-31", "o3-mini-2025-01-31", 0),
        ("openrouter:o3", "openai/o3", "any"),
        ("openrouter:openai/o3-mini", "openai/o3-mini", 0),
        ("openrouter:qwen/qwen3-vl", None, None),
        ("litellm:openai/o3", "openai/o3", "any"),
        ("litellm:o3", None, "any"),
    ],
)
def test_a_model_is_known_by_any_of_its_names(name: str, wire_id: str | None, images: ImageLimit) -> None:
    facts = choose(name, NBReason(), KeySource({})).facts
    assert (wire_id, images) == (facts.id, facts.images)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("segmnd:o3", "Did you mean segmind:o3"),
        ("segmind:o3-mni", "Did you mean segmind:o3-mini"),
        ("openai:o4mini", "Did you mean openai:o4-mini"),
        ("fsat", "Did you mean fast"),
        ("nothing-like-it", "See %nbreason models"),
        ("ollama", "Ollama has no default model: name one, ollama:NAME"),
    ],
)
def test_a_wrong_name_gets_the_nearest_right_one(name: str, words: str) -> None:
    with pytest.raises(UnknownModel, match=words):
        choose(name, NBReason(aliases={"fast": "segmind:o3-mini"}), KeySource({}))


def test_only_the_models_that_the_settings_allow_are_asked_and_a_cell_cannot_allow_more() -> None:
    settings = NBReason(allowed=["segmind:o3*", "rehearsal:*"])
    assert choose("segmind:o3-mini", settings, KeySource({})).name == "segmind:o3-mini"
    line = r"segmind:o1-preview is not allowed here, only segmind:o3\*, rehearsal:\* \(NBReason.allowed\). Nothing was"
    with pytest.raises(Refused, match=line):
        choose("segmind:o1-preview", settings, KeySource({}))
    settings.allowed = []
    with pytest.raises(Refused, match="is not allowed here"):
        choose("segmind:o1-preview", settings, KeySource({}))
    settings.allowed = ["rehearsal:*"]
    with pytest.raises(Refused, match="is not allowed here"):
        choose("segmind:o3-mini", settings, KeySource({}))
    assert {choice.provider.name for choice in list_models(settings)} == {"rehearsal"}


def test_a_fact_of_the_settings_goes_before_and_a_name_before_a_pattern() -> None:
    models = {"segmind:*": {"images": 1}, "segmind:o1-preview": {"images": 2}}
    assert [1, 2] == [
        choose(f"segmind:{name}", NBReason(models=models), KeySource({})).facts.images for name in ("o3", "o1-preview")
    ]
    with pytest.raises(Refused, match="must be a dict of facts"):
        choose("segmind:o3", NBReason(models={"segmind:o3": 5}), KeySource({}))


def test_a_model_can_have_its_key_in_another_header_than_its_provider(
    asker: MakeAsker, serve: Callable[..., Scripted]
) -> None:
    server = serve(http("200 OK", b'{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}'))
    models = {"segmind:o1-preview": {"auth": "bearer"}}
    ask = asker({}, endpoints={"segmind": server.url}, models=models)
    for model in ("o1-preview", "o3"):
        ask(f"segmind:{model}")
    first, second = [request.lower() for request in server.requests]
    assert (b"authorization: bearer sk-x\r\n" in first, b"x-api-key" in first) == (True, False)
    assert (b"x-api-key: sk-x\r\n" in second, b"authorization" in second) == (True, False)

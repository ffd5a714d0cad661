"""What servers say of their models: asked seldom, believed little, and never needed."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.choice import Choice, list_models
from nbreason.asking.session import Session
from nbreason.config.endpoints import url_variable
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.models import ModelFacts, Options
from nbreason.core.parts import Part, Text
from nbreason.core.question import Place, Question
from nbreason.errors import NBReasonError, Refused, UnknownModel
from nbreason.providers import providers
from nbreason.rehearsal import Rehearsal
from nbreason.rehearsal import start as start_rehearsal
from nbreason.store.catalogues import CatalogueFiles
from nbreason.store.conversations import Store
from nbreason.transport.client import Transport
from tests.conftest import DUMMY_KEY, Scripted, http

from .conftest import FIGURE, at_once

VISION = "qwen/qwen3-vl"
Serve = Callable[..., Scripted]
HELLO = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}


class Kernel:
    """A session in which some providers are at other addresses, with a clock that stands."""

    def __init__(self, environment: dict[str, str], folder: Path | None, store: Store, **settings: Any) -> None:
        self.now = 1_750_000_000.0
        self.settings = NBReason(**{"replay": "off", **settings})
        self.session = Session(
            self.settings,
            store,
            environment,
            Transport(sleep=at_once),
            lambda: self.now,
            catalogues=CatalogueFiles(folder),
        )

    def ask(self, model: str, *parts: Part, options: Options | None = None) -> Answer:
        question = Question((*parts, Text("What?")), Place("x"), model=model, options=options or Options(), alone=True)
        return self.session.ask(question).result(20)

    def facts(self, model: str) -> ModelFacts:
        return self.session.choose(model).facts

    def refresh(self, provider: str) -> None:
        self.session.refresh(providers()[provider])

    def names(self, provider: str) -> set[str]:
        """The models that a server has named."""
        found: list[Choice] = list_models(self.settings, self.session.discovery.known)
        return {choice.model for choice in found if choice.provider.name == provider} - {*providers()[provider].models}


@pytest.fixture
def session_at() -> Iterator[Callable[..., Kernel]]:
    made: list[Kernel] = []

    def make(
        urls: dict[str, str],
        folder: Path | None = None,
        store: Store | None = None,
        key: str = DUMMY_KEY,
        **settings: Any,
    ) -> Kernel:
        environment = {url_variable(providers()[name]): url for name, url in urls.items()}
        environment |= {providers()[name].keys[0]: key for name in urls}
        made.append(Kernel(environment, folder, store or Store(None), **settings))
        return made[-1]

    yield make
    for each in made:
        each.session.close()


MakeKernel = Callable[..., Kernel]


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    with start_rehearsal(pace=0, think_seconds=0, record=True, models=[VISION, "coder"]) as running:
        yield running


@pytest.fixture
def catalogue(serve: Serve) -> Callable[..., Scripted]:
    """A server that has a body for each path, as JSON or as whole replies; a question gets an answer."""

    def make(bodies: dict[str, object]) -> Scripted:
        def act(connection: Any) -> None:
            body = bodies.get(served.requests[-1].split(b" ")[1].decode(), HELLO)
            connection.sendall(body if isinstance(body, bytes) else http("200 OK", json.dumps(body).encode()))
            connection.shutdown(socket.SHUT_WR)

        served: Scripted = serve(act)
        return served

    return make


Serving = Callable[[dict[str, object]], Scripted]


def openrouter(*entries: dict[str, object]) -> dict[str, object]:
    return {"/v1/models": {"data": list(entries)}}


SEES = {"id": VISION, "architecture": {"input_modalities": ["text", "image"]}, "supported_parameters": []}
PRICES = (2e-6, 8e-6)


# Each server, played by the rehearsal.


@pytest.mark.parametrize(
    ("provider", "path", "model", "expected"),
    [
        ("openrouter", "/api", VISION, ("any", ("low", "medium", "high"), 200_000, None, 100_000, *PRICES)),
        ("litellm", "", VISION, ("any", None, None, 200_000, 100_000, *PRICES)),
        ("aimlapi", "", VISION, ("any", None, 200_000, None, 100_000, None, None)),
        ("ollama", "", VISION, ("any", None, 200_000, None, None, None, None)),
        ("lmstudio", "", VISION, ("any", None, 65_536, None, None, None, None)),
        ("llamacpp", "", VISION, ("any", None, 65_536, None, None, None, None)),
        ("vllm", "", VISION, (None, None, 200_000, None, 100_000, None, None)),
        ("openai", "", "coder", (None, None, 200_000, None, 100_000, None, None)),
    ],
)
def test_the_list_of_each_server_is_read(
    session_at: MakeKernel, server: Rehearsal, provider: str, path: str, model: str, expected: tuple[object, ...]
) -> None:
    made = session_at({provider: server.url + path})
    assert made.facts(f"{provider}:{model}").images is None
    made.refresh(provider)
    facts = made.facts(f"{provider}:{model}")
    told = (facts.images, facts.efforts, facts.window, facts.max_input, facts.max_output)
    assert expected == (*told, facts.price_in, facts.price_out)
    assert facts.source("window" if facts.window else "max_input").name == f"{providers()[provider].title}'s own list"
    assert any(name.startswith(model) for name in made.names(provider))


@pytest.mark.parametrize(("provider", "path"), [("openrouter", "/api"), ("litellm", ""), ("ollama", "")])
def test_a_figure_goes_to_a_vision_model_that_nobody_described(
    session_at: MakeKernel, server: Rehearsal, provider: str, path: str
) -> None:
    answer = session_at({provider: server.url + path}).ask(f"{provider}:{VISION}", FIGURE)
    assert "640 x 480 pixels" in answer.text
    assert answer.notices == ()


def test_the_context_with_which_a_model_is_loaded_goes_before_its_maximum(
    session_at: MakeKernel, server: Rehearsal
) -> None:
    made = session_at({"ollama": server.url, "lmstudio": server.url})
    made.refresh("ollama")
    made.refresh("lmstudio")
    assert 65_536 == made.facts("ollama:o3").window  # which is loaded there
    assert 200_000 == made.facts("ollama:o4-mini").window
    assert (65_536, 200_000) == (made.facts("lmstudio:o3").window, made.facts("lmstudio:o3-mini").window)


def test_the_context_of_a_loaded_model_is_not_told_when_it_may_have_changed(
    session_at: MakeKernel, server: Rehearsal
) -> None:
    made = session_at({"lmstudio": server.url})
    made.refresh("lmstudio")
    made.now += 601
    assert ("any", None) == (made.facts(f"lmstudio:{VISION}").images, made.facts(f"lmstudio:{VISION}").window)


def test_of_an_ollama_only_the_model_in_question_is_asked_for(session_at: MakeKernel, catalogue: Serving) -> None:
    served = catalogue(
        {
            "/api/tags": {"models": [{"name": "a:latest"}, {"name": "b:latest"}]},
            "/api/show": {"capabilities": ["completion", "vision"], "model_info": {"x.context_length": 8192}},
            "/api/ps": {"models": []},
        }
    )
    made = session_at({"ollama": served.url})
    made.ask("ollama:a", FIGURE)
    shows = [request for request in served.requests if b"/api/show" in request]
    assert [b'{"model":"a:latest"}'] == [request.rpartition(b"\r\n\r\n")[2] for request in shows]
    assert ("any", 8192) == (made.facts("ollama:a").images, made.facts("ollama:a").window)
    assert (None, {"a:latest", "b:latest"}) == (made.facts("ollama:b").images, made.names("ollama"))


# Who is trusted.


def test_fact_by_fact_the_most_trusted_goes_first(session_at: MakeKernel, catalogue: Serving) -> None:
    entry = {
        "id": "gpt-5",
        "context_length": 1000,
        "architecture": {"input_modalities": ["text"]},
        "pricing": {"prompt": "0.5"},
    }
    served = catalogue(openrouter({**entry, "id": "openai/o3"}, {**entry, "id": "openai/gpt-5"}))
    made = session_at({"openrouter": served.url}, models={"openrouter:openai/gpt-5": {"max_output": 7}})
    made.refresh("openrouter")
    described, listed = made.facts("openrouter:o3"), made.facts("openrouter:openai/gpt-5")
    assert ("any", 200_000, 0.5) == (described.images, described.window, described.price_in)
    assert (0, 1000, 0.5, 7) == (listed.images, listed.window, listed.price_in, listed.max_output)
    assert 272_000 == listed.max_input  # of the snapshot, by its maker's name
    told = [listed.source(fact).short for fact in ("max_output", "images", "max_input")]
    assert ["settings", "server", "LiteLLM"] == told


def test_the_prices_of_two_servers_of_one_model_are_their_own(session_at: MakeKernel, catalogue: Serving) -> None:
    entry = {"id": "m", "model_group": "m", "mode": "chat", "max_input_tokens": 10}
    one = catalogue(openrouter({**entry, "pricing": {"prompt": "0.000001"}}))
    other = catalogue({"/model_group/info": {"data": [{**entry, "input_cost_per_token": 0.0}]}})
    made = session_at({"openrouter": one.url, "litellm": other.url})
    made.refresh("openrouter")
    made.refresh("litellm")
    assert (1e-6, 0.0) == (made.facts("openrouter:m").price_in, made.facts("litellm:m").price_in)


def test_litellm_is_not_believed_about_a_model_that_it_does_not_know(
    session_at: MakeKernel, catalogue: Serving
) -> None:
    entry = {"model_group": "a", "supports_vision": False, "supports_reasoning": False, "input_cost_per_token": 0}
    described = {"model_group": "b", "mode": None, "supports_vision": True, "max_input_tokens": 32_000.0}
    made = session_at({"litellm": catalogue({"/model_group/info": {"data": [entry, {**entry, **described}]}}).url})
    made.refresh("litellm")
    one, other = made.facts("litellm:a"), made.facts("litellm:b")
    assert (None, None, None, None) == (one.images, one.efforts, one.price_in, one.max_input)
    assert ("any", None, None, 32_000) == (other.images, other.efforts, other.price_in, other.max_input)


def test_a_list_that_says_a_model_reads_no_images_is_named_with_the_way_to_say_otherwise(
    session_at: MakeKernel, catalogue: Serving
) -> None:
    blind = {**SEES, "architecture": {"input_modalities": ["text"]}}
    made = session_at({"openrouter": catalogue(openrouter(blind)).url})
    with pytest.raises(
        Refused, match=r"reads text only, says OpenRouter's own list, .* If it does: %config"
    ) as refusal:
        made.ask(f"openrouter:{VISION}", FIGURE)
    assert f'NBReason.models = {{"openrouter:{VISION}": {{"images": True}}}}' in str(refusal.value)
    made.settings.models = {f"openrouter:{VISION}": {"images": True}}
    assert made.ask(f"openrouter:{VISION}", FIGURE).text == "Hi"


def test_a_name_of_a_list_is_no_typo(session_at: MakeKernel, catalogue: Serving) -> None:
    made = session_at({"openai": catalogue({"/v1/models": {"data": [{"id": "o4-minor"}]}}).url})
    with pytest.raises(UnknownModel, match="Did you mean openai:o4-mini"):
        made.facts("openai:o4-minor")
    made.refresh("openai")
    assert made.facts("openai:o4-minor").images is None


# How often, and with which key.


def test_a_server_is_asked_by_itself_only_for_a_figure_or_an_effort_of_an_unknown_model_and_once(
    session_at: MakeKernel, catalogue: Serving
) -> None:
    served = catalogue({"/v1/models": http("500 Internal Server Error", b"")})
    made = session_at({"vllm": served.url})
    list_models(made.settings, made.session.discovery.known)
    made.ask("vllm:m")
    assert [request.split(b" ")[0] for request in served.requests] == [b"POST"]
    for _ in range(2):
        made.ask("vllm:m", FIGURE)
        made.ask("vllm:m", options=Options(effort="high"))
    assert 1 == sum(request.startswith(b"GET ") for request in served.requests)


def test_nothing_is_asked_where_nothing_may_be_sent(session_at: MakeKernel, server: Rehearsal) -> None:
    made = session_at({"ollama": server.url}, replay="only")
    with pytest.raises(NBReasonError):
        made.ask("ollama:rehearsal", FIGURE)
    assert server.posts == 0


@pytest.mark.long
def test_a_server_that_says_nothing_holds_up_a_question_for_a_moment_only(session_at: MakeKernel, serve: Serve) -> None:
    def act(connection: Any) -> None:
        if served.requests[-1].startswith(b"GET "):
            served.wait_until_gone(connection, 60)
        else:
            connection.sendall(http("200 OK", json.dumps(HELLO).encode()))

    served = serve(act)
    assert session_at({"vllm": served.url}).ask("vllm:m", FIGURE).text == "Hi"


@pytest.mark.parametrize(("provider", "keys"), [("openrouter", 0), ("aimlapi", 0), ("litellm", 1), ("openai", 1)])
def test_the_key_goes_only_to_lists_that_need_it(
    session_at: MakeKernel, serve: Serve, provider: str, keys: int
) -> None:
    served = serve(http("200 OK", b"{}"))
    session_at({provider: served.url}).refresh(provider)
    assert keys == served.requests[0].count(DUMMY_KEY.encode())


def test_a_key_does_not_follow_to_another_address_and_is_in_no_name(
    session_at: MakeKernel, serve: Serve, tmp_path: Path
) -> None:
    elsewhere = serve(http("200 OK", b"{}"))
    sends_away = serve(http("307 Temporary Redirect", b"", f"Location: {elsewhere.url}/v1/models"))
    with pytest.raises(NBReasonError):
        session_at({"openai": sends_away.url}).refresh("openai")
    assert elsewhere.requests == []
    echoes = serve(http("200 OK", json.dumps({"data": [{"id": f"m-{DUMMY_KEY}"}]}).encode()))
    made = session_at({"openai": echoes.url}, tmp_path)
    made.refresh("openai")
    (file,) = (tmp_path / "catalogues").iterdir()
    assert DUMMY_KEY not in file.read_text(encoding="utf-8") + str(made.names("openai"))


@pytest.mark.parametrize(("seconds", "asked"), [(599, 1), (601, 2)])
def test_a_list_of_this_machine_is_new_for_ten_minutes_also_in_the_next_kernel(
    session_at: MakeKernel, catalogue: Serving, tmp_path: Path, seconds: int, asked: int
) -> None:
    served = catalogue({"/v1/models": {"data": [{"id": "m", "max_model_len": 4096}]}})
    for later in (0, seconds):
        made = session_at({"vllm": served.url}, tmp_path)
        made.now += later
        made.ask("vllm:m", FIGURE)
        assert 4096 == made.facts("vllm:m").window
    assert asked == sum(request.startswith(b"GET ") for request in served.requests)


def test_a_list_that_has_not_changed_is_not_sent_again(session_at: MakeKernel, serve: Serve, tmp_path: Path) -> None:
    def act(connection: Any) -> None:
        new = b'if-none-match: "7"' not in served.requests[-1].lower()
        body = json.dumps({"data": [{"id": "m", "max_model_len": 4096}]}).encode()
        connection.sendall(http("200 OK", body, 'ETag: "7"') if new else http("304 Not Modified"))

    served = serve(act)
    for later in (0, 700):
        made = session_at({"vllm": served.url}, tmp_path)
        made.now += later
        made.refresh("vllm")
        assert 4096 == made.facts("vllm:m").window
    assert [False, True] == [b'if-none-match: "7"' in request.lower() for request in served.requests]


def test_a_model_that_is_gone_is_not_named_any_more(session_at: MakeKernel, catalogue: Serving) -> None:
    bodies: dict[str, object] = {"/v1/models": {"data": [{"id": "old"}, {"id": "new"}]}}
    made = session_at({"vllm": catalogue(bodies).url})
    made.refresh("vllm")
    assert {"old", "new"} == made.names("vllm")
    bodies["/v1/models"] = {"data": [{"id": "new"}]}
    made.refresh("vllm")
    assert {"new"} == made.names("vllm")


def test_a_saved_answer_is_found_where_no_server_can_be_asked(session_at: MakeKernel, catalogue: Serving) -> None:
    made = session_at({"openrouter": catalogue(openrouter(SEES)).url}, replay="on")
    assert "Hi" == made.ask(f"openrouter:{VISION}", FIGURE).text
    offline = session_at({"openrouter": "https://openrouter.invalid/api"}, store=made.session.store, replay="on")
    assert offline.ask(f"openrouter:{VISION}", FIGURE).replayed
    with pytest.raises(Refused, match="is not known to read images"):
        offline.ask("openrouter:another", FIGURE)


# What is not believed.

DEEP = b"[" * 200_000
BAD = {
    "a page": http("200 OK", b"<!doctype html><title>Sign in</title>"),
    "too much": http("200 OK", b'{"data": [' + b" " * (8 * 2**20) + b"]}"),
    "nested": http("200 OK", DEEP),
    "no text": http("200 OK", b"\xff\xfe\x00"),
    "an error": http("500 Internal Server Error", b"oh"),
    "no key": http("401 Unauthorized", b"{}"),
    "cut": b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"data": [',
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_list_is_told_in_a_line_when_asked_for_and_changes_nothing(
    session_at: MakeKernel, catalogue: Serving, bad: str
) -> None:
    served = catalogue({"/v1/models": BAD[bad]})
    made = session_at({"vllm": served.url})
    with pytest.raises(NBReasonError) as refusal:
        made.refresh("vllm")
    assert "\n" not in str(refusal.value)
    assert DUMMY_KEY not in str(refusal.value)
    assert made.names("vllm") == set()
    assert made.ask("vllm:m", FIGURE).text == "Hi"


@pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": [1, None, {}]}, {"data": [{"id": 7}]}, "text", None])
@pytest.mark.parametrize("provider", [name for name, provider in providers().items() if provider.catalogue])
def test_json_that_is_no_list_names_no_model(session_at: MakeKernel, serve: Serve, provider: str, body: object) -> None:
    served = serve(http("200 OK", json.dumps(body).encode()))
    made = session_at({provider: served.url})
    made.refresh(provider)
    assert made.names(provider) == set()


HOSTILE = ["a b", "line\nbreak", "\x1b[31mred", "‮evil", "", "x" * 201, "openai/*", "bell\x07", "zero​width"]


def test_names_that_a_screen_or_a_line_would_obey_are_left_out(session_at: MakeKernel, catalogue: Serving) -> None:
    entries = [{"id": name} for name in [*HOSTILE, "<b>bold</b>", "good"]]
    made = session_at({"vllm": catalogue({"/v1/models": {"data": entries}}).url})
    made.refresh("vllm")
    assert {"<b>bold</b>", "good"} == made.names("vllm")  # pages escape it


@pytest.mark.parametrize("price", ["-1", -0.1, "nan", "inf", 5, True, [], "1e400", None, "free"])
def test_impossible_numbers_are_unknown(session_at: MakeKernel, catalogue: Serving, price: object) -> None:
    entry = {"id": "m", "pricing": {"prompt": price}, "context_length": price if price != 5 else -5}
    made = session_at({"openrouter": catalogue(openrouter(entry)).url})
    made.refresh("openrouter")
    assert (None, None) == (made.facts("openrouter:m").price_in, made.facts("openrouter:m").window)


def test_a_list_sets_no_address_key_budget_parameter_or_permission(session_at: MakeKernel, catalogue: Serving) -> None:
    evil = {"url": "https://evil.example", "base_url": "https://evil.example", "key_env": "HOME", "budget": "999 usd"}
    more = {"cap": "n", "id": "m", "system": "fold", "refuses": ["stop"], "json": ["object"], "image_bytes": 1}
    served = catalogue({"/v1/models": {"data": [{**evil, **more, "max_model_len": 9000}], **evil}})
    made = session_at({}, allowed=["vllm:n"], budget="5 usd", endpoints={"vllm": served.url})
    before = providers()["vllm"].unknown
    made.refresh("vllm")
    assert made.names("vllm") == set()
    made.settings.allowed = made.settings.configured_allowed = []
    facts = made.facts("vllm:m")
    assert 9000 == facts.window
    assert before == ModelFacts(**{**vars(facts), "window": None, "sources": {}})
    assert "5 usd" == made.settings.budget
    assert made.session.plan(Question((Text("?"),), Place("x"), model="vllm:m")).url.startswith(served.url)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"at": 1}', b'{"at": "x", "models": {"m": 5}}', DEEP, b"\xff"])
def test_a_damaged_file_is_no_list(session_at: MakeKernel, catalogue: Serving, tmp_path: Path, content: bytes) -> None:
    served = catalogue({"/v1/models": {"data": [{"id": "m"}]}})
    session_at({"vllm": served.url}, tmp_path).refresh("vllm")
    (file,) = (tmp_path / "catalogues").iterdir()
    file.write_bytes(content)
    made = session_at({"vllm": served.url}, tmp_path)
    assert made.names("vllm") == set()
    made.refresh("vllm")
    assert made.names("vllm") == {"m"}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_file_that_others_can_write_is_not_read(session_at: MakeKernel, catalogue: Serving, tmp_path: Path) -> None:
    served = catalogue({"/v1/models": {"data": [{"id": "m"}]}})
    session_at({"vllm": served.url}, tmp_path).refresh("vllm")
    (file,) = (tmp_path / "catalogues").iterdir()
    file.chmod(0o666)
    assert session_at({"vllm": served.url}, tmp_path).names("vllm") == set()

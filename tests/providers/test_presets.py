"""The lists of models of the hosted providers, in the form that their documents show, and where requests go."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from nbreason.config.endpoints import resolve
from nbreason.config.settings import NBReason
from nbreason.core.catalogue import merged
from nbreason.core.usage import Money
from nbreason.providers import providers
from tests.conftest import Scripted, http

from .test_discovery import Kernel, session_at

__all__ = ["session_at"]
ADDRESSES = {
    "anthropic": "https://api.anthropic.com/v1/chat/completions",
    "google": "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    "xai": "https://api.x.ai/v1/chat/completions",
    "deepseek": "https://api.deepseek.com/v1/chat/completions",
    "mistral": "https://api.mistral.ai/v1/chat/completions",
    "groq": "https://api.groq.com/openai/v1/chat/completions",
    "together": "https://api.together.ai/v1/chat/completions",
    "fireworks": "https://api.fireworks.ai/inference/v1/chat/completions",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_question_goes_to_the_address_of_the_documents(name: str) -> None:
    provider = providers()[name]
    assert ADDRESSES[name] == resolve(provider, NBReason(), {}).url(provider.path_on("chat"))


@pytest.mark.parametrize("url", ["https://me.openai.azure.com/openai/v1", "https://me.openai.azure.com/openai/v1/"])
def test_azure_is_at_the_address_of_ones_own_resource_with_a_header_of_its_own(url: str) -> None:
    place = resolve(providers()["azure"], NBReason(endpoints={"azure": url}), {})
    assert "https://me.openai.azure.com/openai/v1/chat/completions" == place.url("/v1/chat/completions")
    assert ("api-key", "") == (place.auth.header, place.auth.prefix)


GROK = {"images": "any", "price_in": 3e-6, "price_out": 1.5e-5, "price_cached": 7.5e-7}
LISTS: dict[str, tuple[object, dict[str, object]]] = {
    "google": ({"data": [{"id": "models/gemini-x"}, {"id": None}]}, {"gemini-x": {}}),
    "xai": (
        {
            "models": [
                {
                    "id": "grok-x",
                    "aliases": ["grok-latest"],
                    "input_modalities": ["text", "image"],
                    "prompt_text_token_price": 30000,
                    "cached_prompt_text_token_price": 7500,
                    "completion_text_token_price": 150000,
                }
            ]
        },
        {"grok-x": GROK, "grok-latest": GROK},
    ),
    "deepseek": ({"object": "list", "data": [{"id": "deepseek-x", "object": "model"}]}, {"deepseek-x": {}}),
    "mistral": (
        {
            "data": [
                {"id": "m", "aliases": ["m-latest"], "capabilities": {"vision": True}, "max_context_length": 9},
                {"id": "embed", "capabilities": {"completion_chat": False}},
            ]
        },
        {name: {"images": "any", "window": 9} for name in ("m", "m-latest")},
    ),
    "groq": (
        {"data": [{"id": "q", "context_window": 131072, "max_completion_tokens": 8192}]},
        {"q": {"window": 131072, "max_output": 8192}},
    ),
    "together": (
        [
            {"id": "a/b", "type": "chat", "context_length": 9, "pricing": {"input": 0.25, "output": 0.5, "hourly": 0}},
            {"id": "own", "type": "chat", "pricing": {"input": 0, "output": 0}},
            {"id": "flux", "type": "image"},
        ],
        {"a/b": {"window": 9, "price_in": 2.5e-7, "price_out": 5e-7}, "own": {}},
    ),
    "fireworks": (
        {
            "data": [
                {"id": "accounts/fireworks/models/x", "supports_image_input": False, "context_length": 9},
                {"id": "flux", "supports_chat": False},
            ]
        },
        {"accounts/fireworks/models/x": {"images": 0, "window": 9}},
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_its_list_of_models_is_read(name: str) -> None:
    reply, expected = LISTS[name]
    (query,) = providers()[name].catalogue
    found = merged({}, query.read(json.loads(json.dumps(reply)), ""))
    assert expected == found


@pytest.mark.parametrize("name", ["anthropic:claude-sonnet-5", "xai:grok-4.5", "google:gemini-2.5-pro", "azure:gpt-5"])
def test_a_model_of_a_maker_is_known_with_its_price_before_anybody_was_asked(
    session_at: Callable[..., Kernel], name: str
) -> None:
    facts = session_at({}).facts(name)
    assert facts.images == "any"
    assert facts.price_in
    assert facts.price_out
    assert facts.input_limit


def test_an_effort_that_would_be_ignored_is_refused(session_at: Callable[..., Kernel]) -> None:
    assert () == session_at({}).facts("anthropic:claude-sonnet-5").efforts


def test_the_balance_of_deepseek_is_that_in_dollars(
    session_at: Callable[..., Kernel], serve: Callable[..., Scripted]
) -> None:
    infos = [{"currency": "CNY", "total_balance": "70"}, {"currency": "USD", "total_balance": "9.50"}]
    served = serve(http("200 OK", json.dumps({"is_available": True, "balance_infos": infos}).encode()))
    session = session_at({"deepseek": served.url}).session
    assert Money(9.5, "USD") == session.credits(providers()["deepseek"])
    assert served.requests[0].startswith(b"GET /user/balance ")

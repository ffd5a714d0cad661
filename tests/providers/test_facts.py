"""What is known of a model comes, fact by fact, from whoever is trusted most."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from nbreason.asking.choice import choose
from nbreason.asking.facts import facts_of
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.core.models import LEARNED, ModelFacts
from nbreason.errors import UnknownModel
from nbreason.providers import providers
from nbreason.providers.snapshot import snapshot


def facts(name: str, **configured: Any) -> ModelFacts:
    provider, _, model = name.partition(":")
    return facts_of(providers()[provider], model, configured)


def test_a_model_that_nobody_described_has_the_facts_and_prices_of_the_snapshot() -> None:
    found = facts("openai:gpt-4o-mini")
    assert ("any", 128_000, 16_384) == (found.images, found.max_input, found.max_output)
    assert (1.5e-07, 6e-07, 7.5e-08) == (found.price_in, found.price_out, found.price_cached)
    assert snapshot().source == found.source("price_in")
    assert date.fromisoformat(found.source("price_in").as_of) > date(2026, 1, 1)


def test_settings_go_before_documents_and_documents_before_the_snapshot() -> None:
    found = facts("openai:gpt-5", price_in=1e-9)
    assert ("NBReason.models", 1e-9) == (found.source("price_in").name, found.price_in)
    assert ("the provider's documents", 272_000) == (found.source("max_input").name, found.max_input)
    assert found.source("price_out") == snapshot().source


def test_the_name_of_its_maker_tells_what_a_model_takes_and_never_what_it_costs() -> None:
    found = facts("aimlapi:openai/gpt-4o-mini-2024-07-18")
    assert ("any", 128_000) == (found.images, found.max_input)
    assert facts("aimlapi:openai/gpt-4o-mini").price_in is None
    assert ("any", None) == (facts("ollama:gpt-4o-mini").images, facts("ollama:gpt-4o-mini").max_input)


@pytest.mark.parametrize("name", ["aimlapi:o3", "aimlapi-responses:o3", "segmind:o3", "rehearsal:o3", "ollama:gpt-4o"])
def test_no_list_price_stands_where_tokens_are_weighted_or_credits_are_paid(name: str) -> None:
    assert (None, None, None) == (facts(name).price_in, facts(name).price_out, facts(name).price_cached)


def test_a_list_price_of_a_provider_that_weighs_tokens_is_left_out() -> None:
    weighing = replace(providers()["openai"], weighted=True)
    assert (None, "any") == (
        facts_of(weighing, "gpt-4o-mini", {}).price_in,
        facts_of(weighing, "gpt-4o-mini", {}).images,
    )


def test_two_providers_of_one_model_have_prices_of_their_own() -> None:
    assert facts("openai:gpt-5").source("price_in").as_of == snapshot().source.as_of
    one, other = ({**snapshot().models["openai"]["gpt-5"], "price_in": price} for price in (1e-6, 2e-6))
    listed = replace(snapshot(), models={"openai": {"gpt-5": one}, "azure": {"gpt-5": other}})
    assert (1e-6, 2e-6) == tuple(listed.of_provider(name, "gpt-5")["price_in"] for name in ("openai", "azure"))


def test_a_price_of_nothing_is_a_price() -> None:
    assert ModelFacts(price_in=0.0).completed({"price_in": 1e-6}, snapshot().source).price_in == 0


def test_the_snapshot_is_no_typo_and_a_typo_is_told_as_before() -> None:
    assert choose("openai:gpt-4.1-mini", NBReason(), KeySource({})).facts.images == "any"
    with pytest.raises(UnknownModel, match="Did you mean openai:gpt-5-mini"):
        choose("openai:gpt5-mini", NBReason(), KeySource({}))


def test_the_longest_question_and_the_room_of_the_history_are_two_numbers() -> None:
    gpt5 = facts("openai:gpt-5")
    assert (400_000, 272_000, 272_000) == (gpt5.context, gpt5.input_limit, gpt5.history_limit)
    o3 = facts("openai:o3")
    assert (200_000, 200_000, 150_000) == (o3.context, o3.input_limit, o3.history_limit)
    assert (None, None, None) == (ModelFacts().context, ModelFacts().input_limit, ModelFacts().history_limit)


def test_the_snapshot_is_small_dated_and_says_whose_it_is() -> None:
    text = (files("nbreason.providers") / "snapshot.json").read_text(encoding="utf-8")
    found = json.loads(text)
    assert len(text) < 60_000
    assert "MIT" in found["licence"]
    assert found["version"] in snapshot().source.name
    assert set(found["fields"]) < set(LEARNED)
    assert {len(row) <= len(found["fields"]) for rows in found["models"].values() for row in rows.values()} == {True}
    prices = [row[4:] for rows in found["models"].values() for row in rows.values()]
    assert all(price is None or 0 < price < 0.01 for row in prices for price in row)

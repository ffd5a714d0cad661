"""Another provider is one file, or one entry point; nothing else is edited."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbreason.providers
from nbreason.asking.choice import choose
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.errors import UnknownModel
from nbreason.providers import providers
from nbreason.rehearsal import Rehearsal

from . import test_contract
from .conftest import FIGURE, Asker, everywhere, new_session

ACME = """
from nbreason.core.models import OPENAI_MODELS
from nbreason.core.usage import Money, amount
from nbreason.providers.base import Auth, BalanceQuery, Provider

PROVIDER = Provider(
    name="acme",
    title="Acme",
    base_url="https://api.acme.example",
    keys=("ACME_API_KEY",),
    default_model="o3",
    models={"o3": OPENAI_MODELS["o3"], "o3-mini": OPENAI_MODELS["o3-mini"]},
    wire="responses",
    unit="USD",
    costs=(("meta.usage.usd_spent", "USD"),),
    balance=BalanceQuery("/v2/billing", lambda reply: Money(amount(reply["current_balance"]), "USD")),
    confirmed=("nothing",),
    assumed=("everything",),
)
"""


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The file of a new provider beside the others."""
    (tmp_path / "acme.py").write_text(ACME)
    monkeypatch.setattr(nbreason.providers, "__path__", [*nbreason.providers.__path__, str(tmp_path)])
    providers.cache_clear()
    yield
    sys.modules.pop("nbreason.providers.acme", None)
    providers.cache_clear()


@pytest.fixture
def acme_ask(acme: None, server: Rehearsal) -> Iterator[Asker]:
    session = new_session(everywhere(server.url))
    yield Asker(session)
    session.close()


def test_one_file_passes_the_contract(acme_ask: Asker, server: Rehearsal) -> None:
    provider = providers()["acme"]
    test_contract.test_its_data_make_sense(provider)
    test_contract.test_it_says_what_is_confirmed_and_what_is_assumed(provider)
    for model in provider.models:
        test_contract.test_a_question_is_answered_and_its_tokens_told(provider, model, acme_ask, server)
        test_contract.test_each_effort_it_takes_is_taken_and_no_other(provider, model, acme_ask, server)
        test_contract.test_instructions_travel_in_a_role_the_model_has(provider, model, acme_ask, server)
    test_contract.test_the_key_is_neither_in_the_body_nor_in_the_address(provider, acme_ask, server)
    test_contract.test_what_is_not_reported_is_none(provider, acme_ask)
    test_contract.test_money_is_told_as_far_as_the_provider_tells_it(provider, acme_ask)
    test_contract.test_a_refused_stream_is_asked_for_once_and_never_again(provider, acme_ask, server)
    for status in test_contract.FAMILY:
        test_contract.test_each_documented_error_is_one_line_of_the_family(provider, status, "", acme_ask, server)
    assert "640 x 480 pixels" in acme_ask("acme:o3", "What?", FIGURE).text


def test_without_the_file_there_is_no_such_provider() -> None:
    with pytest.raises(UnknownModel):
        choose("acme:o3", NBReason(), KeySource({}))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package that brings two providers by entry points, one of them broken."""
    (tmp_path / "acme_for_nbreason.py").write_text(ACME)
    (tmp_path / "broken_for_nbreason.py").write_text("raise RuntimeError('no')\n")
    info = tmp_path / "acme_for_nbreason-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-for-nbreason\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[nbreason.providers]\nacme = acme_for_nbreason:PROVIDER\nbroken = broken_for_nbreason:PROVIDER\n"
        "other = acme_for_nbreason:Provider\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    providers.cache_clear()
    yield
    providers.cache_clear()


def test_an_entry_point_is_found_and_a_broken_one_takes_nobody_along(installed: None) -> None:
    with (
        pytest.warns(UserWarning, match="cannot be loaded: RuntimeError: no"),
        pytest.warns(UserWarning, match="is no"),
    ):
        found = providers()
    assert "Acme" == found["acme"].title
    assert "segmind" in found
    assert "acme:o3-mini" == choose("acme:o3-mini", NBReason(), KeySource({})).name

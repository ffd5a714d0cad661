"""Threat 25: the limits of a class, set in the configuration, and nbreason's own settings that could undo them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from traitlets import TraitError

from nbreason.asking.plan import plan
from nbreason.config.keys import KeySource
from nbreason.config.settings import CONFIGURED, NBReason
from nbreason.errors import NBReasonError, Refused
from nbreason.notebook.notebook import notebook_of
from tests.conftest import Scripted, Shell, http, new_shell, question

REPLY = {"choices": [{"message": {"content": "so"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 2000}}
Serve = Callable[..., Scripted]


@pytest.fixture
def servers(serve: Serve) -> tuple[Scripted, Scripted]:
    """The one of the class, and another."""
    reply = http("200 OK", json.dumps(REPLY).encode())
    return serve(reply), serve(reply)


@pytest.fixture
def student(servers: tuple[Scripted, Scripted], monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell whose configuration allows one model, and 1,000 tokens."""
    monkeypatch.setenv("CLASS_KEY", "the-key-of-the-class")
    monkeypatch.setenv("OTHER_KEY", "another-key-of-the-class")
    with new_shell() as made:
        limits = {
            "allowed": ["segmind:o3-mini*", "openrouter:some/*"],
            "budget": "1000 tokens",
            "endpoints": {"segmind": {"url": servers[0].url, "key_env": "CLASS_KEY"}, "openrouter": servers[0].url},
        }
        for name, value in limits.items():
            made.config.NBReason[name] = value
        made.run_cell("%load_ext nbreason").raise_error()
        yield Shell(made)
        made.run_cell("%unload_ext nbreason").raise_error()


def requests(server: Scripted) -> list[bytes]:
    """The request lines that a server got."""
    return [request.partition(b" HTTP")[0] for request in server.requests]


@pytest.mark.parametrize(
    "line",
    [
        "%config NBReason.models = {'segmind:o3-mini': {'id': 'o3'}}",
        "%config NBReason.endpoints = {'segmind': {'url': 'OTHER', 'key_env': 'OTHER_KEY'}}",
        "%config NBReason.endpoints = {'segmind': 'OTHER'}",
        "%env NBREASON_SEGMIND_URL=OTHER",
        "%config NBReason.allowed = []\n%config NBReason.aliases = {'segmind:o3-mini': 'segmind:o3'}",
    ],
)
@pytest.mark.parametrize("reload", ["", "%reload_ext nbreason"])
def test_threat_25_settings_of_a_notebook_lead_to_no_other_model_address_or_key(
    student: Shell,
    servers: tuple[Scripted, Scripted],
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    reload: str,
) -> None:
    allowed, other = servers
    monkeypatch.setenv("NBREASON_SEGMIND_URL", "")
    for code in (line.replace("OTHER_KEY", "KEY2").replace("OTHER", other.url).replace("KEY2", "OTHER_KEY"), reload):
        for part in code.splitlines():
            student.shell.run_cell(part)
    student.shell.run_cell("%reason -m segmind:o3-mini Why?")
    assert other.requests == []
    assert set(requests(allowed)) <= {b"POST /v1/o3-mini"}
    assert all(b"the-key-of-the-class" in request for request in allowed.requests)


def test_threat_25_a_setting_that_is_changed_behind_its_back_is_not_used(
    student: Shell, servers: tuple[Scripted, Scripted]
) -> None:
    notebook = notebook_of(student.shell)
    assert notebook is not None
    notebook.settings.endpoints["segmind"] = servers[1].url
    notebook.settings.models["segmind:o3-mini"] = {"id": "o3"}
    student.run("%reason -m segmind:o3-mini Why?")
    assert (requests(servers[0]), servers[1].requests) == ([b"POST /v1/o3-mini"], [])


@pytest.mark.parametrize(
    "name",
    [
        "o3-mini/../o3",
        "o3-mini?x=/../o3",
        "o3-mini#",
        "o3-mini%2f..%2fo3",
        "o3-mini\\..\\o3",
        "o3-mini/x",
        "..",
        ".",
        "é",
    ],
)
def test_threat_25_the_name_of_a_model_is_never_another_path(name: str) -> None:
    for settings in (NBReason(), NBReason(models={"segmind:o3": {"id": name}})):
        asked = "segmind:o3" if settings.models else f"segmind:{name}"
        with pytest.raises(NBReasonError, match=r"is not the name of a model at Segmind|There is no model"):
            plan(question("why?", model=asked), [], settings, {}, KeySource({}))


def test_threat_25_a_parameter_names_no_other_model(student: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "the-key-of-the-class")
    with pytest.raises(Refused, match="has no parameter 'models'"):
        student.run("""%reason -m openrouter:some/model --param 'models=["openai/o3"]' Why?""")


def test_threat_25_spending_counts_on_wherever_it_is_saved(
    student: Shell, servers: tuple[Scripted, Scripted], tmp_path: Path
) -> None:
    student.run("%reason -m segmind:o3-mini Why?")
    student.shell.run_cell("%config NBReason.save = False")
    for line in ("%reload_ext nbreason", f"%env NBREASON_HOME={tmp_path / 'elsewhere'}", "%reload_ext nbreason"):
        student.shell.run_cell(line)
        with pytest.raises(Refused, match="1,000 tokens by the configuration"):
            student.run("%reason -m segmind:o3-mini And why else?")
    assert len(servers[0].requests) == 1


def test_threat_25_without_limits_in_the_configuration_a_notebook_sets_what_it_likes() -> None:
    CONFIGURED.clear()
    settings = NBReason()
    settings.endpoints, settings.models, settings.save = {"segmind": "https://x.example"}, {"a": {}}, False
    assert (settings.effective_endpoints, settings.effective_models) == (settings.endpoints, settings.models)
    limited = NBReason(allowed=["segmind:*"], budget="5 usd")
    for name, value in (("endpoints", {"segmind": "https://x.example"}), ("models", {"a": {}}), ("save", False)):
        with pytest.raises(TraitError, match=f"NBReason.{name} is fixed here"):
            setattr(limited, name, value)
        setattr(limited, name, getattr(limited, name))

"""Parameters that few schemas have are passed to the providers and models that document them, and refused elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbreason.core.models import Options
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.errors import Refused
from tests.conftest import MakeSession, pointed_at

VALUES: dict[str, Any] = {"verbosity": "low", "metadata": {"a": "b"}, "user": "me", "service_tier": "flex"}
TAKES = {
    "openai:gpt-5": {"verbosity", "metadata", "user", "service_tier"},
    "openai:o3": {"metadata", "user", "service_tier"},
    "openrouter:o3": {"verbosity", "user"},
    "segmind:o3": set[str](),
    "aimlapi:o3": set[str](),
    "aimlapi-responses:o3": set[str](),
    "compatible:my-model": set(VALUES),  # nobody knows what it takes
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("model", TAKES)
def test_a_parameter_goes_where_the_schema_has_it_and_is_refused_elsewhere(
    make_session: MakeSession, model: str, name: str
) -> None:
    endpoints = {"compatible": "http://127.0.0.1:9"}
    session = make_session(pointed_at("http://127.0.0.1:9"), model=model, endpoints=endpoints)
    asked = Question((Text("Why?"),), Place("n"), options=Options(params={name: VALUES[name]}))
    if name in TAKES[model]:
        assert session.plan(asked).request.params == {name: VALUES[name]}
    else:
        with pytest.raises(Refused, match=f"{model} has no parameter '{name}' as far as nbreason knows"):
            session.plan(asked)


def test_verbosity_is_a_part_of_text_on_the_responses_wire() -> None:
    from nbreason.core.request import JsonFormat, Request
    from nbreason.wire import WIRES

    params = {"verbosity": "low"}
    body = WIRES["responses"].encode(Request("gpt-5", (), params=params, format=JsonFormat()))
    assert json.loads(json.dumps(body["text"])) == {"format": {"type": "json_object"}, "verbosity": "low"}
    assert "verbosity" not in body
    assert params == {"verbosity": "low"}

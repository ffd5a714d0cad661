"""What is sent to AI/ML API fits its published OpenAPI schemas, and known wrong requests do not."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nbreason.answers.formats import wanted
from nbreason.asking.plan import plan
from nbreason.config.keys import KeySource
from nbreason.config.settings import NBReason
from nbreason.core.models import Options
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place, Question
from nbreason.core.turns import Turn
from nbreason.errors import Refused
from nbreason.wire import WIRES
from nbreason.wire.values import dumps

SCHEMAS = Path(__file__).parent / "schemas"
FILES = {
    "aimlapi:o3": "o3",
    "aimlapi:o4-mini": "o4-mini",
    "aimlapi:o3-mini": "o3-mini",
    "aimlapi:o1": "o1",
    "aimlapi:o1-mini": "o1-mini",
    "aimlapi-responses:o3": "o3-RESPONSES",
    "aimlapi-responses:o4-mini": "o4-mini-RESPONSES",
    "aimlapi-responses:o3-mini": "o3-mini-RESPONSES",
    "aimlapi-responses:o1": "o1-RESPONSES",
}
ENVIRONMENT = {"AIMLAPI_API_KEY": "sk-dummy"}
PNG = Image(b"\x89PNG\r\n\x1a\n", "image/png", 640, 480, "two peaks", "In[5]")
SCHEMA = {"type": "object", "properties": {"peaks": {"type": "integer"}}, "required": ["peaks"]}
TURNS = [Turn((Text("One?"),), "Yes."), Turn((Text("Two?"),), "No.")]


def normal(schema: Any) -> Any:
    """The schema in the words of JSON Schema: OpenAPI says `nullable`, here often without a `type`."""
    if isinstance(schema, list):
        return [normal(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: normal(value) for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable") is not True:
        return plain
    return {"anyOf": [plain, {"type": "null"}]} if plain else {}


@cache
def validator(file: str) -> Any:
    """The check for the body of a request, closed: a parameter that is not described does not exist."""
    schema = normal(json.loads((SCHEMAS / f"{file}.json").read_text(encoding="utf-8")))
    schema["additionalProperties"] = False
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def problems(file: str, body: Any) -> list[str]:
    return [error.message[:200] for error in validator(file).iter_errors(body)]


def body(model: str, *parts: Any, turns: Any = (), shape: Any = None, **options: Any) -> Any:
    """The JSON that would be sent to a model."""
    question = Question(
        (*parts, Text("Why?")), Place("x"), model=model, options=Options(**options), system="Be brief.", shape=shape
    )
    planned = plan(question, turns, NBReason(), ENVIRONMENT, KeySource(ENVIRONMENT))
    if getattr(planned, "obstacle", None) is not None:
        raise planned.obstacle
    return json.loads(dumps(WIRES[planned.endpoint.wire].encode(planned.request)))


@pytest.mark.parametrize("model", FILES)
def test_a_conversation_fits(model: str) -> None:
    assert problems(FILES[model], body(model, turns=TURNS)) == []


@pytest.mark.parametrize("model", FILES)
def test_all_that_a_model_takes_fits_and_the_rest_is_refused_before_it_is_sent(model: str) -> None:
    """Each option either gives a body that the file takes, or is refused by us; and the file agrees on which."""
    small = model.endswith("o1-mini")
    text_only = small or model.endswith("o3-mini")
    for parts, options, taken in (
        ((), {"max_tokens": 1000}, True),
        ((), {"effort": "high"}, not small),
        ((), {"effort": "huge"}, False),
        ((PNG,), {}, not text_only),
        ((PNG, PNG), {"effort": "low", "max_tokens": 16}, not text_only),
        ((), {"params": {"temperature": 0.5}}, False),
        ((), {"params": {"top_p": 0.5}}, False),
        ((), {"params": {"no_such_thing": 1}}, False),
    ):
        if taken:
            assert problems(FILES[model], body(model, *parts, **options)) == [], (parts, options)
        else:
            with pytest.raises(Refused):
                body(model, *parts, **options)


@pytest.mark.parametrize("model", [model for model in FILES if not model.endswith("o1-mini")])
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_a_request_for_json_fits(model: str, schema: Any) -> None:
    sent = body(model, shape=wanted("json", schema, "Peaks"))
    assert problems(FILES[model], sent) == []
    assert sent.get("response_format") or sent["text"]["format"]


def changed(found: Any, **more: Any) -> Any:
    return {**copy.deepcopy(found), **more}


CHAT, RESPONSES = "aimlapi:o3", "aimlapi-responses:o3"
DATA = "data:image/png;base64,iVBORw0KGgo="
WRONG = [
    ("o3", CHAT, {"model": "o3"}),
    ("o3", CHAT, {"temperature": 1}),
    ("o3", CHAT, {"stop": ["x"]}),
    ("o3", CHAT, {"reasoning_effort": "huge"}),
    ("o3", CHAT, {"max_completion_tokens": 0}),
    ("o3", CHAT, {"stream_options": {}}),
    ("o3", CHAT, {"max_output_tokens": 100}),
    ("o3", CHAT, {"messages": [{"role": "narrator", "content": "x"}]}),
    ("o3", CHAT, {"messages": [{"role": "system", "content": "x", "stray": 1}]}),
    ("o3", CHAT, {"messages": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]}),
    ("o3", CHAT, {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": DATA}]}]}),
    ("o3-mini", CHAT, {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": DATA}}]}]}),
    ("o3", CHAT, {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}),
    ("o1-mini", CHAT, {"messages": [{"role": "system", "content": "x"}]}),
    ("o1-mini", CHAT, {"reasoning_effort": "low"}),
    ("o3-RESPONSES", RESPONSES, {"max_output_tokens": 15}),
    ("o3-RESPONSES", RESPONSES, {"reasoning_effort": "low"}),
    ("o3-RESPONSES", RESPONSES, {"reasoning": {"effort": "huge"}}),
    ("o3-RESPONSES", RESPONSES, {"messages": []}),
    ("o3-RESPONSES", RESPONSES, {"temperature": 1}),
    ("o3-RESPONSES", RESPONSES, {"text": {"format": {"type": "json_schema", "schema": SCHEMA}}}),
    ("o3-RESPONSES", RESPONSES, {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}),
    (
        "o3-RESPONSES",
        RESPONSES,
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": {"url": DATA}}]}]},
    ),
]


@pytest.mark.parametrize(
    ("file", "model", "mistake"), WRONG, ids=[f"{file} {str(mistake)[:50]}" for file, _, mistake in WRONG]
)
def test_a_known_wrong_request_is_refused_by_the_same_check(file: str, model: str, mistake: Any) -> None:
    base = body(f"{model.partition(':')[0]}:{file.removesuffix('-RESPONSES')}")
    assert problems(file, base) == []
    assert problems(file, changed(base, **mistake)) != []

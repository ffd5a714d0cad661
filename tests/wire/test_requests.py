"""What is sent: for each wire the body of each request is the one on file.

``NBREASON_GOLDENS=write pytest tests/wire`` writes the files anew; look at the difference before you keep it.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbreason.core.models import fold_system
from nbreason.core.parts import Image, Text
from nbreason.core.request import JsonFormat, Request
from nbreason.core.turns import Message
from nbreason.wire import WIRES, WireName
from nbreason.wire.values import dumps, merged

GOLDENS = Path(__file__).parent / "goldens"
WRITE = os.environ.get("NBREASON_GOLDENS") == "write"  # read before the tests clear the environment
PNG = Image(b"\x89PNG\r\n\x1a\n", "image/png", 640, 480, "two peaks", "In[5]")
BARE = Image(b"GIF89a", "image/gif", 1, 1)
WEB = Image(b"", "image/png", 0, 0, url="https://example.org/peaks.png")
SYSTEM = Message("system", (Text("Be brief."),))
USER = Message("user", (Text("Why two peaks?"),))
HISTORY = (Message("user", (Text("One?"),)), Message("assistant", (Text("Yes."),)))
TABLE = Text('<data name="df" kind="table">\na,b\n</data>', "df")
SCHEMA = {"type": "object", "properties": {"peaks": {"type": "integer"}}, "required": ["peaks"]}
PLAIN = Request("o3", (SYSTEM, USER))
REQUESTS = {
    "plain": PLAIN,
    "history": replace(PLAIN, messages=(SYSTEM, *HISTORY, USER)),
    "images": replace(PLAIN, messages=(SYSTEM, Message("user", (TABLE, PNG, BARE, Text("Why?"))))),
    "image_addresses": replace(PLAIN, messages=(Message("user", (WEB, Text("Why?"))),)),
    "image_detail": replace(PLAIN, messages=(Message("user", (BARE, Text("Why?"))),), detail="low"),
    "options": replace(PLAIN, effort="high", max_tokens=4000, params={"seed": 7}, summary="auto"),
    "older_cap": replace(PLAIN, max_tokens=4000, cap="max_tokens"),
    "developer": replace(PLAIN, system_role="developer"),
    "folded": replace(PLAIN, model="o1-preview", messages=tuple(fold_system([SYSTEM, USER]))),
    "streamed": replace(PLAIN, stream=True),
    "streamed_without_usage": replace(PLAIN, stream=True, stream_usage=False),
    "json_object": replace(PLAIN, format=JsonFormat()),
    "json_schema": replace(PLAIN, format=JsonFormat("Peaks", SCHEMA)),
    "json_strict": replace(PLAIN, format=JsonFormat("Peaks", {**SCHEMA, "additionalProperties": False}, strict=True)),
    "merged": replace(PLAIN, effort="low", params={"reasoning": {"summary": "auto"}, "store": True}),
    "unicode": replace(PLAIN, messages=(Message("user", (Text("∑ 🜁 \u2028 \x00"),)),)),
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("wire", WIRES)
def test_the_body_is_the_one_on_file(wire: WireName, name: str) -> None:
    body = json.loads(dumps(WIRES[wire].encode(REQUESTS[name])))
    file = GOLDENS / f"{wire}_{name}.json"
    if WRITE:
        file.write_text(json.dumps(body, indent=1, sort_keys=False) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == body


def test_no_golden_is_left_over() -> None:
    expected = {f"{wire}_{name}.json" for wire in WIRES for name in REQUESTS}
    assert expected == {file.name for file in GOLDENS.glob("*.json")}


@pytest.mark.parametrize("wire", WIRES)
def test_a_model_in_the_path_is_not_in_the_body(wire: WireName) -> None:
    assert "model" not in WIRES[wire].encode(PLAIN, model_in_body=False)


@pytest.mark.parametrize("wire", WIRES)
def test_encoding_changes_nothing_of_the_request(wire: WireName) -> None:
    params: dict[str, Any] = {"reasoning": {"summary": "auto"}, "metadata": {"a": "b"}}
    request = replace(PLAIN, effort="low", params=params)
    first = WIRES[wire].encode(request)
    assert first == WIRES[wire].encode(request)
    assert params == {"reasoning": {"summary": "auto"}, "metadata": {"a": "b"}}


def test_a_lone_surrogate_cannot_break_the_body() -> None:
    assert dumps({"a": "x\ud800y"}) == b'{"a":"x?y"}'


def test_objects_are_merged_and_everything_else_is_replaced() -> None:
    body = {"reasoning": {"effort": "low"}, "store": False}
    expected = {"reasoning": {"effort": "low", "summary": "auto"}, "store": True, "seed": 1}
    assert expected == merged(body, {"reasoning": {"summary": "auto"}, "store": True, "seed": 1})

"""The sample replies of the providers' own pages come out as the right text, tokens and end."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbreason.core.events import fold
from nbreason.core.usage import Usage
from nbreason.wire import WIRES, WireName
from nbreason.wire.reply import Body

SAMPLES = Path(__file__).parent / "samples"
SUNSET = "I can see a beautiful sunset over the ocean with vibrant orange and pink hues in the sky."


@pytest.mark.parametrize(
    ("name", "wire", "model", "text", "usage"),
    [
        ("segmind_o1_preview", "chat", "o1-preview", SUNSET, Usage(56, 31, None)),
        (
            "aimlapi_o3_mini_chat",
            "chat",
            "o3-mini-2025-01-31",
            "Hello there! How can I help you today?",
            Usage(16, 2559, 256, 0),
        ),
        ("aimlapi_o3_chat", "chat", "o3-2025-04-16", "Hello! How can I help you today?", Usage(34, 454, 0, 0)),
        (
            "aimlapi_o3_mini_responses",
            "responses",
            "o3-mini",
            "Hello! How can I help you today?",
            Usage(294, 2520, 0, 0),
        ),
        (
            "aimlapi_o3_responses",
            "responses",
            "openai/o3-2025-04-16",
            "Hello! How can I help you today?",
            Usage(294, 2520, 0, 0),
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_a_sample_reply_is_read_however_it_is_cut(
    name: str, wire: WireName, model: str, text: str, usage: Usage, size: int
) -> None:
    data = (SAMPLES / f"{name}.json").read_bytes()
    body = Body(WIRES[wire].reader(()))
    events = [event for at in range(0, len(data), size) for event in body.feed(data[at : at + size])]
    answer = fold([*events, *body.close()])
    assert (text, model, "stop", usage) == (answer.text, answer.reported_model, answer.finish, answer.usage)
    assert (answer.cost, answer.balance, answer.reasoning) == (None, None, "")

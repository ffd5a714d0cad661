"""A request: equal questions are equal, however they travel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nbreason.core.parts import Image, Text
from nbreason.core.request import Request
from nbreason.core.turns import Message

IMAGE = Image(b"png", "image/png", 64, 48, "two peaks", "In[5]")
REQUEST = Request("o3", (Message("user", (IMAGE, Text("why?"))),), "high", 1000, params={"seed": 1, "n": 2})


@pytest.mark.parametrize(
    "same",
    [
        {"stream": True},
        {"cap": "max_tokens"},
        {"system_role": "developer"},
        {"params": {"n": 2, "seed": 1}},
        {"messages": (Message("user", (replace(IMAGE, source="fig"), Text("why?", "df"))),)},
    ],
)
def test_the_way_it_travels_does_not_change_a_request(same: dict[str, Any]) -> None:
    assert REQUEST.digest == replace(REQUEST, **same).digest


@pytest.mark.parametrize(
    "other",
    [
        {"model": "o3-mini"},
        {"effort": "low"},
        {"effort": None},
        {"max_tokens": 1001},
        {"params": {"seed": 2, "n": 2}},
        {"messages": (Message("user", (IMAGE, Text("why ?"))),)},
        {"messages": (Message("system", (IMAGE, Text("why?"))),)},
        {"messages": (Message("user", (Text("why?"), IMAGE)),)},
        {"messages": (Message("user", (replace(IMAGE, data=b"gnp"), Text("why?"))),)},
        {"messages": (Message("user", (replace(IMAGE, alt="one peak"), Text("why?"))),)},
        {"messages": (Message("user", (IMAGE,)), Message("user", (Text("why?"),)))},
    ],
)
def test_whatever_decides_the_answer_changes_the_digest(other: dict[str, Any]) -> None:
    assert REQUEST.digest != replace(REQUEST, **other).digest


def test_text_that_looks_like_two_parts_is_not_two_parts() -> None:
    one = Request("o3", (Message("user", (Text('a"], ["text", "b'),)),))
    two = Request("o3", (Message("user", (Text("a"), Text("b"))),))
    assert one.digest != two.digest


def test_the_estimate_adds_up_messages_and_their_frames() -> None:
    words = Message("user", (Text("x" * 40),))
    assert Request("o3", (words,)).estimate == 14
    assert Request("o3", (words, words)).estimate == 28
    assert Request("o3", (Message("user", (Text("x" * 40), IMAGE)),)).estimate == 4 + 10 + 255

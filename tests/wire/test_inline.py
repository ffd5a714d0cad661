"""Thinking that stands in the text of an answer is told apart from it, however the text is cut into pieces."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from nbreason.core.events import Draft
from nbreason.wire import WIRES
from nbreason.wire.inline import Inline
from nbreason.wire.reply import Body

TEXTS = {
    "<think>Two\ngroups.</think>\n\nIt has two peaks.": ("Two\ngroups.", "It has two peaks."),
    "\n <think>Hm</think>Yes": ("Hm", "Yes"),
    "<think></think>Yes": ("", "Yes"),
    "<think>a </thin b</think>c": ("a </thin b", "c"),
    "<think>a</think>b <think>c</think>": ("a", "b <think>c</think>"),
    "It says <think>so</think>": ("", "It says <think>so</think>"),
    "<thinking>is a tag": ("", "<thinking>is a tag"),
    "<thi": ("", "<thi"),
    "<think>I never stop </th": ("I never stop ", "<think>I never stop </th"),
    " \n": ("", " \n"),
}


def split(pieces: tuple[str, ...], whole: bool = True) -> tuple[str, str]:
    inline = Inline()
    found = [delta for piece in pieces for delta in inline.feed(piece)] + list(inline.close(whole))
    texts = {"ReasoningDelta": "", "TextDelta": ""}
    for delta in found:
        assert delta.text
        texts[type(delta).__name__] += delta.text
    return texts["ReasoningDelta"], texts["TextDelta"]


@pytest.mark.parametrize("text", TEXTS)
def test_every_way_to_cut_the_text_in_up_to_three_gives_the_same(text: str) -> None:
    for first, second in [(0, len(text)), *combinations(range(len(text) + 1), 2)]:
        pieces = tuple(filter(None, (text[:first], text[first:second], text[second:])))
        assert split(pieces) == TEXTS[text]
    assert split(tuple(text)) == TEXTS[text]


def test_thinking_that_used_up_the_limit_is_no_answer() -> None:
    assert split(("<think>I never stop </th",), whole=False) == ("I never stop </th", "")


def read(*pieces: str, finish: str | None = "stop", streamed: bool = True) -> Draft:
    """What becomes of a reply of the wire of chat completions."""
    if streamed:
        said = [{"delta": {"content": piece}} for piece in pieces]
        events = [{"choices": [{"index": 0, "finish_reason": None, **choice}]} for choice in said]
        events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        data = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    else:
        data = json.dumps({"choices": [{"message": {"content": "".join(pieces)}, "finish_reason": finish}]})
    body, draft = Body(WIRES["chat"].reader(())), Draft()
    for event in [*body.feed(data.encode()), *body.close()]:
        draft.add(event)
    return draft


@pytest.mark.parametrize("streamed", [True, False])
def test_a_reply_with_thinking_in_its_text_has_both_apart(streamed: bool) -> None:
    answer = read("<thi", "nk>Hm", "</think>\n\nTwo ", "groups.", streamed=streamed).answer()
    assert (answer.reasoning, answer.text, answer.finish) == ("Hm", "Two groups.", "stop")


@pytest.mark.parametrize("streamed", [True, False])
def test_a_reply_that_is_all_thinking_up_to_the_limit_has_no_answer_in_it(streamed: bool) -> None:
    answer = read("<think>Hm, ", "hm", finish="length", streamed=streamed).answer()
    assert (answer.reasoning, answer.text, answer.finish) == ("Hm, hm", "", "length")


def test_a_reply_without_a_reason_for_its_end_loses_nothing() -> None:
    assert read("<th", finish=None).answer().text == "<th"

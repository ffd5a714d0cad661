"""The status line, and the lines of the panel."""

from __future__ import annotations

import calendar
import time
from dataclasses import replace
from typing import Any

import pytest

from nbreason.core.events import Answer
from nbreason.core.usage import Money, Usage
from nbreason.render.line import clock, day, duration, ending, live_head, live_money, live_tokens, static_line

FULL = Answer(
    text="Because.",
    requested_model="segmind:o3",
    effort="high",
    seconds=6.2,
    finish="stop",
    usage=Usage(1204, 388, 256),
    estimate=1600,
    window=200_000,
    balance=Money(41.7, "credits"),
    cost=Money(0.3, "credits"),
    images=2,
    tables=1,
)


def test_the_line_under_an_answer() -> None:
    assert static_line(FULL) == (
        "segmind:o3 · high · 6.2 s · 1,204 tokens in, 388 out (256 reasoning) · 41.7 credits left (this ask 0.3)"
    )


def test_the_line_says_what_was_sent_with_the_question_if_anything_was() -> None:
    line = static_line(replace(FULL, attached=("1 figure", "df (9 of 240 rows)", "3 turns")))
    assert "388 out (256 reasoning) · sent with 1 figure, df (9 of 240 rows), 3 turns · 41.7 credits" in line
    assert "sent with" not in static_line(FULL)


def test_the_context_is_in_the_line_from_one_per_cent_on() -> None:
    assert "(256 reasoning) · 2.0 % of 200k context · 41.7" in static_line(replace(FULL, estimate=4000))


def test_a_replayed_answer_says_of_which_day_and_where_from_it_is_and_costs_nothing() -> None:
    saved = replace(FULL, replayed=True, asked_at=calendar.timegm((2025, 11, 21, 12, 0, 0)))
    tokens = "1,204 tokens in, 388 out (256 reasoning)"
    line = f"segmind:o3 · high · replayed answer of 21 Nov 2025, saved here, 0 credits · {tokens}"
    assert static_line(saved) == line
    elsewhere = replace(saved, replay_file="lesson.reason.json", other_context=True)
    changed = "from lesson.reason.json, 0 credits · the turns above have changed since"
    assert static_line(elsewhere) == line.replace("saved here, 0 credits", changed)
    assert day(time.time()).endswith(f" {time.localtime().tm_year}"), "as it will be said next year"


def test_what_is_not_reported_is_never_zero() -> None:
    line = static_line(Answer(text="x", requested_model="ollama:x", finish="stop"))
    assert "tokens not reported" in line
    assert "credits not reported" in line
    assert " 0 " not in line


def test_an_ending_that_is_not_whole_is_told() -> None:
    assert "stopped, incomplete" in static_line(Answer("so", requested_model="a:b", finish="interrupted"))


@pytest.mark.parametrize(
    ("finish", "text", "words"),
    [
        ("stop", "so", ""),
        ("length", "so", "cut at the token limit"),
        ("length", "", "no answer before the token limit"),
        ("content_filter", "so", "stopped by the provider's content filter"),
        ("content_filter", " \n", "withheld by the provider's content filter"),
        ("refusal", "No.", "the model refused"),
        ("refusal", "", "the model refused"),
        ("empty", "", "empty answer"),
        ("interrupted", "so", "stopped, incomplete"),
        ("interrupted", "", "stopped before the answer began"),
        ("cut", "so", "connection lost, incomplete"),
        ("cut", "", "no answer"),
    ],
)
def test_endings_are_told_apart(finish: Any, text: str, words: str) -> None:
    answer = Answer(text, finish=finish, requested_model="a:b")
    assert ending(answer) == words
    assert words in static_line(answer)


def test_the_live_lines() -> None:
    assert live_head(FULL, 42, "thinking") == "segmind:o3 · high · 00:42 thinking …"
    assert live_tokens(FULL) == "in 1,204 (2 images, 1 table) · out 388"
    assert live_tokens(Answer(text="x" * 40, estimate=12)) == "in ≈12 · out ≈10 so far"


def test_with_a_budget_the_panel_tells_its_share_and_else_the_context() -> None:
    before = Money(42.0, "credits")
    blank = Answer(estimate=1600, window=200_000)
    assert live_money(blank, before, 0.37) == "budget 37 % · 42.0 credits left"
    assert live_money(blank, before) == "0.8 % of 200k context · 42.0 credits left"


@pytest.mark.parametrize(("seconds", "words"), [(42, "00:42"), (727, "12:07"), (3723, "1:02:03")])
def test_the_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_durations() -> None:
    assert [duration(6.2), duration(61)] == ["6.2 s", "1 min 1 s"]

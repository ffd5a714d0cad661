"""Events and the one fold that puts an answer together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbreason.core.events import (
    Answer,
    BalanceSeen,
    CostSeen,
    Draft,
    Event,
    Finished,
    Notice,
    RateSeen,
    ReasoningDelta,
    Sending,
    Started,
    TextDelta,
    UsageSeen,
    fold,
)
from nbreason.core.usage import Money, Usage

STREAMED: list[Event] = [
    Started("o3-2025-04-16", None),
    ReasoningDelta("Let me "),
    ReasoningDelta("think."),
    TextDelta("Two "),
    TextDelta("groups."),
    Finished("stop"),
    UsageSeen(Usage(16, 2559, 256)),
    CostSeen(Money(0.3, "credits")),
    BalanceSeen(Money(41.7, "credits")),
]
WHOLE: list[Event] = [
    Started("o3-2025-04-16", None),
    ReasoningDelta("Let me think."),
    TextDelta("Two groups."),
    Finished("stop"),
    UsageSeen(Usage(16, 2559, 256)),
    CostSeen(Money(0.3, "credits")),
    BalanceSeen(Money(41.7, "credits")),
]


def test_a_stream_and_a_whole_reply_fold_to_the_same_answer() -> None:
    expected = Answer(
        text="Two groups.",
        reasoning="Let me think.",
        finish="stop",
        usage=Usage(16, 2559, 256),
        cost=Money(0.3, "credits"),
        cost_source="provider",
        balance=Money(41.7, "credits"),
        reported_model="o3-2025-04-16",
    )
    assert expected == fold(STREAMED)
    assert expected == fold(WHOLE)


def test_an_answer_of_which_nothing_came_is_cut_and_reports_nothing() -> None:
    answer = fold([])
    assert (answer.text, answer.finish, answer.complete) == ("", "cut", False)
    assert (answer.usage.input, answer.usage.output, answer.usage.reasoning) == (None, None, None)
    assert (answer.cost, answer.balance) == (None, None)


@pytest.mark.parametrize(
    ("reason", "complete"),
    [
        ("stop", True),
        ("length", False),
        ("content_filter", False),
        ("refusal", False),
        ("interrupted", False),
        ("cut", False),
    ],
)
def test_only_an_answer_that_stopped_by_itself_is_complete(reason: str, complete: bool) -> None:
    assert complete == fold([TextDelta("x"), Finished(reason)]).complete  # type: ignore[arg-type]


def test_a_later_report_replaces_an_earlier_one() -> None:
    events = [UsageSeen(Usage(1, None)), BalanceSeen(Money(2, "credits")), UsageSeen(Usage(10, 20, 5))]
    answer = fold([*events, BalanceSeen(Money(1.5, "credits"))])
    assert (Usage(10, 20, 5), Money(1.5, "credits")) == (answer.usage, answer.balance)


def test_a_rate_limit_that_is_told_again_is_one_limit() -> None:
    assert fold([RateSeen("requests", 9), RateSeen("tokens", 5), RateSeen("requests", 8)]).rates == (
        ("requests", 8),
        ("tokens", 5),
    )


def test_the_model_and_the_request_id_may_come_in_two_events_and_null_erases_neither() -> None:
    answer = fold([Started(None, "req-1"), Started("o3", None), Started(None, None)])
    assert (answer.reported_model, answer.request_id) == ("o3", "req-1")


def test_notices_add_up_in_order() -> None:
    assert fold([Notice("a"), TextDelta("x"), Notice("b")]).notices == ("a", "b")


def test_what_is_known_beforehand_stays() -> None:
    blank = Answer(requested_model="segmind:o3", effort="high", estimate=12, images=1, tables=2, window=200_000)
    assert replace(blank, text="x", finish="stop") == fold([Sending(blank), TextDelta("x"), Finished("stop")])
    assert replace(blank, text="x", finish="stop") == fold([TextDelta("x"), Finished("stop")], base=blank)


def test_a_draft_can_be_read_at_any_moment() -> None:
    draft, seen = Draft(), []
    for event in STREAMED:
        draft.add(event)
        seen.append(draft.text)
    assert seen == ["", "", "", "Two ", "Two groups.", "Two groups.", "Two groups.", "Two groups.", "Two groups."]
    draft.set_seconds(6.2)
    assert draft.answer().seconds == 6.2


def test_drafts_share_nothing() -> None:
    first, second = Draft(), Draft()
    first.add(TextDelta("x"))
    assert (first.text, second.text) == ("x", "")


def test_an_answer_reads_as_its_text() -> None:
    assert str(fold(WHOLE)) == "Two groups."

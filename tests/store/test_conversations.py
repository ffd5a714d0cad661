"""A conversation on disk: turns keep their places, versions are kept, and nothing is told that is not there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbreason.core.events import Answer
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place
from nbreason.core.usage import Money, Usage
from nbreason.store.codec import answer_from_json, answer_to_json
from nbreason.store.conversations import Store
from tests.conftest import HERE, NOTEBOOK, question
from tests.store.conftest import ended

Tell = Callable[..., int]


def context(store: Store, place: Place = HERE) -> list[str]:
    """The words and answers that a question at `place` would take along."""
    return [
        f"{turn.question[-1].text} > {turn.answer}"
        for turn in store.turns_before(place)
        if isinstance(turn.question[-1], Text)
    ]


def rows(store: Store, query: str) -> list[Any]:
    with closing(sqlite3.connect(store.location)) as db:
        return db.execute(query).fetchall()


def test_a_question_is_pending_until_its_end_is_written(store: Store) -> None:
    turn = store.begin(question("why?"), "segmind:o3", "d1")
    (pending,) = store.history(HERE)
    assert (
        pending.state,
        pending.requested_model,
        pending.question,
        pending.answer,
        pending.versions,
    ) == ("pending", "segmind:o3", "why?", None, 1)
    assert context(store) == []
    ended(store, turn, "because")
    assert [record.state for record in store.history(HERE)] == ["done"]
    assert context(store) == ["why? > because"]


def test_what_was_written_is_read_by_another_store(store: Store, folder: Path, tell: Tell) -> None:
    tell("why?", "because")
    assert context(Store(folder)) == ["why? > because"]


def test_turns_without_a_cell_follow_each_other(store: Store, tell: Tell) -> None:
    for words in ("one", "two", "three"):
        tell(words, words.upper())
    assert context(store) == ["one > ONE", "two > TWO", "three > THREE"]


def test_a_turn_that_is_asked_again_keeps_its_place_and_the_later_ones_stay(store: Store, tell: Tell) -> None:
    for cell in "abc":
        tell(cell, cell.upper(), owner=f"{cell}/0")
    tell("b better", "B!", owner="b/0")
    assert context(store) == ["a > A", "b better > B!", "c > C"]
    assert [record.question for record in store.history(HERE)] == ["a", "b better", "c"]
    assert [record.number for record in store.history(HERE)] == [1, 2, 3]


def test_only_the_turns_before_a_cell_are_its_context(store: Store, tell: Tell) -> None:
    for cell in "abc":
        tell(cell, cell.upper(), owner=f"{cell}/0")
    assert context(store, Place(NOTEBOOK, "a/0")) == []
    assert context(store, Place(NOTEBOOK, "b/0")) == ["a > A"]
    assert context(store, Place(NOTEBOOK, "d/0")) == ["a > A", "b > B", "c > C"]


def test_older_versions_of_a_turn_are_kept(store: Store, tell: Tell) -> None:
    for words in ("first", "second", "third"):
        tell(words, owner="a/0")
    assert [record.versions for record in store.history(HERE)] == [3]
    assert rows(store, "SELECT current, '\"' || json_extract(question, '$[0].text') || '\"' FROM turn ORDER BY id") == [
        (0, '"first"'),
        (0, '"second"'),
        (1, '"third"'),
    ]


@pytest.mark.parametrize("state", ["failed", "pending"])
def test_a_version_that_came_to_nothing_leaves_the_earlier_answer_as_context(
    store: Store, tell: Tell, state: str
) -> None:
    tell("why?", "because", owner="a/0")
    again = store.begin(question("why really?", owner="a/0"), "rehearsal:o3", "d")
    if state == "failed":
        store.finish(again, "failed", Answer(), "It broke.")
    assert context(store) == ["why? > because"]
    (record,) = store.history(HERE)
    assert (state, "why really?", 2) == (record.state, record.question, record.versions)


def test_a_partial_answer_replaces_the_earlier_one_and_is_context(store: Store, tell: Tell) -> None:
    tell("why?", "because", owner="a/0")
    tell("why?", "beca", "partial", owner="a/0")
    assert context(store) == ["why? > beca"]


def test_a_turn_asked_alone_is_no_context_and_stands_in_the_history(store: Store, tell: Tell) -> None:
    tell("one", "ONE", alone=True)
    tell("two", "TWO")
    assert context(store) == ["two > TWO"]
    assert [record.question for record in store.history(HERE)] == ["one", "two"]


def test_an_answer_without_a_word_is_no_context(store: Store) -> None:
    store.finish(store.begin(question("why?"), "m", "d"), "done", Answer(text="", finish="stop"))
    assert context(store) == []


def test_notebooks_and_threads_have_conversations_of_their_own(store: Store, tell: Tell) -> None:
    tell("here")
    tell("there", notebook="/elsewhere.ipynb")
    tell("aside", thread="aside")
    assert [record.question for record in store.history(HERE)] == ["here"]
    assert [record.question for record in store.history(Place("/elsewhere.ipynb"))] == ["there"]
    assert [record.question for record in store.history(Place(NOTEBOOK, thread="aside"))] == ["aside"]
    assert store.history(Place("/unknown.ipynb")) == []


def test_cells_of_the_same_id_in_two_notebooks_do_not_meet(store: Store, tell: Tell) -> None:
    tell("here", "1", owner="a/0")
    tell("there", "2", owner="a/0", notebook="/elsewhere.ipynb")
    assert context(store) == ["here > 1"]
    assert context(store, Place("/elsewhere.ipynb")) == ["there > 2"]


def test_reset_begins_anew_and_deletes_nothing(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    tell("elsewhere", notebook="/elsewhere.ipynb")
    assert store.reset(HERE) == 1
    assert (context(store), store.history(HERE)) == ([], [])
    assert len(store.history(Place("/elsewhere.ipynb"))) == 1
    assert rows(store, "SELECT count(*) FROM turn") == [(2,)]
    assert store.reset(HERE) == 0
    assert store.reset(Place("/unknown.ipynb")) == 0


def test_a_cell_asked_after_a_reset_is_not_in_its_old_place(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("two", "2", owner="b/0")
    store.reset(HERE)
    tell("two again", "2", owner="b/0")
    tell("one again", "1", owner="a/0")
    assert context(store) == ["two again > 2", "one again > 1"]
    assert [record.versions for record in store.history(HERE)] == [1, 1]


def test_an_image_is_stored_once_and_comes_back_as_it_was(store: Store) -> None:
    picture = Image(b"\x89PNG" + bytes(10_000), "image/png", 64, 48, "two peaks", "In[5]")
    again = replace(picture, alt="the same pixels", source="fig")
    for parts in ((picture, "one"), (again, "two"), (picture, again, "three")):
        ended(store, store.begin(question(*parts), "m", "d"), "so")
    assert rows(store, "SELECT count(*), sum(length(data)) FROM image") == [(1, 10_004)]
    first, second, third = store.turns_before(HERE)
    assert (picture, Text("one")) == first.question
    assert (again, Text("two")) == second.question
    assert (picture, again, Text("three")) == third.question


def test_an_image_that_is_gone_becomes_a_line_that_says_so(store: Store) -> None:
    ended(store, store.begin(question(Image(b"x", "image/png", 1, 1, source="fig"), "why?"), "m", "d"), "so")
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute("DELETE FROM image")
    assert Text("[An image was here; it is no longer stored.]", "fig") == store.turns_before(HERE)[0].question[0]


@pytest.mark.parametrize("text", ["", "😀 \u2028 \x00 \ud800", "'; DROP TABLE turn; --", "x" * 1_000_000])
def test_any_text_comes_back_as_it_was(store: Store, text: str) -> None:
    ended(store, store.begin(question("q" + text), "m", "d"), "a" + text)
    (turn,) = store.turns_before(HERE)
    assert ((Text("q" + text),), "a" + text) == (turn.question, turn.answer)


def test_an_answer_comes_back_whole_and_unknown_stays_unknown() -> None:
    full = Answer(
        text="so",
        reasoning="hm",
        finish="length",
        usage=Usage(1, 2, None),
        cost=Money(0.3, "credits"),
        cost_source="balance",
        balance=Money(41.7, "credits"),
        notices=("a", "b"),
        reported_model="o3-2025",
        request_id="r",
        requested_model="segmind:o3",
        effort="high",
        seconds=6.2,
        asked_at=1.5,
        estimate=12,
        images=1,
        tables=2,
        attached=("1 figure", "df (9 of 240 rows)"),
        window=200_000,
    )
    for answer in (full, Answer()):
        assert answer == answer_from_json(answer_to_json(answer))
    assert Usage(None, None, None) == answer_from_json(answer_to_json(Answer())).usage


def test_a_cost_of_before_its_source_was_saved_is_one_that_the_provider_reported() -> None:
    old = answer_from_json('{"cost": {"amount": 0.3, "unit": "credits"}}')
    assert (old.cost, old.cost_source) == (Money(0.3, "credits"), "provider")
    assert answer_from_json("{}").cost_source == ""


def test_an_answer_written_by_a_newer_version_is_read_without_what_is_unknown() -> None:
    assert Answer(text="so") == answer_from_json('{"text": "so", "mood": "sunny"}')

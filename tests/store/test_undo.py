"""Each change of a conversation can be undone and redone: asks, forgotten turns, resets, pins and imports."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nbreason.core.events import Answer
from nbreason.core.question import Place
from nbreason.store import journal, schema
from nbreason.store.conversations import Store
from nbreason.store.database import migrate
from nbreason.store.home import DATABASE
from nbreason.store.journal import Change
from tests.conftest import HERE, NOTEBOOK, question
from tests.store.conftest import ended

Tell = Callable[..., int]


def said(store: Store, place: Place = HERE) -> list[str]:
    return [turn.answer for turn in store.turns_before(place)]


def changed(change: Change | None) -> tuple[str, int, str, bool]:
    assert change is not None
    return change.kind, change.number, change.question, change.replaced


def test_an_ask_is_undone_and_redone(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("two", "2", owner="b/0")
    assert changed(store.undo(HERE)) == ("ask", 2, "two", False)
    assert said(store) == ["1"]
    assert changed(store.redo(HERE)) == ("ask", 2, "two", False)
    assert said(store) == ["1", "2"]


def test_the_former_version_of_a_turn_that_was_asked_again_becomes_current_again(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("two", "2", owner="b/0")
    tell("one again", "1 again", owner="a/0")
    assert changed(store.undo(HERE)) == ("ask", 1, "one again", True)
    assert said(store) == ["1", "2"]
    store.redo(HERE)
    assert said(store) == ["1 again", "2"]


def test_a_forgotten_turn_is_gone_with_all_its_versions_until_that_is_undone(store: Store, tell: Tell) -> None:
    for words, cell in (("one", "a"), ("one again", "a"), ("two", "b")):
        tell(words, owner=f"{cell}/0")
    before = said(store)
    assert store.forget(HERE, 1) == "one again"
    assert [record.question for record in store.history(HERE, versions=True)] == ["two"]
    assert changed(store.undo(HERE)) == ("forget", 1, "one again", False)
    assert said(store) == before
    assert store.forget(HERE, 3) is None


def test_a_reset_is_undone_also_after_a_question(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("one again", "1 again", owner="a/0")
    tell("two", "2", owner="b/0")
    assert store.reset(HERE) == 2
    tell("three", "3", owner="a/0")
    store.undo(HERE)
    assert said(store) == []
    change = store.undo(HERE)
    assert change is not None
    assert (change.kind, change.turns) == ("reset", 2)
    assert said(store) == ["1 again", "2"]


def test_an_import_is_one_change_and_what_was_there_already_is_none(store: Store, tell: Tell) -> None:
    for cell in "ab":
        tell(cell, owner=f"{cell}/0")
    elsewhere = Place("/elsewhere.ipynb")
    for _ in range(2):
        store.add(elsewhere, store.exchanges(HERE))
    change = store.undo(elsewhere)
    assert change is not None
    assert (change.kind, change.turns) == ("import", 2)
    assert said(store, elsewhere) == []
    assert store.undo(elsewhere) is None


def test_a_replay_of_an_unchanged_turn_is_no_change_and_can_be_redone_after(store: Store) -> None:
    """Restart and Run All, in the middle of undoing."""
    whole = Answer("so", finish="stop")
    for cell in "ab":
        store.add_replayed(question(cell, owner=f"{cell}/0"), "m", cell, whole)
    store.undo(HERE)
    store.add_replayed(question("a", owner="a/0"), "m", "a", whole)
    assert changed(store.redo(HERE)) == ("ask", 2, "b", False)


def test_a_new_question_clears_what_could_be_redone(store: Store, tell: Tell) -> None:
    tell("one")
    store.undo(HERE)
    tell("two")
    assert store.redo(HERE) is None
    assert said(store) == ["answer to two"]


def test_a_question_that_is_undone_while_it_runs_stays_removed_and_its_answer_is_kept(store: Store) -> None:
    turn = store.begin(question("why?"), "m", "d")
    assert changed(store.undo(HERE)) == ("ask", 1, "why?", False)
    ended(store, turn, "because")
    assert said(store) == []
    store.redo(HERE)
    assert said(store) == ["because"]


def test_conversations_have_changes_of_their_own(store: Store, tell: Tell) -> None:
    tell("one")
    tell("two", thread="other")
    assert changed(store.undo(HERE)) == ("ask", 1, "one", False)
    assert store.undo(HERE) is None
    assert said(store, replace(HERE, thread="other")) == ["answer to two"]
    assert store.undo(Place("/unknown.ipynb")) is None


def test_a_hundred_changes_can_be_undone() -> None:
    store = Store(None)
    for number in range(journal.KEPT + 2):
        ended(store, store.begin(question(str(number)), "m", "d"), str(number))
    while store.undo(HERE):
        pass
    assert said(store) == ["0", "1"]


def test_a_copied_notebook_can_undo_its_own_copy(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("two", "2", owner="b/0")
    store.forget(HERE, 2)
    store.recognise("/copy.ipynb", {"a"}, lambda path: True)
    copy = Place("/copy.ipynb")
    store.undo(copy)
    assert (said(store, copy), said(store)) == (["1", "2"], ["1"])


CHANGES = ("ask", "ask", "ask", "fail", "forget", "reset", "pin", "unpin")
STEPS = st.lists(st.tuples(st.sampled_from([*CHANGES, "undo", "undo", "redo"]), st.integers(1, 3)), max_size=15)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_undo_and_redo_give_the_conversation_after_each_step_again(steps: list[tuple[str, int]]) -> None:
    store = Store(None)

    def now() -> object:
        records = [
            (record.question, record.state, record.current, record.pinned)
            for record in store.history(HERE, versions=True)
        ]
        return records, store.turns_before(HERE)

    states, at = [now()], 0
    last = len(steps)
    for number, (step, cell) in enumerate([*steps, *[("undo", 0)] * last, *[("redo", 0)] * last]):
        if step in ("undo", "redo"):
            there = at + (1 if step == "redo" else -1)
            change = store.undo(HERE) if step == "undo" else store.redo(HERE)
            assert (change is not None) == (0 <= there < len(states))
            at = there if change else at
            assert now() == states[at]
        elif step in ("ask", "fail"):
            turn = store.begin(question(f"question {number}", owner=f"{cell}/0"), "m", "d")
            ended(store, turn, f"answer {number}", "done" if step == "ask" else "failed")
        elif step == "forget":
            store.forget(HERE, cell)
        elif step == "reset":
            store.reset(HERE)
        else:
            store.pin(HERE, cell, step == "pin")
        if now() != states[at]:
            states[at + 1 :] = [now()]
            at += 1
    assert at == len(states) - 1


def test_a_pin_that_was_undone_does_not_come_back_with_a_new_version(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    store.pin(HERE, 1, True)
    tell("one again", owner="a/0")
    store.undo(HERE)
    store.undo(HERE)
    tell("one once more", owner="a/0")
    assert [turn.pinned for turn in store.turns_before(HERE)] == [False]


ANSWERED = """
INSERT INTO turn (id, conversation_id, owner, place, current, state, asked_at, process, asked, question, digest, answer,
 removed_at, removed_how) VALUES (?, ?, ?, ?, ?, 'done', 0, 0, 'm', '[{"text": "why?"}]', 'd', ?, ?, ?)
"""


def test_undo_of_a_file_without_recorded_changes_goes_back_as_it_did_then(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as db:
        migrate(db, schema.MIGRATIONS[:2])
        db.execute("INSERT INTO conversation VALUES (1, ?, '', 0)", (NOTEBOOK,))
        for values in (
            (1, 1, "a/0", 1, 0, '{"text": "one"}', 5.0, "reset"),
            (2, 1, "a/0", 1, 1, '{"text": "one again"}', 5.0, "reset"),
            (3, 1, "b/0", 2, 0, '{"text": "undone"}', 4.0, "undo"),
            (4, 1, "a/0", 3, 1, '{"text": "two"}', None, ""),
            (5, 7, "a/0", 3, 1, '{"text": "of no conversation"}', None, ""),
        ):
            db.execute(ANSWERED, values)
    store = Store(folder)
    steps = []
    while change := store.undo(HERE):
        steps.append((change.kind, said(store)))
    assert steps == [("ask", []), ("reset", ["one again"]), ("ask", ["one"]), ("ask", [])]

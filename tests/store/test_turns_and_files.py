"""Turns are pinned, marked, moved with their notebook, exported and replayed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nbreason.answers import export as transcript
from nbreason.core.budget import Budget
from nbreason.core.events import Answer
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place
from nbreason.core.usage import Money, Usage
from nbreason.errors import UsageError
from nbreason.store import identity, ledger, replay, schema
from nbreason.store.conversations import Store
from nbreason.store.database import migrate
from nbreason.store.home import DATABASE
from nbreason.store.saved import SavedAnswer
from tests.conftest import HERE, NOTEBOOK, question

Tell = Callable[..., int]
ANSWER = Answer(
    "It is **7**.", finish="stop", requested_model="segmind:o3", usage=Usage(5, 3), cost=Money(0.5, "credits")
)


def said(store: Store, place: Place = HERE) -> list[str]:
    return [turn.answer for turn in store.turns_before(place)]


# Versions, marks and pins.


def test_a_turn_is_marked_when_the_turns_before_it_have_changed(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    tell("two", owner="b/0")
    assert [False, False] == [record.stale for record in store.history(HERE)]
    tell("one again", owner="a/0")
    assert [False, True] == [record.stale for record in store.history(HERE)]
    tell("two", owner="b/0")
    assert [False, False] == [record.stale for record in store.history(HERE)]


def test_all_versions_are_shown_on_request(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    tell("one again", owner="a/0")
    tell("two", owner="b/0")
    records = store.history(HERE, versions=True)
    assert [(1, "one"), (1, "one again"), (2, "two")] == [(record.number, record.question) for record in records]
    assert [False, True, True] == [record.current for record in records]


def test_a_pinned_turn_stays_pinned_when_it_is_asked_again(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    tell("two", owner="b/0")
    assert store.pin(HERE, 1, True)
    tell("one again", owner="a/0")
    assert [True, False] == [turn.pinned for turn in store.turns_before(HERE)]
    store.pin(HERE, 1, False)
    assert not any(turn.pinned for turn in store.turns_before(HERE))


@pytest.mark.parametrize("number", [0, 2])
def test_a_turn_that_is_not_there_is_not_pinned(store: Store, tell: Tell, number: int) -> None:
    tell("one")
    assert not store.pin(HERE, number, True)


def test_the_threads_of_a_notebook_are_listed_with_their_turns(store: Store, tell: Tell) -> None:
    tell("one")
    tell("two", thread="other")
    tell("three", thread="other")
    tell("elsewhere", notebook="/elsewhere.ipynb")
    assert [("", 1), ("other", 2)] == store.threads(HERE)


# Saved answers.


def test_a_saved_answer_is_the_newest_whole_one_to_exactly_this_request(store: Store) -> None:
    for text, asked, digest in (("old", "m", "d"), ("new", "m", "d"), ("other model", "n", "d"), ("else", "m", "e")):
        store.finish(store.begin(question("?"), asked, digest), "done", Answer(text, finish="stop"))
    found = store.saved_answer("m", "d")
    assert found is not None
    assert "new" == found.answer.text
    assert store.saved_answer("m", "unknown") is None


def test_an_answer_that_is_not_whole_is_not_replayed(store: Store) -> None:
    store.finish(store.begin(question("?"), "m", "d"), "partial", Answer("half", finish="cut"))
    store.begin(question("?"), "m", "d")
    assert store.saved_answer("m", "d") is None


def test_a_replayed_answer_is_written_once_for_each_turn(store: Store) -> None:
    for _ in range(3):
        store.add_replayed(question("?", owner="a/0"), "m", "d", ANSWER)
    (record,) = store.history(HERE)
    assert (1, True, "done") == (record.versions, record.replayed, record.state)


# Renamed and copied notebooks.


def test_a_renamed_notebook_keeps_its_conversations_and_its_budget(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("two", "2", owner="b/0", thread="other")
    store.set_budget(NOTEBOOK, Budget(5, "usd"))
    assert NOTEBOOK == store.recognise("/new.ipynb", {"a", "x"}, lambda path: False)
    assert ["1"] == said(store, Place("/new.ipynb"))
    assert ["2"] == said(store, Place("/new.ipynb", thread="other"))
    assert [] == said(store)
    assert store.budget("/new.ipynb") is not None


def test_a_copied_notebook_gets_its_own_copy_that_costs_nothing(store: Store, tell: Tell) -> None:
    tell("one", "1", owner="a/0")
    tell("two", "2", owner="b/0")
    store.recognise("/copy.ipynb", {"b"}, lambda path: True)
    copy = Place("/copy.ipynb")
    assert ["1", "2"] == said(store, copy) == said(store)
    assert [False, False] == [record.stale for record in store.history(copy)]
    store.undo(copy)
    assert ["1", "2"] == said(store)
    assert [] == store.spending("/copy.ipynb")


def test_a_new_notebook_with_other_cells_begins_anew(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    assert "" == store.recognise("/new.ipynb", {"c", "aa"}, lambda path: False)
    assert [] == said(store, Place("/new.ipynb"))


def test_a_notebook_that_is_known_is_left_as_it_is(store: Store, tell: Tell) -> None:
    tell("one", owner="a/0")
    tell("other", "x", owner="a/0", notebook="/known.ipynb")
    assert "" == store.recognise("/known.ipynb", {"a"}, lambda path: False)
    assert ["x"] == said(store, Place("/known.ipynb"))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 5}', '{"cells": [5, {"id": 7}]}', "[" * 100_000])
def test_cell_ids_of_a_damaged_notebook_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(text)
    assert set() == identity.cell_ids(str(path))


# Replay files.


def replay_file(folder: Path, text: str) -> replay.ReplayFiles:
    (folder / f"lecture{replay.ENDING}").write_text(text)
    return replay.ReplayFiles(folder)


def test_a_replay_file_gives_the_answer_back(tmp_path: Path) -> None:
    saved = SavedAnswer("segmind:o3", "d", "why?", ANSWER, "e", "cell/0", ("a1", "b2"))
    (found,) = replay_file(tmp_path, replay.dump([saved])).read()
    assert (ANSWER.text, ANSWER.usage, ANSWER.cost) == (found.answer.text, found.answer.usage, found.answer.cost)
    assert replace(saved, answer=found.answer, file="lecture.reason.json") == found


def test_a_replay_file_tells_nothing_of_the_account(tmp_path: Path) -> None:
    rich = Answer("x", finish="stop", balance=Money(41.75, "credits"), balance_before=Money(42.25, "credits"))
    text = replay.dump([SavedAnswer("m", "d", "q", rich)])
    assert "41.75" not in text
    assert "42.25" not in text
    assert "balance" not in text


def test_equal_answers_give_equal_files_that_read_well_in_a_diff() -> None:
    answer = Answer("line one\nline two", finish="stop")
    text = replay.dump([SavedAnswer("m", "d", "q", answer)])
    again = replace(answer, replayed=True, replay_file="lecture.reason.json", other_context=True)
    assert text == replay.dump([SavedAnswer("m", "d", "q", again)])
    assert '"line one",\n' in text


def test_an_answer_that_was_changed_by_hand_is_not_used(tmp_path: Path) -> None:
    changed = replay.dump([SavedAnswer("m", "d", "q", ANSWER)]).replace("**7**", "**8**")
    files = replay_file(tmp_path, changed)
    assert files.read() == []
    assert ["lecture.reason.json: 1 answer was changed by hand and not used"] == files.problems


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", '{"answers": 5}', '{"answers": [], "format": 99}', "[" * 100_000),
        '{"answers": [5, {}, {"sum": 1}], "format": 1}',
    ],
)
def test_a_file_that_is_no_replay_file_is_named_and_passed_over(tmp_path: Path, text: str) -> None:
    files = replay_file(tmp_path, text)
    assert files.read() == []
    assert len(files.problems) == 1
    assert files.problems[0].startswith("lecture.reason.json")


def test_an_answer_with_fields_of_the_wrong_kind_is_not_used(tmp_path: Path) -> None:
    for wrong in (
        {"finish": "cut"},
        {"text": 5},
        {"text": [5]},
        {"usage": 3},
        {"cost": "much"},
        {"rates": [1]},
        {"attached": [1]},
    ):
        entry = {"asked": "m", "sent": "d", "question": "q", "answer": {"text": ["a"], "finish": "stop", **wrong}}
        body = {"format": 1, "answers": [{**entry, "sum": replay.checksum(entry)}]}
        assert replay_file(tmp_path, json.dumps(body)).read() == [], wrong


def test_a_replay_file_that_changes_is_read_again(tmp_path: Path) -> None:
    files = replay_file(tmp_path, replay.dump([]))
    assert files.read() == []
    replay_file(tmp_path, replay.dump([SavedAnswer("m", "d", "q", ANSWER)]))
    assert len(files.read()) == 1


# Transcripts.


def test_an_exported_conversation_comes_back_whole(store: Store) -> None:
    picture = Image(b"\x89PNG", "image/png", 3, 2, "three dots", "In[1].1")
    store.finish(store.begin(question(picture, "what?", owner="a/0"), "segmind:o3", "d"), "done", ANSWER)
    turns = store.exchanges(HERE)
    assert turns == transcript.from_json(transcript.to_json(turns))
    elsewhere = Place("/elsewhere.ipynb")
    store.add(elsewhere, turns)
    (turn,) = store.turns_before(elsewhere)
    assert ((picture, Text("what?")), ANSWER.text) == (turn.question, turn.answer)


def test_what_is_exported_does_not_tell_where_a_picture_was_on_disk(store: Store) -> None:
    picture = Image(b"\x89PNG", "image/png", 3, 2, "", "/home/somebody/secret project/plot.png")
    store.finish(store.begin(question(picture, "what?"), "segmind:o3", "d"), "done", ANSWER)
    turns = store.exchanges(HERE)
    for text in (
        transcript.to_json(turns),
        transcript.to_markdown("Lecture", turns, lambda answer: "", lambda image: "x.png"),
    ):
        assert "somebody" not in text
        assert "plot.png" not in text


def test_a_transcript_reads_well_and_saves_its_pictures(store: Store) -> None:
    picture = Image(b"\x89PNG", "image/png", 3, 2, "three dots", "In[1].1")
    data = Text('<data name="df" kind="table">\n```\n</data>', "df")
    store.finish(store.begin(question(picture, data, "what?\nwhy?"), "segmind:o3", "d"), "done", ANSWER)
    saved: list[Image] = []

    def save(image: Image) -> str:
        saved.append(image)
        return "files/x.png"

    text = transcript.to_markdown("Lecture", store.exchanges(HERE), lambda answer: answer.requested_model, save)
    assert text.startswith("# Lecture\n\n*1970-01-01 · segmind:o3*\n\n## Question\n")
    assert [picture] == saved
    assert r"![In\[1\].1](files/x.png)" in text
    assert "> what?\n> why?" in text
    assert "````\n<data" in text, "the fence is longer than those inside"
    assert text.endswith("It is **7**.\n\n*segmind:o3*\n")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"conversation": 1}', '{"conversation": 1, "images": {}, "turns": [{}]}', "[" * 100_000]
)
def test_a_file_that_is_no_conversation_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="not a conversation exported by nbreason"):
        transcript.from_json(text)


# Spending.


def test_what_was_spent_counts_removed_answers_and_not_replayed_ones(store: Store) -> None:
    store.finish(store.begin(question("?"), "segmind:o3", "d"), "done", ANSWER)
    store.add_replayed(question("?"), "segmind:o3", "d", ANSWER)
    store.reset(HERE)
    total = ledger.total(store.spending(NOTEBOOK))
    assert (1, 8, {"credits": 0.5}) == (total.asks, total.tokens, total.money)


# Files of earlier versions, of newer ones, and damaged ones.


OLD_NAMES = {"finish": "stop", "asked": "m", "model": "m-2025", "sent": "d", "kept": False}
"""Fields of an answer as version 0.1 wrote them."""


def names_of(answer: Answer) -> tuple[object, ...]:
    return answer.requested_model, answer.reported_model, answer.request_hash, answer.replayed


def test_a_replay_file_and_an_export_of_version_0_1_are_read(tmp_path: Path) -> None:
    entry = {"asked": "m", "sent": "d", "question": "q", "answer": {"text": ["because"], **OLD_NAMES}}
    body = {"format": 1, "answers": [{**entry, "sum": replay.checksum(entry)}]}
    (found,) = replay_file(tmp_path, json.dumps(body)).read()
    assert (found.question_hash, found.owner, found.parts) == ("", None, ())
    turn = {"asked": "m", "asked_at": 0, "system": "", "digest": "d", "question": [{"text": "q"}]}
    exported = {"conversation": 1, "images": {}, "turns": [{**turn, "answer": {"text": "because", **OLD_NAMES}}]}
    (exchange,) = transcript.from_json(json.dumps(exported))
    assert ("m", "d") == (exchange.requested_model, exchange.request_hash)
    for answer in (found.answer, exchange.answer):
        assert "because" == answer.text
        assert ("m", "m-2025", "d", False) == names_of(answer)


def test_a_file_of_each_earlier_version_is_brought_up_to_date_with_its_data(folder: Path) -> None:
    for version in range(1, len(schema.MIGRATIONS)):
        home = folder / str(version)
        home.mkdir(parents=True)
        with closing(sqlite3.connect(home / DATABASE, isolation_level=None)) as db:
            migrate(db, schema.MIGRATIONS[:version])
            db.execute("INSERT INTO conversation VALUES (1, ?, '', 0)", (NOTEBOOK,))
            db.execute(
                "INSERT INTO turn (conversation_id, owner, place, current, state, asked_at, process, asked, question,"
                " digest, answer) VALUES (1, 'a/0', 1, 1, 'done', 0, 0, 'm', ?, 'd', ?)",
                ('[{"text": "why?", "source": ""}]', json.dumps({"text": "because", **OLD_NAMES})),
            )
        store = Store(home)
        assert ["because"] == said(store)
        saved = store.saved_answer("m", "d")
        assert saved is not None
        assert ("m", "m-2025", "d", False) == names_of(saved.answer)
        store.finish(store.begin(question("two", owner="b/0"), "m", "e"), "done", ANSWER)
        assert ["because", ANSWER.text] == said(store)


@pytest.mark.parametrize("damage", [b"this is not a database at all " * 200, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(folder: Path, damage: bytes) -> None:
    folder.mkdir(mode=0o700)
    (folder / DATABASE).write_bytes(damage)
    store = Store(folder)
    assert store.on_disk
    assert "set aside as" in store.warning
    assert [damage] == [path.read_bytes() for path in folder.glob("*.bak")]
    store.finish(store.begin(question("one"), "m", "d"), "done", ANSWER)
    assert [ANSWER.text] == said(store)


def test_fault_59_a_newer_file_is_left_as_it_is_and_the_conversation_is_in_memory(store: Store, tell: Tell) -> None:
    """Also when another environment is updated while this store is open."""
    tell("one")
    path = Path(store.location)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    before = path.read_bytes()
    for newer in (store, Store(path.parent)):
        turn = newer.begin(question("two"), "m", "d")
        newer.finish(turn, "done", ANSWER)
        assert [ANSWER.text] == said(newer)
        assert not newer.on_disk
        assert newer.warning.startswith(f"{path} was written by a newer nbreason and is left as it is: ")
        assert "\n" not in newer.warning
    assert before == path.read_bytes()

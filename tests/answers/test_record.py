"""The record for a paper: how answers are cited, and a table of all asks."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nbreason.answers.citation import cite
from nbreason.answers.table import to_csv
from nbreason.asking.session import Session
from nbreason.core.events import Answer
from nbreason.core.question import Place
from nbreason.core.usage import Money, Usage
from nbreason.errors import UsageError
from nbreason.store.conversations import Store
from tests.conftest import HERE, Shell, question

DAY = 1_700_000_000.0
WHOLE = Answer(
    "so",
    finish="stop",
    requested_model="segmind:o3",
    reported_model="o3-2025-04-16",
    effort="high",
    usage=Usage(12, 34, 20, 8),
    cost=Money(0.25, "credits"),
    cost_source="balance",
    asked_at=DAY,
    seconds=6.25,
    request_hash="d",
    request_id="r-1",
    response_id="resp-1",
    parameters={"max_completion_tokens": 900},
    version="0.1.0",
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home", clock=lambda: DAY)


def tell(store: Store, words: str, owner: str | None = None, model: str = "segmind:o3", **more: object) -> None:
    """One turn with an answer of its own."""
    answer = replace(WHOLE, requested_model=model, request_hash=words, **more)  # type: ignore[arg-type]
    turn = store.begin(question(words, owner=owner), model, words)
    store.finish(turn, "done" if answer.complete else "partial", answer)


def cited(store: Store, place: Place = HERE) -> str:
    return " ".join(cite(store.asks(place), play="rehearsal").split())


# Citation.


def test_the_rehearsal_is_no_model_to_cite(store: Store) -> None:
    tell(store, "a try", model="rehearsal:o3")
    with pytest.raises(UsageError, match="no model has answered a question of this notebook yet"):
        cited(store)
    tell(store, "for real")
    assert "rehearsal" not in cited(store)
    assert cited(store).startswith("1 question was sent to a language model from a Jupyter notebook with nbreason")


def test_each_model_is_named_once_with_what_it_reported_and_has_an_entry(store: Store) -> None:
    tell(store, "one")
    tell(store, "two", effort="low")
    tell(store, "three", model="openai:gpt_oss", reported_model=None, effort=None, asked_at=DAY + 86_400)
    text = cited(store)
    assert (
        "3 questions were sent to language models from a Jupyter notebook with nbreason 0.1.0"
        " (2023-11-14 to 2023-11-15): openai:gpt_oss, reasoning effort provider default (1 answer);"
        " segmind:o3, reported as o3-2025-04-16, reasoning effort high and low (2 answers)." in text
    )
    assert [line.split(",")[0] for line in text.split("@")[1:]] == [
        "misc{openai:gpt-oss",
        "misc{segmind:o3",
        "software{nbreason",
    ]
    assert r"{{openai:gpt\_oss}}" in text


def test_a_stopped_answer_is_cited_as_such_also_where_only_later_ones_hold_it(store: Store) -> None:
    tell(store, "begun", "a/0", finish="interrupted")
    tell(store, "go on", "b/0")
    assert "2 questions" in cited(store)
    assert "1 answer ended early, stopped or cut off." in cited(store)
    store.forget(HERE, 1)
    assert "2 questions" in cited(store), "it was context of the answer that is there"
    store.forget(HERE, 1)
    tell(store, "anew", "c/0")
    assert "1 question " in cited(store)


def test_imported_answers_are_told_apart_and_each_answer_counts_once(store: Store) -> None:
    tell(store, "here", "a/0")
    elsewhere = Place("/elsewhere.ipynb")
    store.add(elsewhere, store.exchanges(HERE))
    assert "1 question was sent" in cited(store, elsewhere)
    assert "1 answer was imported from another conversation." in cited(store, elsewhere)
    store.add(HERE, [replace(turn, owner="b/0") for turn in store.exchanges(HERE)])
    assert len(store.history(HERE)) == 2
    assert "1 question was sent" in cited(store)
    assert "imported" not in cited(store), "it was asked here as well"


def test_what_a_provider_calls_its_model_is_words_and_no_command(store: Store) -> None:
    tell(store, "one", reported_model="o3}\n\x1b[2J\\input{/etc/passwd}")
    paragraph, _, entries = cite(store.asks(HERE), play="rehearsal").partition("@")
    assert "\x1b" not in paragraph + entries
    assert "\\input" not in entries
    assert entries.count("{") == entries.count("}")


# The table.


def rows(store: Store, place: Place = HERE) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(store.asks(place), "lecture.ipynb"))))


def test_a_row_says_what_was_asked_of_whom_when_and_what_it_took(store: Store) -> None:
    tell(store, "Why?\nPlease.", "cell-a/0")
    (row,) = rows(store)
    assert row == {
        "notebook": "lecture.ipynb",
        "thread": "",
        "cell": "cell-a",
        "ask_in_cell": "1",
        "time_utc": "2023-11-14T22:13:20Z",
        "requested_model": "segmind:o3",
        "reported_model": "o3-2025-04-16",
        "response_id": "resp-1",
        "request_id": "r-1",
        "effort": "high",
        "parameters": '{"max_completion_tokens": 900}',
        "request_sha256": "Why? Please.",
        "state": "done",
        "finish": "stop",
        "use": "current",
        "replayed": "no",
        "imported": "no",
        "tokens_in": "12",
        "tokens_cached": "8",
        "tokens_out": "34",
        "tokens_reasoning": "20",
        "cost": "0.25",
        "cost_unit": "credits",
        "cost_source": "balance",
        "seconds": "6.25",
        "version": "0.1.0",
        "question": "Why?",
    }


def test_what_is_not_known_is_empty(store: Store) -> None:
    store.begin(question("Why?"), "segmind:o3", "d")
    (row,) = rows(store)
    assert row["state"] == "pending"
    assert {
        row[name] for name in ("cell", "reported_model", "finish", "tokens_in", "cost", "cost_unit", "seconds")
    } == {""}


def test_each_ask_has_a_row_whatever_became_of_it(store: Store) -> None:
    for words, cell in (("one", "a"), ("one again", "a"), ("two", "b"), ("three", "c")):
        tell(store, words, f"{cell}/0")
    store.finish(store.begin(question("four"), "segmind:o3", "d"), "failed", Answer(), "It broke.")
    store.add_replayed(question("other thread", thread="x"), "segmind:o3", "one", WHOLE)
    store.forget(HERE, 2)
    store.note_runs(HERE.notebook, {"c": set()})
    assert [(row["question"], row["use"], row["replayed"], row["cost"]) for row in rows(store)] == [
        ("one", "replaced", "no", "0.25"),
        ("one again", "current", "no", "0.25"),
        ("two", "removed", "no", "0.25"),
        ("three", "left the page", "no", "0.25"),
        ("four", "no answer", "no", ""),
        ("other thread", "current", "yes", "0"),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", ' \n="x",=1'])
def test_threat_32_no_cell_of_a_table_is_a_formula(store: Store, text: str) -> None:
    tell(store, text, f"{text}/0", model=f"{text}:m", reported_model=text)
    (row,) = rows(store)
    assert [name for name, value in row.items() if value.lstrip().startswith(("=", "+", "-", "@", "＝"))] == []
    assert row["question"].startswith("'")


def test_a_table_is_exported_from_the_notebook(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is nothing to export: nothing has been asked"):
        shell.run(f"%nbreason export {tmp_path}/asks.csv")
    shell.run("%reason Why?")
    shell.run("%nbreason reset")
    shell.run(f"%nbreason export {tmp_path}/asks.csv")
    (row,) = csv.DictReader((tmp_path / "asks.csv").read_text().splitlines())
    assert (row["question"], row["use"], row["requested_model"]) == ("Why?", "removed", "rehearsal:o3")


def test_the_models_of_a_notebook_are_cited_in_it(session: Session, ask: Callable[..., Answer]) -> None:
    ask("Why?", model="segmind:o3", effort="high")
    text = cite(session.store.asks(HERE), play="rehearsal")
    assert f"({time.strftime('%Y-%m-%d', time.gmtime())}): segmind:o3, reported as " in text

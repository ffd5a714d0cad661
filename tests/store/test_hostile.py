"""Threat 18: whatever a file of conversations holds, looking at it ends in one line and never in a traceback."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nbreason.answers import export as transcript
from nbreason.asking.session import Session
from nbreason.capture.pixels import png
from nbreason.core.budget import Budget
from nbreason.core.events import Answer
from nbreason.core.parts import Image
from nbreason.core.usage import Money, Usage
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.subcommands import budget, cite, conversation, files
from nbreason.magics.subcommands.code import code
from nbreason.magics.subcommands.panel import facts
from nbreason.notebook.notebook import Notebook, notebook_of
from nbreason.render.bundle import Bundle
from nbreason.render.dashboard import snapshot
from nbreason.render.preview import preview
from nbreason.store.codec import answer_to_json
from nbreason.store.conversations import Store
from nbreason.store.home import DATABASE
from tests.conftest import Shell, question

PICTURE = Image(png(bytes(64), 8, 8, 1), "image/png", 8, 8, "two peaks", "In[5]")
ANSWER = Answer(
    "```python\n1\n```",
    finish="stop",
    usage=Usage(3, 4, 1),
    cost=Money(0.5, "credits"),
    balance=Money(41.5, "credits"),
    requested_model="rehearsal:o3",
    seconds=1.5,
    asked_at=1_700_000_000.0,
    estimate=3,
    window=200_000,
    rates=(("requests", 5),),
)
LITERALS = (
    "NULL",
    *("''", "'abc'", "'12'", "'{}'", "'[]'", "'[7]'", "CAST(x'ff' AS TEXT)", "x''", "x'ff'"),
    *("0", "-1", "9223372036854775807", "-9223372036854775808", "1.5", "1e300", "-1e300", "9e999", "-9e999"),
)
"""Values of every kind that SQLite knows."""


def tables() -> dict[str, list[str]]:
    """The columns of each table."""
    store = Store(None)
    with store.database.read() as db:
        return {
            table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            for table in ("conversation", "turn", "image", "budget", "change")
        }


COLUMNS = [(table, column) for table, columns in tables().items() for column in columns]
UNTYPED = "".join(
    f"CREATE TABLE other ({', '.join(columns)}); INSERT INTO other SELECT * FROM {table}; DROP TABLE {table};"
    f"ALTER TABLE other RENAME TO {table};"
    for table, columns in tables().items()
)
"""Makes of our tables tables that take any value in any column."""
ODD: tuple[Any, ...] = (
    *(None, True, "", "abc", "half a character \ud800", -1, 1.5, 10**30, 10**400, float("nan"), float("inf"), -1e300),
    *([], {}, [7], [["a", float("inf")]], {"a": 7}, {"amount": float("nan"), "unit": "USD"}),
    json.loads("[" * 400 + "]" * 400),
)
"""Values of every kind that JSON knows."""
often = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def notebook(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.chdir(tmp_path)
    notebook = notebook_of(shell.shell)
    assert notebook is not None
    notebook.session.close()
    return notebook


def filled(folder: Path, notebook: Notebook) -> Path:
    """A file with two answered turns, one about a picture, and a budget."""
    store = Store(folder)
    place = notebook.context.conversation()
    for owner, parts in (("a/0", (PICTURE, "one")), ("b/0", ("two",))):
        asked = question(*parts, owner=owner, notebook=place.notebook)
        store.finish(store.begin(asked, "rehearsal:o3", owner), "done", ANSWER)
    store.set_budget(place.notebook, Budget(1e6, "tokens"))
    return folder / DATABASE


def changed(path: Path, folder: Path, script: str) -> Path:
    """A copy of a file in a folder of its own, after a script."""
    folder.mkdir(mode=0o700)
    shutil.copy(path, folder)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as db:
        db.executescript("PRAGMA ignore_check_constraints = ON;" + script)
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """New folders, one after the other."""
    return (tmp_path / str(number) for number in itertools.count())


def ask(notebook: Notebook) -> object:
    place = notebook.context.conversation()
    return notebook.session.ask(question("three", owner="c/0", notebook=place.notebook, model="rehearsal:o3")).result(
        20
    )


def dry_run(notebook: Notebook) -> Bundle:
    place = notebook.context.conversation()
    planned = notebook.session.plan(question("four", owner="d/0", notebook=place.notebook, model="rehearsal:o3"))
    return preview(planned.request, planned.choice.name, "", planned.notices)


LOOKS: list[Callable[[Notebook], object]] = [
    lambda notebook: conversation.history(notebook, ""),
    lambda notebook: conversation.history(notebook, "--all"),
    lambda notebook: conversation.thread(notebook, ""),
    lambda notebook: snapshot(facts(notebook)),
    lambda notebook: code(notebook, ""),
    lambda notebook: budget.budget(notebook, ""),
    lambda notebook: cite.cite(notebook, ""),
    lambda notebook: files.export(notebook, "x.json"),
    lambda notebook: files.export(notebook, "x.md"),
    lambda notebook: files.export(notebook, "x.csv"),
    lambda notebook: files.export(notebook, "--replay"),
    lambda notebook: notebook.session.store.saved_answer("rehearsal:o3", "b/0"),
    lambda notebook: notebook.session.store.unknown_outcomes(notebook.conversation()),
    lambda notebook: notebook.session.reported_share("rehearsal:o3"),
    lambda notebook: notebook.session.store.recognise("/copy.ipynb", ["a", "b"], exists=lambda path: True),
    dry_run,
    ask,
    lambda notebook: conversation.undo(notebook, ""),
    lambda notebook: conversation.redo(notebook, ""),
    lambda notebook: conversation.pin(notebook, "1"),
    lambda notebook: conversation.forget(notebook, "1"),
    lambda notebook: conversation.reset(notebook, ""),
    lambda notebook: conversation.undo(notebook, ""),
]


def line_of(look: Callable[[Notebook], object], notebook: Notebook) -> str:
    """What is said about it, if it cannot be done."""
    try:
        look(notebook)
    except NBReasonError as error:
        return str(error)
    return ""


def assert_told_in_one_line(
    notebook: Notebook, folder: Path, looks: list[Callable[[Notebook], object]] = LOOKS
) -> None:
    """Whatever is looked at, nothing but one line of ours comes out of it."""
    notebook._session = session = Session(notebook.settings, Store(folder), notebook.session.environment)
    try:
        assert "\n" not in session.store.warning
        for look in looks:
            said = line_of(look, notebook)
            assert "\n" not in said
            assert "locked" not in said, "what came before has let go of the file"
    finally:
        session.close()


@pytest.mark.long
def test_threat_18_a_value_of_any_kind_in_any_column_is_told_in_one_line(
    notebook: Notebook, tmp_path: Path, folders: Iterator[Path]
) -> None:
    path = filled(tmp_path / "filled", notebook)

    @often
    @given(st.sampled_from(COLUMNS), st.sampled_from(LITERALS))
    @example(("turn", "asked_at"), "'abc'")
    @example(("turn", "asked_at"), "9e999")
    @example(("turn", "place"), "9223372036854775807")
    @example(("turn", "system"), "x'ff'")
    @example(("conversation", "thread"), "x'ff'")
    @example(("conversation", "notebook"), "CAST(x'ff' AS TEXT)")
    @example(("budget", "amount"), "'abc'")
    def check(where: tuple[str, str], literal: str) -> None:
        table, column = where
        script = f"{UNTYPED} UPDATE {table} SET {column} = {literal};"
        assert_told_in_one_line(notebook, changed(path, next(folders), script))

    check()


@pytest.mark.long
def test_threat_18_a_value_of_any_kind_in_any_field_of_an_answer_is_told_in_one_line(
    notebook: Notebook, tmp_path: Path, folders: Iterator[Path]
) -> None:
    path = filled(tmp_path / "filled", notebook)

    @often
    @given(st.sampled_from([field.name for field in fields(Answer)]), st.sampled_from(ODD))
    @example("rates", [["a", float("inf")]])
    @example("seconds", float("nan"))
    @example("asked_at", 1e300)
    @example("asked_at", -1e300)
    @example("estimate", 10**400)
    @example("cost", {"amount": float("inf"), "unit": "USD"})
    @example("parameters", {"deep": ODD[-1]})
    def check(name: str, value: object) -> None:
        stored = json.dumps({**json.loads(answer_to_json(ANSWER)), name: value}).replace("'", "''")
        script = f"UPDATE turn SET answer = '{stored}';"
        assert_told_in_one_line(notebook, changed(path, next(folders), script))

    check()


def places(value: object) -> Iterator[tuple[str | int, ...]]:
    """The ways to all values inside of one."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (key,)
        yield from ((key, *way) for way in places(item))


def exported(turns: list[transcript.Exchange], way: tuple[str | int, ...], value: object) -> str:
    """An exported conversation in which one value is another."""
    body = holder = json.loads(transcript.to_json(turns))
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = value
    return json.dumps(body)


TURNS = [transcript.Exchange("a/0", "rehearsal:o3", 1_700_000_000.0, None, "", "d", "e", (PICTURE,), ANSWER)]
WAYS = sorted(places(json.loads(transcript.to_json(TURNS))), key=str)


@pytest.mark.long
def test_threat_18_an_import_with_a_value_of_any_kind_is_told_in_one_line(
    notebook: Notebook, tmp_path: Path, folders: Iterator[Path]
) -> None:
    picture = ("images", PICTURE.digest)

    @often
    @given(st.sampled_from(WAYS), st.sampled_from(ODD))
    @example((*picture, "width"), float("inf"))
    @example((*picture, "width"), 10**30)
    @example(("turns", 0, "asked_at"), 10**400)
    @example(("turns", 0, "digest"), "half a character \ud800")
    @example(("turns", 0, "answer", "rates"), [["a", float("inf")]])
    def check(way: tuple[str | int, ...], value: object) -> None:
        (tmp_path / "in.json").write_text(exported(TURNS, way, value))
        looks = [lambda notebook: files.import_(notebook, "in.json"), *LOOKS]
        assert_told_in_one_line(notebook, next(folders), looks)

    check()


EVIL = 'image/png;base64,x" onerror="alert(1)" x="'


@pytest.mark.parametrize("mime", [EVIL, "image/svg+xml", "text/html", "IMAGE/PNG", ""])
def test_threat_18_a_picture_of_another_type_is_not_taken(
    notebook: Notebook, tmp_path: Path, folders: Iterator[Path], mime: str
) -> None:
    with pytest.raises(UsageError, match="not a conversation exported by nbreason"):
        transcript.from_json(exported(TURNS, ("images", PICTURE.digest, "mime"), mime))
    path = filled(tmp_path / "filled", notebook)
    folder = changed(path, next(folders), f"UPDATE image SET mime = '{mime}';")
    assert_told_in_one_line(notebook, folder)
    notebook._session = Session(notebook.settings, Store(folder), notebook.session.environment)
    with suppress(NBReasonError):
        assert "onerror" not in dry_run(notebook).data["text/html"]


def test_threat_18_after_a_reset_what_cannot_be_read_is_in_nobodys_way(notebook: Notebook, tmp_path: Path) -> None:
    """As the line promises; the budget is asked for at every question."""
    path = filled(tmp_path / "filled", notebook)
    folder = changed(path, tmp_path / "changed", "UPDATE turn SET asked_at = 'abc' WHERE owner = 'a/0';")
    notebook._session = session = Session(notebook.settings, Store(folder), notebook.session.environment)
    for look in (ask, *LOOKS[:1], lambda notebook: budget.budget(notebook, "")):
        assert "%nbreason reset starts a new conversation." in line_of(look, notebook)
    conversation.reset(notebook, "")
    assert [""] * 3 == [
        line_of(look, notebook) for look in (ask, LOOKS[0], lambda notebook: budget.budget(notebook, ""))
    ]
    session.close()


def test_threat_18_a_budget_that_cannot_be_read_is_no_leave_to_spend(notebook: Notebook, tmp_path: Path) -> None:
    path = filled(tmp_path / "filled", notebook)
    folder = changed(path, tmp_path / "changed", "UPDATE budget SET amount = 'abc';")
    notebook._session = session = Session(notebook.settings, Store(folder), notebook.session.environment)
    assert line_of(ask, notebook).endswith("%nbreason budget off removes it.")
    budget.budget(notebook, "off")
    assert line_of(ask, notebook) == ""
    session.close()

"""The conversation follows the document: the context of a question is what the cells above it have been answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.order import CellsInOrder
from nbreason.core.question import Place
from nbreason.store import replay
from nbreason.store.conversations import Store
from nbreason.store.saved import SavedAnswer
from tests.conftest import Scripted, http, question

HERE = "/home/me/lesson.ipynb"


class Server:
    """Answers the n-th request with ``answer n``; `bodies` holds what each request said."""

    def __init__(self) -> None:
        self._server = Scripted(lambda connection: connection.sendall(self._answer()))
        self.url = self._server.url

    def _answer(self) -> bytes:
        choice = {"message": {"role": "assistant", "content": f"answer {self.count}"}, "finish_reason": "stop"}
        body = json.dumps({"model": "m", "choices": [choice]}).encode()
        return http("200 OK", body, "Content-Type: application/json")

    @property
    def count(self) -> int:
        return len(self._server.requests)

    @property
    def said(self) -> tuple[str, ...]:
        """What the last request said, without the instructions."""
        messages = json.loads(self._server.requests[-1].partition(b"\r\n\r\n")[2])["messages"]
        return tuple(message["content"] for message in messages if message["role"] in ("user", "assistant"))

    def close(self) -> None:
        self._server.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def new_session(server: Server, store: Store | None = None) -> Session:
    return Session(NBReason(model="ollama:m"), store or Store(None), {"NBREASON_OLLAMA_URL": server.url})


@pytest.fixture
def session(server: Server) -> Iterator[Session]:
    session = new_session(server)
    yield session
    session.close()


def place(*cells: str, source: str = "page", at: int = 0, notebook: str = HERE) -> Place:
    return Place(notebook, cells=CellsInOrder(cells, source, at))  # type: ignore[arg-type]


def ask(session: Session, cells: str, cell: str, text: str = "", number: int = 0, notebook: str = HERE) -> Answer:
    """Ask from a cell of a document whose cells are single letters."""
    here = replace(place(*cells, notebook=notebook), owner=f"{cell}/{number}")
    return session.ask(replace(question(text or cell), place=here)).result(10)


def test_a_cell_between_two_others_gets_the_one_above_and_those_below_are_not_paid_again(
    session: Session, server: Server
) -> None:
    ask(session, "ac", "a")
    ask(session, "ac", "c")
    before = ask(session, "abc", "b")
    assert server.said == ("a", server.said[1], "b"), "what stands below is no context"
    assert ask(session, "abc", "c").text != before.text, "the turn below has another context now"
    sent = server.count
    assert [ask(session, "abc", cell).replayed for cell in "abc" * 2] == [True] * 6
    assert server.count == sent


def test_the_turn_of_a_deleted_cell_is_not_sent_and_comes_back_with_its_cell(session: Session, server: Server) -> None:
    for cell in "ab":
        ask(session, "abc", cell)
    ask(session, "ac", "c")
    assert server.said[::2] == ("a", "c")
    assert [record.question for record in session.store.history(place("a", "c"))] == ["a", "c"]
    everything = session.store.history(place("a", "c"), versions=True)
    assert [(record.question, record.deleted) for record in everything] == [("a", False), ("c", False), ("b", True)]
    ask(session, "abc", "c", "with b")
    assert server.said[::2] == ("a", "b", "with b")


def test_a_moved_cell_moves_its_turn_and_what_it_changes_is_stale_until_it_is_back(session: Session) -> None:
    for cell in "abc":
        ask(session, "abc", cell)

    def stale(cells: str) -> str:
        return "".join(record.question for record in session.store.history(place(*cells)) if record.stale)

    assert [record.question for record in session.store.history(place(*"bac"))] == ["b", "a", "c"]
    assert (stale("abc"), stale("bac"), stale("acb")) == ("", "bac", "cb")


def test_without_the_order_of_the_cells_it_is_that_of_asking(session: Session, server: Server) -> None:
    for cell in "bac":
        session.ask(question(cell, owner=f"{cell}/0", notebook=HERE)).result(10)
    assert server.said[::2] == ("b", "a", "c")


def test_a_cell_that_has_asked_since_the_file_was_saved_is_not_taken_for_a_deleted_one(session: Session) -> None:
    for cell in "ab":
        ask(session, "ab", cell)
    old, new = place("a", source="file", at=0), place("a", source="file", at=2**62)
    assert [[record.question for record in session.store.history(here)] for here in (old, new)] == [["a", "b"], ["a"]]


def test_imported_turns_come_before_all_cells(session: Session, server: Server) -> None:
    ask(session, "xy", "x")
    turns = session.store.exchanges(place("x", "y"))
    session.store.add(replace(place("a"), notebook="/home/me/other.ipynb"), turns)
    asked = question("a", notebook="/home/me/other.ipynb")
    here = replace(place("a"), notebook="/home/me/other.ipynb", owner="a/0")
    session.ask(replace(asked, place=here)).result(10)
    assert server.said[::2] == ("x", "a")


class Document:
    """What is meant, in few lines: cells with their questions, and what each was last answered in which context."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.turns: dict[tuple[str, int], tuple[str, str]] = {}
        self.paid: dict[tuple[str, ...], str] = {}

    def on_page(self) -> list[tuple[str, int]]:
        """The turns in order: their cells, and their numbers in these."""
        return sorted(
            (turn for turn in self.turns if turn[0] in self.cells), key=lambda t: (self.cells.index(t[0]), t[1])
        )

    def said(self, cell: str, number: int) -> tuple[str, ...]:
        """What is to be sent: the turns above, and the question."""
        above = [
            turn for turn in self.on_page() if (self.cells.index(turn[0]), turn[1]) < (self.cells.index(cell), number)
        ]
        return (*(words for turn in above for words in self.turns[turn]), self.texts[cell][number])


NUMBERS = st.integers(0, 7)
WHAT = ["insert", "insert", "run", "run", "run", "edit", "more", "fewer", "move", "delete", "forget"]
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), NUMBERS, NUMBERS), max_size=25)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, NUMBERS)
@example([("insert", 0, 0), ("insert", 1, 0), ("more", 0, 0), ("run", 0, 0), ("fewer", 0, 0)], 1)
@example([(step, 0, 0) for step in ("insert", "more", "run", "fewer", "run", "more")] + [("insert", 1, 0)], 1)
@example([("insert", 0, 0), ("insert", 1, 0), ("run", 0, 0), ("forget", 0, 0), ("run", 1, 0)], 1)
def test_each_request_holds_the_turns_above_and_a_second_run_all_sends_nothing(
    server: Server, steps: list[tuple[str, int, int]], inserted: int
) -> None:
    """Also after a restart; and a reader with no key, who has put a cell anywhere, sees the same answers."""
    session, document = new_session(server), Document()

    def run(cell: str) -> int:
        """Run a cell for real and in the model; how many requests were sent."""
        begun = server.count
        for number, text in enumerate(document.texts[cell]):
            before, said = server.count, document.said(cell, number)
            answer = ask(session, "".join(document.cells), cell, text, number)
            if server.count > before:
                assert server.said == said
            assert (server.count > before) == (said not in document.paid)
            assert document.paid.setdefault(said, answer.text) == answer.text
            document.turns[cell, number] = text, answer.text
        asks = {("", f"{cell}/{number}") for number in range(len(document.texts[cell]))}
        session.store.note_runs(HERE, {cell: asks})
        document.turns = {
            turn: words
            for turn, words in document.turns.items()
            if turn[0] != cell or turn[1] < len(document.texts[cell])
        }
        return server.count - begun

    names = iter("abcdefghijklmnopqrstuvwxyz")
    for step, first, second in steps:
        cells = document.cells
        if step == "insert":
            name = next(names)
            cells.insert(first % (len(cells) + 1), name)
            document.texts[name] = [name]
        elif step == "forget":
            if turns := document.on_page():
                del document.turns[turns[first % len(turns)]]
                session.store.forget(place(*cells), first % len(turns) + 1)
        elif cells:
            cell = cells[first % len(cells)]
            texts = document.texts[cell]
            if step == "run":
                run(cell)
            elif step == "edit" and texts:
                texts[second % len(texts)] += "!"
            elif step == "more":
                texts.append(f"{cell}{len(texts)}")
            elif step == "fewer" and texts:
                texts.pop()
            elif step in ("move", "delete"):
                cells.remove(cell)
                if step == "move":
                    cells.insert(second % (len(cells) + 1), cell)
    for cell in document.cells:
        run(cell)
    session.close()
    session = new_session(server, session.store)
    assert [run(cell) for cell in document.cells] == [0] * len(document.cells)
    history = session.store.history(place(*document.cells))
    assert [(record.question, record.stale) for record in history] == [
        (text, False) for cell in document.cells for text in document.texts[cell]
    ]
    session.close()
    position, sent = inserted % (len(document.cells) + 1), server.count
    cells = [*document.cells[:position], "+", *document.cells[position:]]
    with TemporaryDirectory() as folder:
        saved = map(SavedAnswer.of, session.store.exchanges(place(*document.cells)))
        Path(folder, "lesson.reason.json").write_text(replay.dump(saved))
        reader = Session(NBReason(replay="only"), Store(None), {})
        for (cell, number), (text, answer) in sorted(document.turns.items()):
            if cell in cells:
                seen = ask(reader, "".join(cells), cell, text, number, f"{folder}/lesson.ipynb")
                assert seen.text == answer
        reader.close()
    assert server.count == sent

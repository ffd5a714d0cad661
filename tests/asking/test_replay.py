"""Saved answers where nothing can or may be sent: what was asked once is shown, and it is said what has changed since.

A teacher has asked in lesson.ipynb and saved the answers beside it; a student has the folder, and no key.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbreason.asking.plan import Plan
from nbreason.asking.session import Session
from nbreason.core.events import Answer
from nbreason.core.order import CellsInOrder
from nbreason.core.parts import Image, Part, Text
from nbreason.core.question import Place, Question
from nbreason.core.shape import Shape
from nbreason.errors import MissingKey, NoSavedAnswer
from nbreason.rehearsal import Rehearsal
from nbreason.render.line import static_line
from nbreason.store import replay
from nbreason.store.conversations import Store
from nbreason.store.saved import SavedAnswer
from tests.conftest import MakeSession, pointed_at, question

DOT = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02"
PICTURE = Image(DOT, "image/png", 2, 2, "", "In[1].1")
TABLE = Text('<data name="df" kind="table">\n1\n</data>', "df")


class Classroom:
    """A folder with lesson.ipynb, the teacher's session and those of students."""

    def __init__(self, make_session: MakeSession, rehearsal: Rehearsal, folder: Path) -> None:
        self._make, self.rehearsal, self.folder = make_session, rehearsal, folder
        self.students = 0

    def asked(self, cells: str, cell: str, *parts: Part | str, **more: Any) -> Question:
        """A question from a cell of a document whose cells are single letters."""
        order = CellsInOrder(tuple(cells), "page", 0)
        place = Place(str(self.folder / "lesson.ipynb"), f"{cell}/0", cells=order)
        return replace(question(*(parts or (f"question {cell}?",)), **more), place=place)

    def teacher(self, **settings: Any) -> Session:
        return self._make(pointed_at(self.rehearsal.url), Store(self.folder / "teacher"), **settings)

    def student(self, **settings: Any) -> Session:
        self.students += 1
        home = Store(self.folder / f"student {self.students}")
        return self._make({"NBREASON_REHEARSAL_URL": self.rehearsal.url}, home, **settings)

    def publish(self, *questions: Question, name: str = "lesson", **settings: Any) -> list[Answer]:
        """The teacher asks, and saves the answers beside the notebook."""
        teacher = self.teacher(**{"model": "segmind:o3", **settings})
        answers = [teacher.ask(asked).result(10) for asked in questions]
        turns = teacher.store.exchanges(questions[-1].place)
        (self.folder / f"{name}{replay.ENDING}").write_text(replay.dump(map(SavedAnswer.of, turns)))
        return answers

    def answer(self, session: Session, cells: str, cell: str, *parts: Part | str, **more: Any) -> Answer:
        return session.ask(self.asked(cells, cell, *parts, **more)).result(10)


@pytest.fixture
def room(make_session: MakeSession, rehearsal: Rehearsal, tmp_path: Path) -> Classroom:
    return Classroom(make_session, rehearsal, tmp_path)


def test_a_student_without_a_key_sees_the_answers_of_the_model_that_the_teacher_asked(room: Classroom) -> None:
    """No key, no -m, no home: the file decides the model."""
    taught = room.publish(*(room.asked("abc", cell) for cell in "abc"))
    student = room.student()
    seen = [room.answer(student, "abc", cell) for cell in "abc"]
    assert [answer.text for answer in seen] == [answer.text for answer in taught]
    assert room.rehearsal.posts == 3
    for answer in seen:
        assert static_line(answer).startswith("segmind:o3 · replayed answer of ")
        assert ", from lesson.reason.json, 0 credits · " in static_line(answer)


def test_a_cell_put_in_between_is_rehearsed_and_the_answers_below_are_shown_and_marked(room: Classroom) -> None:
    taught = room.publish(*(room.asked("abc", cell) for cell in "abc"))
    student = room.student()
    runs = [[room.answer(student, "axbc", cell) for cell in "axbc"] for _ in range(3)]
    a, x, b, c = runs[0]
    assert [answer.text for answer in (a, b, c)] == [answer.text for answer in taught]
    assert [answer.other_context for answer in (a, b, c)] == [False, True, True]
    assert "0 credits · the turns above have changed since · " in static_line(b)
    (notice,) = x.notices
    reason = "lesson.reason.json does not have it"
    assert notice == f"There is no saved answer to this question: {reason}. The rehearsal answers in its place."
    assert room.rehearsal.posts == 4
    assert runs[1] == runs[2], "replay against replay is the same to the last byte"
    history = student.store.history(room.asked("axbc", "a").place)
    assert [record.stale for record in history] == [False, False, True, True]


@pytest.mark.parametrize(
    ("setting", "sent", "marked"), [("on", 1, False), ("lenient", 0, True), ("only", 0, True), ("off", 3, False)]
)
def test_the_setting_says_whether_other_turns_above_matter(
    room: Classroom, setting: str, sent: int, marked: bool
) -> None:
    teacher = room.teacher(model="segmind:o3")
    for cell in "ab":
        room.answer(teacher, "ab", cell)
    teacher.settings.replay = setting
    before = room.rehearsal.posts
    below = room.answer(teacher, "b", "b")
    for cell in "ab":
        room.answer(teacher, "ab", cell)
    assert (room.rehearsal.posts - before, below.other_context) == (sent, marked)


def test_an_answer_of_the_same_cell_goes_first_and_then_the_newest(room: Classroom) -> None:
    """A question such as "And why?" stands in many cells."""
    why = "And why?"
    taught = room.publish(*(room.asked("abcd", cell, f"{cell}?" if cell in "ac" else why) for cell in "abcd"))
    for session in (room.student(), room.teacher(model="segmind:o3", replay="lenient")):
        assert room.answer(session, "b", "b", why).request_hash == taught[1].request_hash
        assert room.answer(session, "xb", "x", why).request_hash == taught[3].request_hash
        assert room.answer(session, "xb", "b", why).request_hash == taught[1].request_hash
    assert room.rehearsal.posts == 4


def test_another_model_is_never_taken_for_the_one_that_was_named(room: Classroom) -> None:
    room.publish(room.asked("a", "a"))
    reason = r"no saved answer to this question: lesson.reason.json has the answer of segmind:o3\. There is no key for"
    for student in (room.student(model="segmind:o1"), room.student()):
        with pytest.raises(MissingKey, match=reason):
            room.answer(student, "a", "a", model="segmind:o1")


def test_the_replay_file_decides_only_where_no_provider_has_a_key(room: Classroom) -> None:
    room.publish(room.asked("a", "a"), model="aimlapi:o3")
    answer = room.answer(room.teacher(), "a", "a")
    assert (answer.requested_model, answer.replayed) == ("segmind:o3", False)


def test_answers_of_several_models_and_efforts_are_found_with_what_each_can_take(room: Classroom) -> None:
    """The rehearsal would refuse a parameter of another model, and a model for text a picture."""
    shape = Shape("json", schema={"type": "object", "properties": {"x": {"type": "string"}}})
    room.publish(
        room.asked("abcd", "a", PICTURE, "What is it?"),
        room.asked("abcd", "b", TABLE, "How many?", model="segmind:o3-mini", alone=True),
        room.asked("abcd", "c"),
        room.asked("abcd", "d", "Which?", shape=shape),
        effort="high",  # in the teacher's own configuration
    )
    student = room.student(allowed=["segmind:*"])
    for cell, parts, more in (
        ("a", (PICTURE, "What is it?"), {}),
        ("b", (TABLE, "How many?"), {"alone": True, "model": "segmind:o3-mini"}),
        ("c", (), {}),
        ("d", ("Which?",), {"shape": shape}),
    ):
        answer = room.answer(student, "abcd", cell, *parts, **more)  # type: ignore[arg-type]
        assert (answer.replayed, answer.other_context, answer.effort) == (True, False, "high"), cell


@pytest.mark.parametrize(
    ("cell", "parts", "more", "reason"),
    [
        ("a", (PICTURE, "Why not?"), {}, "it was edited since lesson.reason.json was written"),
        ("z", (PICTURE, "Why not?"), {}, "lesson.reason.json does not have it"),
        ("a", (PICTURE, "Why?"), {"model": "aimlapi:o3"}, "lesson.reason.json has the answer of segmind:o3"),
        (
            "a",
            (replace(PICTURE, data=PICTURE.data + b"x"), "Why?"),
            {},
            "In[1].1 has changed since lesson.reason.json was written",
        ),
        (
            "a",
            (replace(PICTURE, data=PICTURE.data + b"x"), TABLE, "Why?"),
            {},
            "In[1].1, df have changed since lesson.reason.json was written",
        ),
        ("a", ("Why?",), {}, "in lesson.reason.json more is attached to it"),
        ("a", (PICTURE, "Why?"), {"fresh": True}, "--fresh asks again"),
        ("a", (PICTURE, "Why?"), {"system": "Be brief."}, "in lesson.reason.json it has other options or instructions"),
    ],
)
def test_a_question_without_a_saved_answer_is_told_why(
    room: Classroom, cell: str, parts: tuple[Part | str, ...], more: dict[str, Any], reason: str
) -> None:
    room.publish(room.asked("az", "a", PICTURE, "Why?"))
    with pytest.raises(NoSavedAnswer) as caught:
        room.answer(room.student(replay="only"), "az", cell, *parts, **more)
    told = f"There is no saved answer to this question: {reason}. NBReason.replay is 'only'. Nothing was sent."
    assert str(caught.value) == told
    assert room.rehearsal.posts == 1


def test_with_a_file_of_the_notebook_those_of_others_answer_exactly_the_same_requests_only(room: Classroom) -> None:
    room.publish(*(room.asked("ab", cell) for cell in "ab"), name="other")
    student = room.student()
    assert room.answer(student, "xb", "b").replay_file == "other.reason.json"
    room.publish(room.asked("a", "a"))
    student = room.student()
    assert room.answer(student, "xb", "b").requested_model == "rehearsal:o3"
    assert room.answer(student, "ab", "a").replay_file == "lesson.reason.json"


def test_what_0_1_saved_is_found_below_other_turns_if_it_was_the_first_and_else_once_it_was_replayed(
    room: Classroom,
) -> None:
    """It did not save the hash of the request without the turns above, which is that of the request for the first."""
    teacher = room.teacher(model="segmind:o3")
    for cell in "abc":
        room.answer(teacher, "abc", cell)
    with teacher.store.database.write() as db:
        db.execute("UPDATE turn SET question_digest = ''")
    saved = map(SavedAnswer.of, teacher.store.exchanges(room.asked("abc", "a").place))
    (room.folder / "lesson.reason.json").write_text(replay.dump(saved))
    student = room.student()
    assert room.answer(student, "xac", "x").requested_model == "rehearsal:o3"
    assert room.answer(student, "xac", "a").other_context
    assert "the turns above, the options or the attached data differ" in room.answer(student, "xac", "c").notices[0]

    (room.folder / "lesson.reason.json").unlink()
    room.answer(teacher, "abc", "b")
    teacher.settings.replay = "only"
    for cell in "ba":
        assert room.answer(teacher, "ba", cell).other_context
    with pytest.raises(NoSavedAnswer):
        room.answer(teacher, "c", "c")


def test_history_tells_when_a_replayed_answer_was_given(room: Classroom) -> None:
    (taught,) = room.publish(room.asked("a", "a"))
    student = room.student()
    answer = room.answer(student, "a", "a")
    (record,) = student.store.history(room.asked("a", "a").place)
    assert record.answer is not None
    assert answer.asked_at == taught.asked_at == record.answer.asked_at


def test_a_replay_file_of_many_models_does_not_make_a_question_slow(room: Classroom) -> None:
    answer = Answer("so", finish="stop")
    many = [SavedAnswer(f"segmind:model-{number}", "d", "question a?", answer) for number in range(2000)]
    (room.folder / "lesson.reason.json").write_text(replay.dump(many))
    student, planned = room.student(), list[str | None]()

    def plan(asked: Question) -> Plan:
        planned.append(asked.model)
        return student.plan(asked)

    assert student.cache.lookup(room.asked("a", "a"), plan)[1] is None
    assert (len(planned), planned[-1]) == (13, None)


@pytest.mark.parametrize(("model", "name"), [("\x1b[2J", "lesson"), ("segmind:o3", "\x1b[2J")])
def test_a_replay_file_does_not_speak_to_the_terminal(room: Classroom, model: str, name: str) -> None:
    saved = SavedAnswer(model, "d", "question a?", Answer("so", finish="stop"))
    (room.folder / f"{name}.reason.json").write_text(replay.dump([saved]))
    with pytest.raises(NoSavedAnswer) as caught:
        room.answer(room.student(replay="only"), "a", "a")
    assert str(caught.value).isprintable()

"""Pictures of earlier turns, as the server got them: each once, and none with the path of its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nbreason.capture.images import load
from nbreason.capture.pixels import png
from nbreason.core.events import Answer
from nbreason.core.parts import Image
from nbreason.rehearsal import Rehearsal
from tests.conftest import DUMMY_KEY, MakeSession, question

Ask = Callable[..., Answer]
FIGURE = Image(png(bytes(64), 8, 8, 1), "image/png", 8, 8, "a square", "In[1].5")


def test_an_unchanged_figure_is_in_a_request_once_however_often_it_was_asked_about(
    ask: Ask, rehearsal: Rehearsal
) -> None:
    for cell in "abcdefg":  # more asks than the five pictures that one request may hold
        answer = ask(FIGURE, f"question {cell}", owner=f"{cell}/0")
        assert answer.notices == ()
    messages = rehearsal.bodies[-1]["messages"]
    assert 1 == json.dumps(messages).count("data:image/png")
    assert "data:image/png" in json.dumps(messages[-1]), "the question itself has it"
    asked = [message for message in messages if message["role"] == "user"]
    assert 6 == json.dumps(asked).count("[The picture In[1].5 comes again below.]")


@pytest.mark.parametrize("name", ["AIMLAPI", "SEGMIND"])
def test_with_a_key_and_nothing_else_a_first_question_about_a_figure_is_answered(
    make_session: MakeSession, rehearsal: Rehearsal, name: str
) -> None:
    session = make_session({f"{name}_API_KEY": DUMMY_KEY, f"NBREASON_{name}_URL": rehearsal.url})
    answer = session.ask(question(FIGURE, "Why does this histogram have two peaks?")).result(20)
    assert (answer.complete, answer.images) == (True, 1)
    assert answer.requested_model.startswith(name.lower())


def test_a_notebook_that_asks_about_one_figure_again_and_again_is_run_again_for_nothing(
    ask: Ask, rehearsal: Rehearsal
) -> None:
    for _ in range(2):
        for cell in "abc":
            ask(FIGURE, f"question {cell}", owner=f"{cell}/0")
    assert 3 == rehearsal.posts


@pytest.mark.parametrize("name", ["secret project/pat ient.png", "patient"])
def test_a_path_stays_here_whatever_becomes_of_its_picture(
    ask: Ask, rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "secret project").mkdir()
    (tmp_path / name).write_bytes(png(bytes([255]) * 64, 8, 8, 1))
    monkeypatch.chdir(tmp_path)
    for path in (str(tmp_path / name), name):
        ask(load(path), "first")
        ask(load(path), "again")
        for shade in range(5):
            ask(Image(png(bytes([40 * shade]) * 64, 8, 8, 1), "image/png", 8, 8), "another")
    sent = json.dumps(rehearsal.bodies)
    assert "[An image was here: image/png, 8 x 8 px.]" in sent
    assert "[This picture comes again below.]" in sent
    assert not any(word in sent for word in (str(tmp_path), "secret", "pat ient", "patient"))

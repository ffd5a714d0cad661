"""Stores in a temporary folder, and short ways to ask and answer in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbreason.core.events import Answer
from nbreason.core.turns import State
from nbreason.store.conversations import Store
from tests.conftest import question


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(folder)


def ended(store: Store, turn: int, text: str, state: State = "done") -> None:
    """Write the end of a turn."""
    finish = "stop" if state == "done" else "cut"
    store.finish(turn, state, Answer(text=text, finish=finish), "" if state == "done" else "It broke.")


@pytest.fixture
def tell(store: Store) -> Callable[..., int]:
    """``tell("question", "answer", owner="a/0", state="done")``: one whole turn; gives its id."""

    def write(words: str, answer: str = "", state: State = "done", **more: Any) -> int:
        turn = store.begin(question(words, **more), "rehearsal:o3", "digest")
        ended(store, turn, answer or f"answer to {words}", state)
        return turn

    return write

"""What asking the stale turns of a conversation again would take, and what they took last time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from nbreason.asking.session import Session
from nbreason.capture.pixels import png
from nbreason.core.events import Answer
from nbreason.core.parts import Image
from tests.conftest import HERE, Shell

PICTURE = Image(png(bytes(64), 8, 8, 1), "image/png", 8, 8)


def test_the_tokens_are_those_that_asking_again_takes(session: Session, ask: Callable[..., Answer]) -> None:
    def turn(cell: str, *parts: Image | str, system: str = "") -> Answer:
        return ask(*parts, owner=f"{cell}/0", system=system)

    turn("z", "Who?")
    turn("a", "Why?")
    asked = {"b": (PICTURE, "What is in it?"), "c": ("And?",)}
    before = [turn(cell, *parts, system="Be brief.") for cell, parts in asked.items()]
    assert session.store.stale(HERE) is None
    session.store.forget(HERE, 1)
    turn("a", "Why are there two peaks?\nrehearse: echo\n" + "Because. " * 100)
    turn("d", "Not stale.")
    stale = session.store.stale(HERE)
    assert stale is not None
    assert stale.numbers == (2, 3)
    assert stale.before.money == {
        "play credits": pytest.approx(sum(answer.cost.amount for answer in before if answer.cost))
    }
    assert stale.reported == 2
    again = [turn(cell, *parts, system="Be brief.") for cell, parts in asked.items()]
    # The second is given the first as it was when they were stale: what its new answer will be is not known.
    change = (len(again[0].text) - len(before[0].text)) / 4
    assert sum(answer.estimate for answer in again) - change == pytest.approx(stale.tokens, abs=2)


def test_it_is_said_where_one_looks(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("one", "two", "three"):
        shell.run(f"%%reason\nrehearse: echo\n{words}")
    shell.run("%nbreason forget 1")
    line = (
        r"2 turns are stale \(1, 2\): their context has changed. Asking them again: about 1\d0 tokens in;"
        r" last time 0\.\d\d play credits\."
    )
    for command in ("history", "status", "panel"):
        capsys.readouterr()
        shell.run(f"%nbreason {command}")
        assert re.search(line, " ".join(capsys.readouterr().out.split()))
    shell.run("%nbreason undo")
    capsys.readouterr()
    shell.run("%nbreason status")
    assert "stale" not in capsys.readouterr().out

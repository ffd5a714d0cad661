"""``--poll`` in real kernels: an answer that is being made outlives its kernel, and is paid for once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbreason.errors import StillRunning
from nbreason.rehearsal import start as start_rehearsal
from tests.conftest import Shell, running_kernel
from tests.waiting import wait_until

CELL = "%%reason --poll\nWhy?\nrehearse: slow 4\nrehearse: echo\nTwo groups."


@pytest.mark.long
@pytest.mark.parametrize("collect", ["%nbreason resume", CELL])
def test_an_answer_outlives_its_kernel_and_is_never_sent_again(tmp_path: Path, collect: str) -> None:
    notebook = tmp_path / "lecture.ipynb"
    notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with start_rehearsal(pace=0, think_seconds=0, record=True) as rehearsal:
        environment = {"NBREASON_REHEARSAL_URL": rehearsal.url, "JPY_SESSION_NAME": str(notebook)}
        with running_kernel(environment, tmp_path) as first:
            first.run("%load_ext nbreason")
            first.send(CELL, "cell")
            wait_until(lambda: rehearsal.requests >= 2)
        with running_kernel(environment, tmp_path) as second:
            second.run("%load_ext nbreason")
            status = second.run("%nbreason status").text
            assert "The provider may still work on 1 question: %nbreason resume collects the answers." in status
            assert "no answer yet: %nbreason resume" in second.run("%nbreason history").text
            ran = second.run(collect, "cell")
            assert ran.error is None, ran.error
            assert "Two groups." in ran.text
            assert "nothing is sent again" in ran.text
            assert "replayed answer" in second.run(CELL, "cell").text
            assert "there is nothing to collect" in second.run("%nbreason resume").text
        assert rehearsal.posts == 1


def test_without_anything_to_collect_resume_says_so(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%reason Why?")
    capsys.readouterr()
    shell.run("%nbreason resume")
    assert "there is nothing to collect" in capsys.readouterr().out


def test_an_ask_that_takes_too_long_is_pending_and_resume_shows_its_answer(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StillRunning, match="still working on the answer"):
        shell.run("%%reason --poll --timeout 0.5\nWhy?\nrehearse: slow 3\nrehearse: echo\nTwo groups.")
    shell.run("%nbreason resume")
    assert "Two groups." in capsys.readouterr().out
    assert shell.names["_reason"].text == "Two groups."

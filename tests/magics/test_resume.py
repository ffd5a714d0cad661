"""``--poll`` in real kernels: an answer that is being made outlives its kernel, and is paid for once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbreason.errors import StillRunning
from nbreason.rehearsal import start as start_rehearsal
from tests.conftest import Kernel, Shell, running_kernel
from tests.waiting import wait_until

CELL = "%%reason --poll\nWhy?\nrehearse: slow 4\nrehearse: echo\nTwo groups."


@contextmanager
def ended(environment: Mapping[str, str], folder: Path, how: str, asking: Callable[[Kernel], None]) -> Iterator[Kernel]:
    """A kernel that has asked, after it was killed, or restarted as a front end does it: an interrupt comes first."""
    with running_kernel(environment, folder) as first:
        first.run("%load_ext nbreason")
        asking(first)
        if how == "restarted":
            first.manager.restart_kernel(now=False)
            first.client.wait_for_ready(timeout=60)
            first.run("%load_ext nbreason")
            yield first
            return
    with running_kernel(environment, folder) as second:
        second.run("%load_ext nbreason")
        yield second


@pytest.mark.long
@pytest.mark.parametrize(("how", "collect"), [("killed", CELL), ("restarted", "%nbreason resume")])
def test_an_answer_outlives_its_kernel_and_is_never_sent_again(tmp_path: Path, how: str, collect: str) -> None:
    notebook = tmp_path / "lecture.ipynb"
    notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with start_rehearsal(pace=0, think_seconds=0, record=True) as rehearsal:
        environment = {"NBREASON_REHEARSAL_URL": rehearsal.url, "JPY_SESSION_NAME": str(notebook)}

        def asking(kernel: Kernel) -> None:
            kernel.send(CELL, "cell")
            wait_until(lambda: rehearsal.requests >= 2)

        with ended(environment, tmp_path, how, asking) as kernel:
            status = kernel.run("%nbreason status").text
            assert "The provider may still work on 1 question: %nbreason resume collects the answers." in status
            assert "no answer yet: %nbreason resume" in kernel.run("%nbreason history").text
            ran = kernel.run(collect, "cell")
            assert ran.error is None, ran.error
            assert "Two groups." in ran.text
            assert "nothing is sent again" in ran.text
            assert "replayed answer" in kernel.run(CELL, "cell").text
            assert "there is nothing to collect" in kernel.run("%nbreason resume").text
        assert rehearsal.posts == 1


def test_without_anything_to_collect_resume_says_so(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%reason Why?")
    capsys.readouterr()
    shell.run("%nbreason resume")
    assert "there is nothing to collect" in capsys.readouterr().out


def test_a_dry_run_says_how_long_an_answer_is_kept(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%reason -n --poll --detail low Why?")
    out = " ".join(capsys.readouterr().out.split())
    assert "no connection is held open; The rehearsal server keeps the answer for about 10 minutes" in out
    assert "/v1/responses" in out
    assert "pictures in low detail" in out


def test_an_ask_that_takes_too_long_is_pending_and_resume_shows_its_answer(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StillRunning, match="still working on the answer"):
        shell.run("%%reason --poll --timeout 0.5\nWhy?\nrehearse: slow 3\nrehearse: echo\nTwo groups.")
    shell.run("%nbreason resume")
    assert "Two groups." in capsys.readouterr().out
    assert shell.names["_reason"].text == "Two groups."

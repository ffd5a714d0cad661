"""The first minutes: a line of welcome, and help that is not taken for a question."""

from __future__ import annotations

import sys

import pytest

from nbreason.rehearsal import Rehearsal
from tests.conftest import Kernel, Shell


@pytest.mark.parametrize("line", ["%reason help", "%reason Help?", "%reason --help"])
def test_help_is_shown_and_not_sent(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    shell.run(line)
    assert "--figs" in capsys.readouterr().out
    assert rehearsal.bodies == []


def test_the_first_answer_of_a_terminal_is_followed_by_a_welcome(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("%reason --alone Why?")
    assert "Welcome" not in capsys.readouterr().out, "nobody reads it in a pipe"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shell.run("%reason --alone Why?")
    assert "Welcome" not in capsys.readouterr().out, "this answer is replayed"
    shell.run("%reason And?")
    said = " ".join(capsys.readouterr().out.split())
    assert "Welcome. rehearsal:o3 answers: it needs no key and costs nothing. %%reason? shows the options" in said
    shell.run("%reason Or?")
    assert "Welcome" not in capsys.readouterr().out


def test_a_notebook_that_is_run_by_a_program_has_none_and_a_live_one_has_it_once(module_kernel: Kernel) -> None:
    kernel = module_kernel
    kernel.run("%load_ext nbreason")
    assert "Welcome" not in kernel.run("%reason --fresh Why?").text
    assert "Welcome" in kernel.run("%reason --fresh Why?", cell="a").text
    assert "Welcome" not in kernel.run("%reason --fresh Why?", cell="b").text

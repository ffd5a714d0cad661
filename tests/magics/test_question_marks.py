"""Questions end in question marks, and so do IPython's calls for help: each gets what is meant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython import version_info

from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell


@pytest.fixture
def paged(shell: Shell) -> list[Any]:
    """What IPython's help shows."""
    shown: list[Any] = []
    shell.shell.set_hook("show_in_pager", lambda self, data, start=0, screen_lines=0: shown.append(data))
    return shown


def asked(rehearsal: Rehearsal) -> list[str]:
    """What was asked, in order."""
    return [str(body["messages"][-1]["content"]) for body in rehearsal.bodies]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%reason what is it?", ["what is it?"]),
        ("%reason why?  ", ["why?"]),
        ("if True:\n    %reason what is it?", ["what is it?"]),
        ("x = %reason what is it?", ["what is it?"]),
        ("x = y = %reason what is it??", ["what is it??"]),
        ("x = %reason what's up?", ["what's up?"]),
        ("%time %reason what is it?", ["what is it?"]),
        ("x = %time %reason what is it?", ["what is it?"]),
        ("%%time\n%reason what is it?", ["what is it?"]),
        ("%reason --alone what \\\nis this?", ["what  is this?"]),
        ("x = %reason what \\\nis this?", ["what  is this?"]),
        ("reason what is it?", ["what is it?"]),
        ("%reason what is f(x?\n%reason --alone and this?", ["what is f(x?", "and this?"]),
        ("%reason is it?\n1 + 1\n%reason --alone sure?", ["is it?", "sure?"]),
        ("%reason what of {x} and $y?", ["what of {x} and $y?"]),
    ],
)
def test_a_question_keeps_its_mark_wherever_it_stands(
    shell: Shell, rehearsal: Rehearsal, paged: list[Any], code: str, words: list[str]
) -> None:
    shell.names["y"] = 0
    shell.run("%automagic on")
    shell.run(code)
    assert asked(rehearsal) == words
    assert paged == []


@pytest.mark.parametrize(
    "code",
    ["%reason?", "%reason??", "%%reason?", "?reason", "reason?", "len?", "len??", "x = len?", "%time?", "a.append?",
     "?len", "%time len?", "reason = 5\nreason.real?"],
)  # fmt: skip
def test_help_is_still_help(shell: Shell, rehearsal: Rehearsal, paged: list[Any], code: str) -> None:
    shell.names["a"] = []
    shell.run(code)
    assert len(paged) == 1
    assert rehearsal.posts == 0


@pytest.mark.parametrize(
    "code",
    ["!true a=%reason why", "!true a = %reason why", "x = !true a=%reason b", "f(a=%reason why)", "x = [a=%reason b]"],
)
def test_lines_of_the_shell_and_equals_signs_in_brackets_are_not_ours(shell: Shell, code: str) -> None:
    transformed = shell.shell.transform_cell(code)
    assert "run_line_magic" not in transformed


def test_a_question_in_the_cell_that_loads_the_extension_is_told_of(
    shell: Shell, rehearsal: Rehearsal, paged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%unload_ext nbreason")
    cell = "%load_ext nbreason\n%reason What is a mean?"
    shell.run(cell)
    assert "read a question as a request for help, before nbreason was loaded. Run it again." in capsys.readouterr().out
    assert rehearsal.posts == 0
    shell.run(cell)
    assert rehearsal.posts == 1
    shell.run("%unload_ext nbreason")
    shell.run("%load_ext nbreason\n%reason What is a mode")
    assert "request for help" not in capsys.readouterr().out
    assert rehearsal.posts == 2


def test_an_alias_asks_as_well(shell: Shell, rehearsal: Rehearsal, paged: list[Any]) -> None:
    shell.run("%alias_magic why reason")
    shell.run("%why is it so?")
    assert asked(rehearsal) == ["is it so?"]
    shell.run("%why?")
    assert len(paged) == 1


def test_a_variable_of_that_name_is_not_the_magic(shell: Shell, rehearsal: Rehearsal, paged: list[Any]) -> None:
    shell.run("reason = 'because'; words = [1]")
    shell.run("reason in words?")
    assert rehearsal.posts == 0
    assert len(paged) == 1


def test_text_in_a_string_is_left_alone(shell: Shell, rehearsal: Rehearsal) -> None:
    code = 'text = """\n%reason what is it?\nx = %reason why?\n"""'
    shell.run(code)
    assert shell.names["text"] == "\n%reason what is it?\nx = %reason why?\n"
    assert rehearsal.posts == 0


def test_unloading_takes_it_away(shell: Shell) -> None:
    before = list(shell.shell.input_transformer_manager.token_transformers)
    shell.run("%unload_ext nbreason")
    assert len(shell.shell.input_transformer_manager.token_transformers) == len(before) - 1
    shell.run("%load_ext nbreason")


def test_threat_33_an_ordinary_cell_imports_none_of_ipythons_lazy_magics(shell: Shell, rehearsal: Rehearsal) -> None:
    """IPython 9.18 imports a magic when any attribute of it is read."""

    def lazy() -> int:
        table = shell.shell.magics_manager.magics
        return sum(type(magic).__name__ == "LazyMagic" for kind in table.values() for magic in kind.values())

    before = lazy()
    shell.run("x = 1")
    shell.run("%reason what is it?")
    assert asked(rehearsal) == ["what is it?"]
    assert lazy() == before
    if version_info >= (9, 18):
        assert before > 70


@pytest.mark.long
def test_a_file_of_ipython_says_how_its_questions_are_asked(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """IPython reads such a file whole, before its first line loads the extension."""
    (tmp_path / "lesson.ipy").write_text("%load_ext nbreason\n%reason Why is it so?\n")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "IPython", "--colors=NoColor", *arguments, "lesson.ipy"]
        environment = {**os.environ, "NBREASON_REHEARSAL_URL": rehearsal.url, "IPYTHONDIR": str(tmp_path)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        return done.stdout

    assert "before nbreason was loaded. Use ipython --ext=nbreason lesson.ipy." in run()
    assert rehearsal.posts == 0
    run("--ext=nbreason")
    assert asked(rehearsal) == ["Why is it so?"]

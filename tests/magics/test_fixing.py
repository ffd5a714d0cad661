"""``--fix``: a cell comes back corrected, as a difference that can be taken over."""

from __future__ import annotations

import pytest

from nbreason.core.correction import Correction
from nbreason.errors import Refused, UsageError
from nbreason.notebook.fixing import corrected
from nbreason.rehearsal import Rehearsal
from nbreason.render.bundle import answer_bundle
from tests.conftest import Shell, sent

BROKEN = "total = 3\nmean = total / 0"
FIXED = "total = 3\nmean = total / 1"


def fix(code: str, options: str = "--fix") -> str:
    return f"%%reason {options}\nrehearse: echo\n```python\n{code}\n```"


def test_the_cell_that_failed_goes_along_and_comes_back_as_a_difference(shell: Shell, rehearsal: Rehearsal) -> None:
    with pytest.raises(ZeroDivisionError):
        shell.run(BROKEN)
    number = shell.shell.execution_count - 1
    shell.run(fix(FIXED))
    assert "ZeroDivisionError" in sent(rehearsal)
    assert f"Correct the cell In[{number}]." in sent(rehearsal)
    answer = shell.names["_reason"]
    assert answer.value == Correction(number, BROKEN, FIXED)
    assert answer.value.difference == [(" ", "total = 3"), ("-", "mean = total / 0"), ("+", "mean = total / 1")]
    bundle = answer_bundle(answer)
    assert '<span class="nbr-gd">- mean = total / 0</span>\n<span class="nbr-gi">+ mean' in bundle.data["text/html"]
    assert bundle.data["text/plain"].startswith("  total = 3\n- mean = total / 0\n+ mean = total / 1\n")


def test_a_named_cell_needs_no_error(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("total = 3")
    number = shell.shell.execution_count - 1
    shell.run(fix("total = 4", f"--fix In[{number}]"))
    assert "total = 3" in sent(rehearsal)
    assert shell.names["_reason"].value == Correction(number, "total = 3", "total = 4")


def test_a_saved_answer_is_the_same_correction_again(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("total = 3")
    for _ in range(2):
        shell.run(fix("total = 4", "--alone --fix In[1]"))
        assert str(shell.names["_reason"].value) == "total = 4"
    assert len(rehearsal.bodies) == 1


def test_apply_puts_it_into_the_next_cell(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="corrects no cell"):
        shell.run("%nbreason apply")
    shell.run("total = 3")
    shell.run(fix("total = 4", f"--fix In[{shell.shell.execution_count - 1}]"))
    capsys.readouterr()
    shell.run("%nbreason apply")
    assert "read it before you run it" in capsys.readouterr().out
    assert shell.shell.rl_next_input == "total = 4"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("%reason --fix", "No cell has failed"),
        ("%reason --fix In[1:3]", "takes one cell"),
        ("%reason --fix 2", "takes one cell"),
        ("%reason --fix In[1] --format json", "has a format of its own"),
    ],
)
def test_what_cannot_be_corrected_is_refused(shell: Shell, rehearsal: Rehearsal, line: str, words: str) -> None:
    shell.run("x = 1")
    with pytest.raises(UsageError, match=words):
        shell.run(line)
    with pytest.raises(Refused, match=r"No cell matches --fix In\[99\]"):
        shell.run("%reason --fix In[99]")
    assert rehearsal.bodies == []


def test_code_that_does_not_parse_is_not_offered(shell: Shell) -> None:
    shell.run("total = 3")
    shell.run(fix("total = (", "--fix In[1]"))
    assert shell.names["_reason"].value is None
    assert "line 1: '(' was never closed), so it is not offered" in shell.names["_reason"].notices[-1]


@pytest.mark.parametrize("code", ["%%bash\nls |", "!ls\n%time x = 1", "await x", "x?"])
def test_magics_are_no_errors(code: str) -> None:
    assert corrected(1, "x", code).after == code


def test_a_cell_that_comes_back_unchanged_is_no_correction() -> None:
    with pytest.raises(ValueError, match="the cell as it was"):
        corrected(1, "x = 1\n", "x = 1")

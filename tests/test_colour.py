"""Colours in a terminal: only where they are wanted."""

from __future__ import annotations

import pytest

from nbreason import errors
from nbreason.errors import Refused
from nbreason.render.colour import error_line, use_colour
from tests.conftest import Shell, new_shell

LINE = "o3-mini reads text only. Nothing was sent."
RED = f"\x1b[31m{LINE}\x1b[0m"


@pytest.fixture(autouse=True)
def in_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(errors, "style", error_line)  # as the extension does when it is loaded


def shown() -> str:
    return "".join(Refused(LINE)._render_traceback_())


def no_colour(shell: object) -> str:
    """How this IPython spells it: it was ``NoColor`` before 9.0."""
    return "nocolor" if str(getattr(shell, "colors", "")).islower() else "NoColor"


def test_an_error_is_red() -> None:
    assert use_colour()
    assert shown() == RED


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_variable_says_no(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    assert not use_colour()
    assert shown() == LINE


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert use_colour()


def test_ipython_says_no() -> None:
    with new_shell() as shell:
        assert shown() == RED
        shell.colors = no_colour(shell)
        assert not use_colour()
        assert not use_colour(shell)
        assert shown() == LINE


def test_ipython_prints_the_error_without_colour(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(Exception, match="There is no option"):
        shell.run("%reason --nonsense")
    printed = "".join(capsys.readouterr())
    assert "There is no option --nonsense" in printed
    assert "\x1b" not in printed


def test_a_notebook_colours_errors_by_itself() -> None:
    """On the ground that it gives them red could hardly be read."""
    with new_shell() as shell:
        shell.kernel = object()
        assert shown() == LINE

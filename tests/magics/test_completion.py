"""Tab in the lines of the magics, in a real shell; and silence in the prose."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.conftest import Shell

BROKEN = str.maketrans("\u2007\u2011", " -")
Tab = Callable[..., list[str]]


@pytest.fixture
def tab(shell: Shell) -> Tab:
    """What Tab offers at the end of a text: the whole fragment that each choice would make."""

    def complete(text: str) -> list[str]:
        from IPython.core.completer import provisionalcompleter

        with provisionalcompleter():
            found = list(shell.shell.Completer.completions(text, len(text)))
        return [text[item.start : item.start] + item.text for item in found]

    return complete


@pytest.fixture
def about(shell: Shell) -> Callable[[str], dict[str, str]]:
    """What Tab says of each choice at the end of a text."""

    def described(text: str) -> dict[str, str]:
        from IPython.core.completer import provisionalcompleter

        with provisionalcompleter():
            found = list(shell.shell.Completer.completions(text, len(text)))
        return {item.text: item.type.translate(BROKEN) for item in found}

    return described


def test_subcommands_and_their_words(tab: Tab) -> None:
    assert {"panel", "status", "models", "undo"} <= set(tab("%nbreason "))
    assert tab("%nbreason und") == ["undo"]
    assert "segmind" in tab("%nbreason models se")
    assert "segmind:o3" in tab("%nbreason use segmind:o")
    assert {"reason", "undo"} <= set(tab("%nbreason help "))


def test_use_takes_an_effort_and_no_other_option(tab: Tab) -> None:
    assert set(tab("%nbreason use rehearsal:o3 -")) == {"-e", "--effort"}
    assert tab("%nbreason use rehearsal:o3 --f") == []
    assert tab("%nbreason use rehearsal:o3 -e hi") == ["high"]


@pytest.mark.parametrize("line", ["%reason ", "%%reason ", "%reason --alone "])
def test_options(tab: Tab, line: str) -> None:
    assert tab(line + "--mo") == ["--model"]
    assert {"--figs", "--format", "--fresh"} <= set(tab(line + "--f"))


@pytest.mark.parametrize("line", ["%reason -m ", "%%reason --alone --model ", "%reason --model="])
def test_models_and_aliases(shell: Shell, tab: Tab, line: str) -> None:
    shell.run("%config NBReason.aliases = {'segway': 'segmind:o3'}")
    assert {"segway", "segmind:o3"} <= set(tab(line + "seg"))
    assert "rehearsal:o3" in tab(line)


def test_efforts_of_the_model_that_is_named(tab: Tab) -> None:
    assert set(tab("%reason -m rehearsal:o3 -e ")) >= {"low", "medium", "high"}
    assert tab("%reason -e hi") == ["high"]


def test_figures(shell: Shell, tab: Tab) -> None:
    shell.run("from IPython.display import Image, display\nfrom nbreason.capture.pixels import png")
    shell.run("for shade in (10, 90): display(Image(png(bytes([shade]) * 4096, 64, 64, 1)))")
    assert set(tab("%reason --figs ")) == {"In[2].1", "In[2].2", "all"}
    assert tab("%reason -i In[2].1") == ["In[2].1"]


def test_variables_for_with_and_no_modules(shell: Shell, tab: Tab) -> None:
    shell.run("import math\nmatrix = [[1]]\nmass = 3")
    assert tab("%reason --with ma") == ["mass", "matrix"]


def test_threads(shell: Shell, tab: Tab) -> None:
    shell.run("%reason -t grading Why?")
    assert tab("%reason -t gr") == ["grading"]
    assert "grading" in tab("%nbreason thread ")


@pytest.mark.parametrize("text", ["%%reason\nWhy does pri", "%%reason -e high\n\nimp", "%reason Why does pri"])
def test_silence_in_the_prose(tab: Tab, text: str) -> None:
    assert tab(text) == []


@pytest.mark.long
def test_python_inside_double_braces_and_everywhere_else_is_completed_as_ever(shell: Shell, tab: Tab) -> None:
    shell.run("measurements = [1]")
    assert "measurements" in tab("%%reason\nIs {{ measurem")
    assert "measurements" in tab("print(measurem")
    assert "measurements" in tab("%%time\nmeasurem")


About = Callable[[str], dict[str, str]]


def test_each_choice_comes_with_a_few_words_about_it(shell: Shell, about: About) -> None:
    shell.run("%config NBReason.aliases = {'fast': 'openai:o4-mini'}")
    shell.run("import pandas as pd; df = pd.DataFrame({'a': range(1_200), 'b': 1}); ten = [0] * 10")
    shell.run("%reason -t grading Why?")
    assert about("%nbreason ")["undo"] == "take back the last change of the conversa…"
    assert about("%reason --fi")["--figs"] == "figures that the notebook has shown"
    assert about("%reason -m ")["openai:o3"] == "images, $2 in, $8 out per million"
    assert about("%reason -m rehearsal:o3-m")["rehearsal:o3-mini"] == "text only"
    assert about("%reason -m fa")["fast"] == "alias of openai:o4-mini"
    assert about("%reason -e ")["low"] == "quicker, fewer tokens"
    assert about("%reason -t gr")["grading"] == "1 turn"
    assert about("%nbreason credits seg")["segmind"] == "Segmind"
    assert about("%reason -w ")["df"] == "pandas.DataFrame, 1,200 × 2"
    assert about("%reason -w ")["ten"] == "list, 10"


def test_a_description_is_one_short_line_that_front_ends_cannot_break(shell: Shell, tab: Tab, about: About) -> None:
    """JupyterLab lays the second line of a long one over the choice below."""
    for line in ("%nbreason ", "%reason -", "%reason -m ", "%nbreason help "):
        described = about(line)
        assert all(0 < len(words) <= 42 and "\n" not in words for words in described.values()), described
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        assert not any(re.search("[ -]", item.type) for item in shell.shell.Completer.completions("%reason -", 9))


def test_variables_are_told_without_running_any_of_their_code(shell: Shell, about: About) -> None:
    shell.run(
        "class Hostile(list):\n"
        "    ran = []\n"
        "    def __len__(self): self.ran.append(1); raise SystemExit\n"
        "    def __repr__(self): self.ran.append(1); raise SystemExit\n"
        "    @property\n"
        "    def shape(self): self.ran.append(1); raise SystemExit\n"
        "hostile = Hostile()"
    )
    assert about("%reason -w hos") == {"hostile": "Hostile"}
    assert shell.names["Hostile"].ran == []


def test_a_lazy_table_is_not_asked_how_large_it_is(shell: Shell, about: About) -> None:
    pytest.importorskip("polars")
    shell.run("import polars as pl; lazy = pl.DataFrame({'a': [1]}).lazy().map_batches(lambda frame: 1 / 0)")
    assert about("%reason -w la") == {"lazy": "polars.LazyFrame"}


def test_unloading_takes_the_matcher_away(shell: Shell, tab: Tab) -> None:
    shell.run("%unload_ext nbreason")
    assert "--model" not in tab("%reason --mo")
    shell.run("%load_ext nbreason")
    assert tab("%reason --mo") == ["--model"]

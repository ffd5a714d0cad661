"""How much goes along is a setting: rows, columns and tokens of a description, memory of remembered figures."""

from __future__ import annotations

from typing import Any

import pytest

from nbreason.capture import describe
from nbreason.config.settings import ATTACHED
from nbreason.core.estimate import text_tokens
from nbreason.core.parts import Text
from nbreason.errors import Refused
from nbreason.notebook.notebook import MEGABYTE, notebook_of
from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell


def attached(rehearsal: Rehearsal) -> str:
    """The text of the last question that the server got, without the person's own words."""
    content: Any = rehearsal.bodies[-1]["messages"][-1]["content"]
    return str(content).rpartition("\n\n")[0]


@pytest.mark.parametrize(
    "attach",
    [
        "--with '日本語'*9_000",
        "--with wide",
        "--with chart",
        "--cells In[2]",
        "--error",
    ],
)
@pytest.mark.long
def test_a_description_has_at_most_as_many_tokens_as_the_setting_says(
    shell: Shell, rehearsal: Rehearsal, attach: str
) -> None:
    shell.run("import pandas as pd; wide = pd.DataFrame({f'größe {n * n}': range(30) for n in range(400)})")
    shell.run("if True:\n" + "    a_name_of_some_length = 'and a value of some length'\n" * 3_000)
    shell.run("from IPython.display import SVG; chart = SVG('<svg>' + '<g/>' * 9_000 + '</svg>')")
    shell.shell.run_cell("if True:\n    raise ValueError\n" + "    pass\n" * 3_000, store_history=True)
    sizes = []
    for tokens in (300, 2_000):
        shell.run(f"%config NBReason.description_tokens = {tokens}")
        shell.run(f"%reason --alone {attach} what?")
        sizes.append(text_tokens(attached(rehearsal)))
        assert sizes[-1] <= tokens
    assert sizes[0] < 300 < 1_000 < sizes[1]


@pytest.mark.parametrize("text", ["日本語" * 9_000, "x" * 9_000 + "日" * 9_000, ("x" * 50 + "日" * 50) * 200])
def test_the_limit_is_in_tokens_in_any_script(text: str) -> None:
    (part,) = describe(text, "words")
    assert isinstance(part, Text)
    assert 1_500 < text_tokens(part.text) <= 3_000
    assert part.text.endswith("\n</data>")


def test_the_figures_that_are_remembered_are_bounded_by_a_setting(shell: Shell) -> None:
    figures = notebook_of(shell.shell).figures
    assert 64 * MEGABYTE == figures.memory
    shell.run("from IPython.display import Image, display")
    shell.run(
        "from nbreason.capture.pixels import png\nimport os\n"
        "def show():\n    display(Image(png(os.urandom(3 * 1000 * 700), 1000, 700, 3)))"
    )
    for _ in range(3):
        shell.run("show()")
    assert 3 == len(figures.list())
    shell.run("%config NBReason.figure_memory = 4")
    assert ["In[5].1"] == [figure.label for figure in figures.list()]
    shell.run("%config NBReason.figure_memory = 8")
    shell.run("show()")
    assert 2 == len(figures.list())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", -1),
        ("rows", 10**9),
        ("columns", 0),
        ("description_tokens", 10),
        ("description_tokens", 10**9),
        ("figure_memory", 0),
        ("figure_memory", 10**9),
    ],
)
def test_a_limit_that_makes_no_sense_is_not_taken(shell: Shell, name: str, value: int) -> None:
    settings = notebook_of(shell.shell).settings
    before = getattr(settings, name)
    with pytest.raises(Exception, match=name):
        setattr(settings, name, value)
    assert before == getattr(settings, name)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("%reason --figs why?", "Figures"),
        ("%reason --image pic why?", "Images"),
        ("%reason --with 3 why?", "Data"),
        ("%%reason\nIs {{3}} odd?", "Data"),
        ("%reason --cells In[1] why?", "Cells"),
        ("%reason --error why?", "Errors"),
        ("import nbreason; nbreason.ask('why?', data={'x': 3})", "Data"),
    ],
)
def test_what_may_be_attached_is_a_setting(shell: Shell, rehearsal: Rehearsal, line: str, what: str) -> None:
    rest = [name for name in ATTACHED if name != what.lower()]
    shell.run(f"%config NBReason.attach = {rest}")
    with pytest.raises(Refused, match=f"{what} may not be attached here, only {', '.join(rest)}"):
        shell.run(line)
    assert 0 == rehearsal.posts
    shell.run("%reason And in words?")
    assert 1 == rehearsal.posts


def test_a_picture_is_not_let_out_as_data_where_no_pictures_may_be(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig = plt.figure()")
    shell.run("fig.gca().plot([1, 2])\n%config NBReason.attach = ['data']")
    with pytest.raises(Refused, match="Images may not be attached here"):
        shell.run("%reason --with fig why?")
    assert 0 == rehearsal.posts


def test_a_cell_cannot_allow_more_than_the_configuration(shell: Shell) -> None:
    notebook_of(shell.shell).settings.configured_attach = ["figures"]
    with pytest.raises(Refused, match="Data may not be attached here, only figures"):
        shell.run("%reason --with 3 why?")

"""``%nbreason figures``: what can be attached, each with its title and what is drawn."""

from __future__ import annotations

import pytest

from tests.conftest import Shell

CELL = """import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
from IPython.core.pylabtools import select_figure_formats
from IPython.display import IFrame, display
select_figure_formats(get_ipython(), {"png"})
fig, ax = plt.subplots(); ax.boxplot([1, 2, 9]); ax.set_title("Waits"); display(fig)
fig, axes = plt.subplots(1, 2); [ax.hist([1, 2, 2]) for ax in axes]; display(fig)
display({"application/vnd.plotly.v1+json": {"data": [{"type": "bar", "x": ["a"], "y": [1]}], "layout": {"title": "S"}}},
        raw=True)
display(IFrame("about:blank", 9, 9))
plt.close("all")"""


def test_figures_are_listed_by_title_and_what_is_drawn(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run(CELL)
    capsys.readouterr()
    shell.run("%nbreason figures")
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if "--figs" in line]
    assert [line.partition(".")[2].rpartition(" ")[0] for line in told if "×" not in line] == [
        "3 S; bar of 1 bar",
        "4 IPython.lib.display.IFrame; only the page has it",
    ]
    assert ".1 Waits; box plot of 1 box " in told[0]
    assert ".2 2 panels; histogram of 10 bins " in told[1]

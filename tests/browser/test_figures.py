"""Figures that JupyterLab shows are the figures that are sent: matplotlib, plotly and altair, several cells up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbreason.rehearsal import Rehearsal, start
from tests.browser.lab import Lab, Notebook

Open = Callable[..., Notebook]
MATPLOTLIB = (
    "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
    "plt.plot([1, 3, 2]); plt.title('Three points'); plt.show()\nplt.bar([1, 2], [3, 4]); plt.title('Bars'); plt.show()"
)
PLOTLY = (
    "import plotly.graph_objects as go\n"
    "go.Figure(go.Scatter(x=[1, 2, 3], y=[4, 1, 5]), layout={'title': {'text': 'From plotly'}})"
)
ALTAIR = (
    "import altair as alt, pandas as pd\n"
    "alt.Chart(pd.DataFrame({'a': [1, 2], 'b': [3, 4]}), title='From altair').mark_bar().encode(x='a:O', y='b')"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Rehearsal]:
    with start(pace=0, think_seconds=0, record=True) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, server: Rehearsal) -> Iterator[Lab]:
    environment = {"NBREASON_REHEARSAL_URL": server.url}
    running = Lab(tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home"), environment=environment)
    yield running
    running.stop()


def sent(server: Rehearsal) -> tuple[str, int]:
    """The text of the last question that the server got, and how many pictures were with it."""
    content: Any = server.bodies[-1]["messages"][-1]["content"]
    if isinstance(content, str):
        return content, 0
    pictures = sum(part["type"] == "image_url" for part in content)
    return "\n".join(part.get("text", "") for part in content), pictures


def test_figures_of_an_earlier_cell_go_by_their_cell(notebook: Open, server: Rehearsal) -> None:
    shown = notebook("matplotlib.ipynb", "%load_ext nbreason", MATPLOTLIB, "x = 1", "x", "%%reason --figs In[2]\nwhat?")
    shown.run_all()
    text, pictures = sent(server)
    assert pictures == 2
    assert 'title "Three points"' in text
    assert 'title "Bars"' in text


def test_a_cell_that_ran_again_has_its_new_figures_only(notebook: Open, server: Rehearsal) -> None:
    shown = notebook("again.ipynb", "%load_ext nbreason", MATPLOTLIB, "%%reason --fresh --figs 9\nwhat?")
    shown.run_all()
    shown.run(1, 2)
    assert sent(server)[1] == 2


def test_a_plotly_figure_goes_as_its_specification_which_says_so(notebook: Open, server: Rehearsal) -> None:
    pytest.importorskip("plotly")
    shown = notebook("plotly.ipynb", "%load_ext nbreason", PLOTLY, "x = 1", "%%reason --figs\nwhat?")
    shown.run_all()
    text, _ = sent(server)
    assert "From plotly" in text
    assert 'kind="figure"' in text or 'kind="plotly' in text or "plotly figure" in text


def test_an_altair_chart_goes_as_a_picture(notebook: Open, server: Rehearsal) -> None:
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    shown = notebook("altair.ipynb", "%load_ext nbreason", ALTAIR, "x = 1", "%%reason --figs\nwhat?")
    shown.run_all()
    assert sent(server)[1] == 1

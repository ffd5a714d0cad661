"""The same in a real kernel, where matplotlib's inline backend shows figures after the cell has run."""

from __future__ import annotations

import pytest

from .conftest import Cells

pytest.importorskip("ipykernel")


def test_the_figure_three_cells_up_is_found_by_its_cell(kernel: Cells):
    kernel.run("plt.plot([1, 2]); plt.title('first')")
    number = kernel.run("print(get_ipython().displayhook.prompt_count - 1)")
    kernel.run("x = 1")
    kernel.run("x")
    assert kernel.run("labels()") == f"In[{number}].1"
    assert kernel.run(f"print(figures.select('In[{number}]')[0].alt)") == (
        'title "first"; x axis -0.05 to 1.05; y axis 0.95 to 2.05\nline of 2 points: (0, 1), (1, 2), slope 1'
    )


def test_two_figures_of_one_cell_are_told_apart(kernel: Cells):
    kernel.run("plt.plot([1]); plt.title('left'); plt.figure(); plt.plot([1, 2, 3]); plt.title('right')")
    assert kernel.run("titles()") == "left|right"
    assert kernel.run("print(*[f.label.split('.')[1] for f in figures.list()])") == "1 2"


def test_a_line_magic_in_the_same_cell_sees_the_figure_drawn_above_it(kernel: Cells):
    assert kernel.run("plt.plot([1, 2]); labels(); figures.flush(); labels()").startswith("In[")
    assert len(kernel.run("labels()").split()) == 1, "it is shown once"


def test_a_rerun_cell_drops_its_old_figure(kernel: Cells):
    kernel.run("plt.plot([1]); plt.title('old')", "cell-a")
    kernel.run("plt.plot([1]); plt.title('other')", "cell-b")
    kernel.run("plt.plot([1]); plt.title('new')", "cell-a")
    assert kernel.run("titles()") == "other|new"


def test_clear_output_between_two_figures_leaves_the_second(kernel: Cells):
    kernel.run("plt.plot([1]); plt.title('one'); plt.show(); clear_output(); plt.plot([1]); plt.title('two')")
    assert kernel.run("titles()") == "two"


def test_an_updated_display_is_replaced(kernel: Cells):
    kernel.run(
        "fig, ax = plt.subplots(); line, = ax.plot([1]); ax.set_title('before'); plt.close()\n"
        "handle = display(fig, display_id=True)"
    )
    kernel.run("ax.set_title('after'); handle.update(fig)")
    assert kernel.run("titles()") == "after"


def test_a_captured_figure_is_not_noted(kernel: Cells):
    kernel.run("%%capture\nplt.plot([1]); plt.show()")
    assert kernel.run("labels()") == ""


def test_a_pandas_plot_and_a_pil_image_are_figures(kernel: Cells):
    pytest.importorskip("PIL")
    kernel.run("import pandas; pandas.Series([1, 3, 2]).plot(title='sales')")
    kernel.run("from PIL import Image as Pillow; Pillow.new('RGB', (90, 60), 'red')")
    assert kernel.run("print(*[f.part().describe().split(', ')[1] for f in figures.list()], sep='|')").endswith(
        "|90 x 60 px"
    )
    assert kernel.run("print(figures.list()[0].alt)").startswith('title "sales"; x axis -0.1 to 2.1; y axis ')


def test_a_figure_shown_from_an_output_widget_is_cleared_with_it_only(kernel: Cells):
    pytest.importorskip("ipywidgets")
    kernel.run(
        "import ipywidgets\nplt.plot([1]); plt.title('cell'); plt.show()\n"
        "out = ipywidgets.Output(); display(out)\n"
        "with out:\n    plt.plot([1]); plt.title('widget'); plt.show()\n"
        "with out:\n    clear_output(); plt.plot([1]); plt.title('widget again'); plt.show()"
    )
    assert kernel.run("titles()") == "cell|widget again"


def test_a_figure_without_axes_shows_nothing_and_is_not_noted(kernel: Cells):
    kernel.run("plt.figure(); plt.show()")
    assert kernel.run("labels()") == ""

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
    assert kernel.run("print(*[f.parts()[0].describe().split(', ')[1] for f in figures.list()], sep='|')").endswith(
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


SLIDER = """import ipywidgets
def draw(n):
    plt.plot(range(n)); plt.title(f'n = {n}'); plt.show()
plt.plot([1]); plt.title('above'); plt.show()
moved = ipywidgets.interactive(draw, n=ipywidgets.IntSlider(3, 1, 9)); display(moved)
moved.update()
plt.plot([1]); plt.title('below'); plt.show()"""


def test_a_figure_drawn_again_by_a_slider_keeps_its_label(kernel: Cells):
    pytest.importorskip("ipywidgets")
    kernel.run(SLIDER)
    before = kernel.run("labels()")
    assert kernel.run("titles()") == "above|n = 3|below"
    kernel.run("moved.children[0].value = 7")
    assert kernel.run("titles()") == "above|n = 7|below"
    assert kernel.run("labels()") == before
    kernel.run("moved.children[0].value = 8; moved.children[0].value = 9")
    assert kernel.run("titles()") == "above|n = 9|below"
    assert kernel.run("labels()") == before


SENT = "for part in figures.select('9'): print(getattr(part, 'text', None) or part.alt)"


def test_a_figure_that_only_the_page_can_draw_goes_by_its_object_as_it_is_now(kernel: Cells):
    pytest.importorskip("plotly")
    pytest.importorskip("anywidget")
    kernel.run(
        "import ipywidgets\nfrom plotly.graph_objects import Bar, FigureWidget\n"
        "shown = FigureWidget(Bar(x=['a'], y=[2])); ipywidgets.VBox([ipywidgets.IntSlider(), shown])"
    )
    kernel.run("shown.data[0].y = [7]")
    assert "\nbar of 1 bar: a: 7\n" in kernel.run(SENT)


def test_a_canvas_goes_as_it_looks_now_also_in_a_box(kernel: Cells):
    pytest.importorskip("ipympl")
    kernel.run("%matplotlib widget\nimport ipywidgets\nplt.ioff(); fig, ax = plt.subplots(); ax.bar(['u'], [1])")
    kernel.run("ipywidgets.VBox([fig.canvas])")
    kernel.run("ax.set_title('later')")
    assert kernel.run(SENT).startswith('title "later"; x axis: u;')
    assert kernel.run("print(type(figures.select()[0]).__name__)") == "Image"
    kernel.run("%matplotlib inline\nplt.ion()")


def test_what_bokeh_has_shown_is_read_from_its_script(kernel: Cells):
    pytest.importorskip("bokeh")
    kernel.run(
        "from bokeh.io import output_notebook\nfrom bokeh.plotting import figure, show as show_bokeh\n"
        "output_notebook(hide_banner=True)\nplot = figure(title='Waits'); plot.line([1, 2], [3, 4]); show_bokeh(plot)"
    )
    assert 'Figure "Waits":\n- Line of 2 points: (1, 3), (2, 4)' in kernel.run(SENT)


def test_a_page_that_cannot_be_read_is_named_with_its_cell_and_how_to_attach_it(kernel: Cells):
    kernel.run("from IPython.display import IFrame\ndisplay(IFrame('about:blank', 9, 9))")
    number = kernel.run("print(get_ipython().displayhook.prompt_count - 1)")
    assert (
        f"In[{number}] showed IPython.lib.display.IFrame, which only the browser can draw, so it is not attached.  To "
        "attach what it is made of, keep it in a variable and use --with NAME;"
    ) in kernel.run(SENT)


def test_a_map_that_is_shown_goes_by_what_lies_on_it(kernel: Cells):
    pytest.importorskip("folium")
    kernel.run("import folium\nm = folium.Map([45, 7]); folium.Marker([46, 8], popup='Peak').add_to(m); m")
    assert "\n- Marker at 46, 8: Peak\n" in kernel.run(SENT)


def test_every_picture_of_a_page_is_sent(kernel: Cells):
    kernel.run(
        "import base64\nfrom nbreason.capture.pixels import png\n"
        "def tag(shade):\n    data = base64.b64encode(png(bytes([shade]) * 120 * 110, 120, 110, 1)).decode()\n"
        "    return f'<img src=\"data:image/png;base64,{data}\">'\n"
        "display(HTML(tag(1) + 'and' + tag(2)))"
    )
    number = kernel.run("print(get_ipython().displayhook.prompt_count - 1)")
    assert kernel.run("print(*[part.source for part in figures.select()], sep='|')") == (
        f"In[{number}].1, picture 1 of 2|In[{number}].1, picture 2 of 2"
    )


DRAWN = [
    ("plotnine", "import plotnine as p9; g = p9.ggplot(d, p9.aes('x', 'y')) + p9.geom_point(); g"),
    ("seaborn", "import seaborn.objects as so; g = so.Plot(d, x='x', y='y').add(so.Dots()); g"),
    ("holoviews", "import holoviews as hv; hv.extension('matplotlib'); g = hv.Scatter(d, 'x', 'y'); display(g)"),
]


@pytest.mark.parametrize(("library", "code"), DRAWN, ids=[library for library, _ in DRAWN])
def test_what_others_draw_with_matplotlib_goes_as_shown_and_in_words(kernel: Cells, library: str, code: str):
    pytest.importorskip(library)
    kernel.run("import pandas; d = pandas.DataFrame({'x': [1, 2, 3], 'y': [4, 9, 6]})\n" + code)
    assert kernel.run("print(type(figures.select()[0]).__name__)") == "Image"
    assert "(1, 4), (2, 9), (3, 6)" in kernel.run(SENT)

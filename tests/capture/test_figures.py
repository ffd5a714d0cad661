"""Figures that a shell displayed are noted by cell and order, and found again."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from nbreason.core.parts import Image, Text
from nbreason.notebook.figures import Figures, NoSuchFigure

from .conftest import picture


@pytest.fixture
def figures(shell: Any) -> Figures:
    return Figures().attach(shell)


def cell(shell: Any, code: str, cell_id: str | None = None) -> Any:
    """Run a cell as a front end does."""
    result = shell.run_cell(code, store_history=True, cell_id=cell_id)
    result.raise_error()
    return result


def labels(figures: Figures) -> list[str]:
    return [figure.label for figure in figures.list()]


def shades(figures: Figures, selector: str | None = None) -> list[int]:
    """The shades of the pictures a selector means."""
    known = {picture(shade=shade): shade for shade in range(256)}
    return [known[part.data] for part in figures.select(selector)]  # type: ignore[union-attr]


def test_the_last_figure_is_what_no_selector_means(shell, figures):
    """The cell three up is found although other cells ran since."""
    cell(shell, "show(1)")
    cell(shell, "show(2)")
    cell(shell, "x = 1")
    cell(shell, "x")
    assert shades(figures) == [2]
    assert shades(figures, "") == [2]


def test_a_number_means_so_many_last_figures_oldest_first(shell, figures):
    for shade in (1, 2, 3):
        cell(shell, f"show({shade})")
    assert shades(figures, "2") == [2, 3]
    assert shades(figures, "99") == [1, 2, 3]


def test_a_cell_and_a_place_in_it_can_be_named(shell, figures):
    cell(shell, "show(1); show(2)")
    cell(shell, "show(3)")
    assert labels(figures) == ["In[1].1", "In[1].2", "In[2].1"]
    assert shades(figures, "In[1]") == [1, 2]
    assert shades(figures, "In[1].2") == [2]
    assert shades(figures, " in [ 2 ] ") == [3]


def test_the_image_says_where_it_comes_from_and_how_large_it_is(shell, figures):
    cell(shell, "show(1)")
    (part,) = figures.select(None)
    assert isinstance(part, Image)
    assert (part.source, part.mime, part.width, part.height) == ("In[1].1", "image/png", 64, 48)


def test_a_selector_that_matches_nothing_lists_what_there_is(shell, figures):
    cell(shell, "show(1)")
    cell(shell, "show(2); show(3)")
    with pytest.raises(NoSuchFigure) as caught:
        figures.select("In[7]")
    assert str(caught.value) == "No figure In[7]: this notebook has shown In[1].1, In[2].1, In[2].2."
    for selector in ("In[2].3", "In[2].0", "0", "the red one", "In[1", "-1", "In[]", "٣x"):
        with pytest.raises(NoSuchFigure):
            figures.select(selector)


def test_without_any_figure_the_message_says_how_to_get_one(figures):
    with pytest.raises(LookupError, match="no figure yet: run a cell that draws one") as caught:
        figures.select(None)
    assert "\n" not in str(caught.value)


def test_a_list_of_many_figures_stays_one_short_line(shell, figures):
    cell(shell, "for shade in range(40): show(shade)")
    with pytest.raises(NoSuchFigure, match=r"40 figures, the last ones In\[1\].31, .* In\[1\].40\.$"):
        figures.select("In[9]")


HANDLE, UPDATE = "handle = show(1, display_id=True)", "handle.update(Image(picture(shade=9)))"
CAPTURE = "get_ipython().run_cell_magic('capture', '', 'show(1)')"


@pytest.mark.parametrize(
    ("cells", "found", "pictures"),
    [
        (["a: show(1); show(2)", "b: show(3)", "a: show(4)"], "In[2].1 In[3].1", [3, 4]),
        (["a: show(1)", "a: x = 1"], "", []),
        (["show(1)", "show(1)"], "In[1].1 In[2].1", [1, 1]),
        (["show(1)", "show(2); clear_output(); show(3)"], "In[1].1 In[2].1", [1, 3]),
        (["for shade in range(5):\n    clear_output(wait=True)\n    show(shade)"], "In[1].1", [4]),
        (["show(1); clear_output(wait=True)", "show(2)"], "In[1].1 In[2].1", [1, 2]),
        (["show(1); clear_output(wait=True); display('done')"], "", []),
        (
            [f"{HANDLE}; show(2)", "show(3)", UPDATE],
            "In[1].1 In[1].2 In[2].1",
            [9, 2, 3],
        ),
        ([HANDLE, "handle.update('gone')"], "", []),
        (
            ["handle = display('wait', display_id=True)", "x = 1", UPDATE],
            "In[1].1",
            [9],
        ),
        (["update_display(Image(picture()), display_id='nobody')"], "", []),
        (["%%capture out\nshow(1)\nImage(picture(shade=2))"], "", []),
        (["%%capture out\nshow(1)", "out.show()"], "In[2].1", [1]),
        ([f"show(1)\n{CAPTURE}\nshow(3)\nclear_output()\nshow(4)"], "In[1].1", [4]),
        ([f"a: {CAPTURE}\nshow(2)", "a: x = 1"], "", []),
        (["show(1, metadata={'nbreason': {'turn': 1}})"], "", []),
        (["display(Image(picture(16, 16))); show(2); display(Image(picture(200, 10)))"], "In[1].1", [2]),
        (["display(Image(picture(shade=1)))\nImage(picture(shade=2))"], "In[1].1 In[1].2", [1, 2]),
    ],
    ids=[
        "running a cell again drops its old figures",
        "also when it shows none now",
        "cells without an id are never the same",
        "clear_output drops what the running cell has shown",
        "clear_output that waits drops at the next display",
        "clear_output that waits in vain leaves the figure",
        "any display ends the wait",
        "update_display replaces a figure in place",
        "an update to text removes the figure",
        "a figure that replaces text belongs to the cell of the text",
        "an update of an unknown id notes nothing",
        "captured output is not noted",
        "captured output that is shown belongs to the cell that shows it",
        "a capture inside a cell does not disturb the rest of it",
        "what is shown after a capture belongs to the cell",
        "our own outputs are not noted",
        "tiny pictures are not figures",
        "the value of a cell is noted like what it displays",
    ],
)
def test_what_is_noted_is_what_is_on_the_page(shell, figures, cells: list[str], found: str, pictures: list[int]):
    """Cells are code, some with an id in front."""
    for code in cells:
        cell_id, _, rest = code.partition(": ")
        cell(shell, *((rest, cell_id) if len(cell_id) == 1 else (code,)))
    assert labels(figures) == found.split()
    if pictures:
        assert shades(figures, "9") == pictures


def test_notes_stay_within_the_memory_given_to_them(shell):
    """The oldest go first, and the numbers of those that stay do not change."""
    noise = bytes(range(256)) * 40
    shell.user_ns["big"] = lambda shade: picture(shade=shade) + noise
    figures = Figures(memory=35_000).attach(shell)
    cell(shell, "for shade in range(6): display({'image/png': big(shade)}, raw=True)")
    assert labels(figures) == ["In[1].4", "In[1].5", "In[1].6"]
    cell(shell, "display({'image/png': big(9) * 9}, raw=True)")
    assert labels(figures) == ["In[2].1"]


def test_pictures_are_kept_as_they_were_displayed_without_a_copy(shell, figures):
    shell.user_ns["data"] = data = {"image/png": picture(shade=3)}
    cell(shell, "display(data, raw=True)")
    assert figures.list()[0].bundle["image/png"] is data["image/png"]


def test_base64_and_bytes_and_jpeg_pass_through_unchanged(shell, figures):
    import base64

    pytest.importorskip("PIL")
    import io

    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.new("RGB", (50, 40), "red").save(file, "JPEG")
    shell.user_ns |= {"text": base64.b64encode(picture(shade=8)).decode(), "jpeg": file.getvalue()}
    cell(shell, "display({'image/png': text}, raw=True); display({'image/jpeg': jpeg}, raw=True)")
    first, second = figures.select("2")
    assert first.data == picture(shade=8)
    assert (second.data, second.mime, second.width, second.height) == (file.getvalue(), "image/jpeg", 50, 40)


def test_a_drawing_of_shapes_goes_as_its_source_without_a_rasteriser(shell, figures, monkeypatch):
    monkeypatch.setattr("nbreason.capture.drawings.has_vl_convert", lambda: False)
    cell(
        shell,
        "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>')",
    )
    (part,) = figures.select(None)
    assert isinstance(part, Text)
    assert part.text.startswith('<data name="In[1].1" kind="figure" type="image/svg+xml">\n')
    assert "<rect" in part.text


def test_a_picture_embedded_in_html_is_found(shell, figures):
    """HoloViews and matplotlib's widget backend show their pictures this way."""
    import base64

    shell.user_ns["html"] = f"<img src='data:image/png;base64,{base64.b64encode(picture(120, 110, 5)).decode()}'/>"
    cell(shell, "from IPython.display import HTML\nHTML(html)")
    assert figures.select(None)[0].data == picture(120, 110, 5)
    cell(shell, "HTML('<b>plain</b>')")
    assert labels(figures) == ["In[1].1"]


def test_a_damaged_picture_is_reported_in_one_line(shell, figures):
    shell.user_ns["cut"] = picture()[:-20]
    cell(shell, "display({'image/png': cut}, raw=True)")
    with pytest.raises(NoSuchFigure, match=r"^In\[1\].1 is truncated: the end of the picture is missing\.$"):
        figures.select(None)


def test_a_display_that_fails_is_not_noted(shell, figures):
    def broken(*args):
        raise RuntimeError("the front end is gone")

    shell.mime_renderers = {"image/png": broken}
    assert isinstance(shell.run_cell("show(1)", store_history=True).error_in_exec, RuntimeError)
    shell.mime_renderers = {}
    cell(shell, "show(2)")
    assert labels(figures) == ["In[2].1"]


def test_odd_bundles_do_not_disturb_the_cell(shell, figures):
    cell(shell, "display({'image/png': 3, 'text/plain': 'x'}, raw=True)")
    cell(shell, "display({'text/html': None, 'text/plain': 'x'}, raw=True)")
    cell(shell, "get_ipython().display_pub.publish(['no bundle at all'])")
    cell(shell, "show(1)")
    assert shades(figures) == [1]


def test_detach_leaves_the_shell_as_it_was_found(shell):
    before = [vars(owner).copy() for owner in (shell.display_pub, shell.displayhook, shell.display_formatter)]
    callbacks = {event: list(found) for event, found in shell.events.callbacks.items()}
    figures = Figures().attach(shell)
    cell(shell, "show(1)")
    figures.detach()
    cell(shell, "show(2)")
    after = [vars(owner) for owner in (shell.display_pub, shell.displayhook, shell.display_formatter)]
    assert [sorted(owner) for owner in after] == [sorted(owner) for owner in before]
    assert {event: list(found) for event, found in shell.events.callbacks.items()} == callbacks
    assert shades(figures, "9") == [1], "what was noted stays"


def test_attaching_twice_notes_once(shell):
    figures = Figures()
    figures.attach(shell)
    figures.attach(shell)
    cell(shell, "show(1)")
    assert labels(figures) == ["In[1].1"]


def test_detach_respects_whoever_wrapped_the_same_method_later(shell):
    figures = Figures().attach(shell)
    ours = shell.display_pub.publish
    shell.display_pub.publish = theirs = lambda *args, **kwargs: ours(*args, **kwargs)
    figures.detach()
    cell(shell, "show(1)")
    assert shell.display_pub.publish is theirs
    assert labels(figures) == []


def test_flush_does_nothing_where_matplotlib_was_not_used(shell, figures, monkeypatch):
    monkeypatch.delitem(sys.modules, "matplotlib_inline.backend_inline", raising=False)
    figures.flush()
    assert "matplotlib_inline.backend_inline" not in sys.modules


def test_the_cell_that_loads_the_extension_counts_too(shell):
    shell.user_ns["Figures"] = Figures
    cell(shell, "x = 1")
    cell(shell, "figures = Figures().attach(get_ipython())\nshow(1)")
    assert labels(shell.user_ns["figures"]) == ["In[2].1"]

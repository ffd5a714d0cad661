"""docs/what-is-sent.md has a row for each kind of object, and says of it what the code does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from doc_tables import sent_rows

import nbreason.capture.errors
import nbreason.capture.images
import nbreason.notebook.cells
from nbreason.capture import describe
from nbreason.capture.registry import kinds
from nbreason.capture.sent import Group
from nbreason.core.parts import Image, Text


def test_every_kind_and_every_way_to_attach_says_what_is_sent() -> None:
    own = [kind for kind in kinds() if kind.__name__.startswith("nbreason.")]  # type: ignore[attr-defined]
    ways = [nbreason.notebook.cells, nbreason.capture.errors, nbreason.capture.images]
    for module in (*own, *ways):
        assert getattr(module, "SENT", ()), f"{module} needs SENT: what of its objects leaves the machine"
    assert [row.group for row in sent_rows() if row.group not in get_args(Group)] == []


# What the rows say.


def test_an_open_file_goes_as_its_repr_and_is_not_read() -> None:
    with Path(__file__).open(encoding="utf-8") as file:
        (part,) = describe(file, "x")
        assert 0 == file.tell()
    assert isinstance(part, Text)
    assert __file__ in part.text
    assert "nothing was taken from it" in part.text


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((200, 300, 3), dtype="uint8"),
        np.ones((200, 300, 4)),
    ],
)
def test_an_array_that_is_a_colour_picture_goes_as_a_picture_too(array: Any) -> None:
    image, words = describe(array, "x")
    assert isinstance(image, Image)
    assert isinstance(words, Text)
    assert (300, 200) == (image.width, image.height)


@pytest.mark.parametrize("array", [np.zeros((20, 30), dtype="uint8"), np.zeros((9, 9, 3)), np.full((20, 30, 3), 2.0)])
def test_no_other_array_goes_as_a_picture(array: Any) -> None:
    (part,) = describe(array, "x")
    assert isinstance(part, Text)


# Paths.


def test_an_error_names_the_file_of_a_module_without_its_folder(tmp_path: Path, monkeypatch: Any) -> None:
    from nbreason.capture.errors import describe_error

    folder = tmp_path / "secret project"
    folder.mkdir()
    (folder / "mymod.py").write_text("def half(x):\n    return x / 0\n")
    monkeypatch.syspath_prepend(str(folder))
    import mymod  # type: ignore[import-not-found]

    with pytest.raises(ZeroDivisionError) as caught:
        mymod.half(3)
    (words,) = describe_error(caught.value, 1, "half(3)", with_locals=True)
    (value,) = describe(caught.value, "error")
    for part in (words, value):
        assert isinstance(part, Text)
        assert "mymod.py, line 2, in half" in part.text
        assert "secret project" not in part.text


def test_the_message_of_an_exception_is_told_even_where_it_raises() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    (part,) = describe(Odd(), "x")
    assert "Odd: (its message raises RuntimeError)" in part.text  # type: ignore[union-attr]


def test_a_chart_does_not_tell_where_its_data_are() -> None:
    altair = pytest.importorskip("altair")
    for url, told in (("/home/ada/secret.csv", False), ("data/my.csv", False), ("https://example.org/a.csv", True)):
        (part,) = describe(altair.Chart(url).mark_point().encode(x="a:Q"), "chart")
        if isinstance(part, Text):
            assert told == (url in part.text)
            assert told != ("data from (a file)" in part.text)


SVG = """<svg xmlns:inkscape="i" xmlns:sodipodi="s" xmlns:xlink="l" xmlns:rdf="r"
 inkscape:export-filename="/home/ada/a.png" sodipodi:docname='b.svg'>
<metadata><rdf:about>Ada</rdf:about></metadata><title>Two peaks</title><!-- axis: minutes -->
<image href="file:///home/ada/c.png"/><image xlink:href='../d.png'/><use href="#peak"/><a href="https://example.org"/>
<metadata
 id="2">more of Ada</metadata></svg>"""


def test_a_drawing_goes_without_what_its_editor_notes_for_itself() -> None:
    from IPython.display import SVG as Drawing  # noqa: N811

    (part,) = describe(Drawing(SVG), "drawing")
    assert isinstance(part, Text)
    assert not any(word in part.text for word in ("ada", "Ada", "a.png", "b.svg", "d.png"))
    for kept in ("Two peaks", "axis: minutes", '"#peak"', "https://example.org", "</svg>"):
        assert kept in part.text


def test_a_drawing_whose_metadata_never_end_is_left_as_it_is() -> None:
    from nbreason.capture.image_metadata import svg_without_metadata

    for svg in ("<svg><metadata/><g/></svg>", "<svg><metadata", "<svg/>", ""):
        assert svg == svg_without_metadata(svg)


def test_a_bokeh_figure_goes_as_its_data() -> None:
    plotting = pytest.importorskip("bokeh.plotting")
    from bokeh.layouts import gridplot, row  # type: ignore[import-not-found, unused-ignore]

    figure = plotting.figure(title="Waits", x_axis_label="minutes")
    figure.line(list(range(20)), np.arange(20.0) / 2, legend_label="Ada")
    figure.quad(left=[0, 1], right=[1, 2], top=[5, 7], bottom=0)
    figure.vbar(x=["one"], top=[1])
    for value in (figure, row(figure), gridplot([[figure]])):
        (part,) = describe(value, "fig")
        assert isinstance(part, Text)
        assert 'kind="figure"' in part.text
        for words in (
            "only a browser can draw it",
            'Figure "Waits":\nx axis "minutes"\n- Line "Ada" of 20 points: x 0 to 19, mean 9.5; y 0 to 9.5, mean ',
            "slope 0.5",
            "- VBar of 1 point: one: 1",
            "- Quad of 2 points: 0 to 1: 5, 1 to 2: 7",
        ):
            assert words in part.text
    (empty,) = describe(plotting.figure(), "fig")
    assert empty.text.count("\n") == 3  # type: ignore[union-attr]


def test_a_map_goes_by_what_lies_on_it() -> None:
    folium = pytest.importorskip("folium")
    shown = folium.Map([45, 7], zoom_start=9)
    for number in range(40):
        folium.CircleMarker([45 + number, 7], popup=f"<b>Peak</b> {number}").add_to(shown)
    folium.Marker([45.1, 7.2], popup="Here", tooltip="a tip").add_to(shown)
    feature = {"type": "Feature", "properties": {"n": "a"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    folium.GeoJson({"type": "FeatureCollection", "features": [feature] * 3}).add_to(shown)
    (part,) = describe(shown, "m")
    assert isinstance(part, Text)
    for words in (
        "Middle 45, 7, zoom 9\nOn it: CircleMarker 40, Marker 1, GeoJson 1\n",
        "- Marker at 45.1, 7.2: Here; a tip\n- GeoJson of 3 features: n a 3\n- CircleMarker at 45, 7: Peak 0\n",
        "\n12 more: latitude 73, 74",
    ):
        assert words in part.text

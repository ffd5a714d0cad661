"""Figures in variables are sent as pictures, with their labels in words."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

from nbreason.capture import Limits, describe  # noqa: E402
from nbreason.capture.alt_text import alt_text  # noqa: E402
from nbreason.core.parts import Image, Text  # noqa: E402


@pytest.fixture(autouse=True)
def _close() -> Any:
    yield
    plt.close("all")


def image(value: Any, limits: Limits | None = None) -> Image:
    (part,) = describe(value, "fig", limits) if limits else describe(value, "fig")
    assert isinstance(part, Image), part
    return part


def chart() -> Any:
    fig, ax = plt.subplots()
    ax.plot([1, 2, 3], [3, 1, 2], label="model")
    ax.set(title="Eruptions", xlabel="minutes", ylabel="count", yscale="log")
    ax.legend()
    return fig


def test_a_figure_is_sent_as_a_picture_with_its_labels_in_words():
    fig = chart()
    sent = image(fig)
    assert sent.mime == "image/png"
    assert sent.source == "fig"
    assert min(sent.width, sent.height) > 300
    assert sent.alt == (
        'title "Eruptions", x axis "minutes", y axis "count" (log scale), line "model" of 3 points, legend: model'
    )


def test_a_closed_figure_is_sent_too():
    fig = chart()
    plt.close(fig)
    assert image(fig).alt.startswith('title "Eruptions"')


@pytest.mark.long
def test_axes_artists_and_arrays_of_axes_are_sent_as_their_figure():
    fig = chart()
    ax = fig.axes[0]
    grid = plt.subplots(2, 2)[1]
    for value in (ax, ax.lines[0], ax.plot([1]), ax.bar([1], [2]), grid, ax.hist([1, 2])[2], [ax]):
        assert image(value).width > 300
    assert image(ax).alt.startswith('title "Eruptions"')


def test_a_figure_made_without_pyplot_is_sent():
    from matplotlib.figure import Figure

    fig = Figure()
    fig.subplots().plot([1, 2])
    assert image(fig).alt == "line of 2 points"


def test_an_empty_figure_says_so():
    (part,) = describe(plt.figure(), "fig")
    assert isinstance(part, Text)
    assert "An empty figure: nothing was drawn on it." in part.text


def test_a_huge_figure_is_drawn_within_the_pixel_limit():
    fig = plt.figure(figsize=(200, 150))
    fig.add_subplot().plot([1, 2])
    sent = image(fig, Limits(image_pixels=500_000))
    assert sent.width * sent.height <= 600_000


def test_a_figure_without_a_background_gets_one():
    fig = chart()
    fig.patch.set_alpha(0)
    fig.axes[0].patch.set_alpha(0)
    import io

    Pillow = pytest.importorskip("PIL.Image")
    sent = Pillow.open(io.BytesIO(image(fig).data))
    assert sent.mode == "RGB"
    assert sent.getpixel((1, 1)) == (255, 255, 255)


def test_sending_a_figure_does_not_change_it():
    fig = chart()
    size, dpi, canvas = tuple(fig.get_size_inches()), fig.dpi, fig.canvas
    image(fig, Limits(image_pixels=10_000))
    assert (tuple(fig.get_size_inches()), fig.dpi, fig.canvas) == (size, dpi, canvas)


def test_marks_are_counted_in_words():
    fig, axes = plt.subplots(2, 3)
    axes[0, 0].hist(np.arange(100), bins=20)
    axes[0, 1].scatter(range(272), range(272))
    axes[0, 2].imshow(np.zeros((8, 9)))
    axes[1, 0].pie([1, 2, 3])
    axes[1, 1].fill_between([1, 2], [1, 2])
    axes[1, 2].text(0, 0, "note")
    fig.suptitle("All")
    fig.colorbar(axes[0, 2].images[0], label="heat")
    said = alt_text(fig)
    assert said.startswith(
        'figure "All"; panel 1 of 6: 20 bars; panel 2 of 6: scatter of 272 points; panel 3 of 6: image of 8 x 9'
    )
    assert "3 wedges" in said
    assert "filled areas: 1" in said
    assert 'texts: "note"' in said
    assert 'colour bar "heat"' in said


def test_many_lines_and_panels_are_summed_up():
    fig, ax = plt.subplots()
    for _ in range(30):
        ax.plot([1, 2])
    assert alt_text(fig).endswith("line of 2 points, 22 more of these")
    fig, _ = plt.subplots(5, 4)
    assert alt_text(fig).endswith("8 more panels")


def test_one_of_a_sort_is_told_in_the_singular():
    fig, axes = plt.subplots(1, 13)
    axes[0].plot([1])
    axes[1].scatter([1], [1])
    axes[2].bar([1], [1])
    axes[3].pie([1])
    said = alt_text(fig)
    for words in ("line of 1 point;", "scatter of 1 point;", "1 bar;", "1 wedge,", "1 more panel"):
        assert words in f"{said};"


def test_what_is_no_figure_has_no_alternative_text():
    assert alt_text(3) == ""
    assert alt_text(object()) == ""


def test_a_broken_figure_is_described_in_words():
    fig = chart()
    fig.savefig = lambda *args, **kwargs: 1 / 0
    (part,) = describe(fig, "fig")
    assert isinstance(part, Text)


def test_a_seaborn_grid_is_sent_as_its_figure():
    seaborn = pytest.importorskip("seaborn")
    grid = seaborn.FacetGrid(__import__("pandas").DataFrame({"x": [1, 2], "k": ["a", "b"]}), col="k")
    grid.map(plt.hist, "x")
    assert "panel 1 of 2" in image(grid).alt


def animation() -> Any:
    from matplotlib.animation import FuncAnimation

    figure, axes = plt.subplots()
    axes.set_title("Rising")
    (line,) = axes.plot([], [])

    def draw(frame: int) -> Any:
        line.set_data([0, 1], [0, frame])
        return (line,)

    return FuncAnimation(figure, draw, frames=3)


def test_an_animation_is_its_first_frame():
    moving = animation()
    (part,) = describe(moving, "moving")
    assert isinstance(part, Image)
    assert 'title "Rising"' in part.alt
    moving.to_jshtml()  # matplotlib warns of an animation that nobody has drawn


def test_an_animation_that_was_shown_is_its_first_frame():
    from nbreason.capture.mime_bundles import part_of

    part = part_of({"text/html": animation().to_jshtml()}, "text/html", "In[1].1", "")
    assert isinstance(part, Image)
    assert part.width > 100

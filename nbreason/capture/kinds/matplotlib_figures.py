"""matplotlib: figures, axes, artists and animations, as pictures with alternative text; closed figures too."""

from __future__ import annotations

import io
from itertools import islice
from typing import Any

from nbreason.capture.alt_text import alt_text
from nbreason.capture.blocks import text_block
from nbreason.capture.images import NO_LIMIT, first_middle_last, fit, frame_name, from_bytes
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "pictures",
        "matplotlib figures, axes and artists, seaborn grids, in variables",
        "drawn as a PNG; in words: titles, labels, scales and ranges of the axes, legend, and what is drawn with its "
        "numbers: all of up to 12 points, 30 bars or 225 cells, else ends, extremes, means, correlation; medians and "
        "quartiles of boxes",
    ),
    Sent("pictures", "animations of matplotlib", "first, middle and last of their first 1,000 frames, as figures"),
)

ORDER = 20  # before arrays: what `df.plot(subplots=True)` returns is an array of axes

_MOST_FRAMES = 1_000
_HIGHEST_DPI = 150  # dots per inch; more adds bytes, not detail


def matches(value: object) -> bool:
    """Figures, axes, artists, animations, seaborn's grids, and lists or arrays of those."""
    return _figure_of(value) is not None


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One `Image`, of an animation three; a line of text for a figure without content."""
    if is_a(value, "matplotlib", "Animation"):
        return _frames(value, name, limits)
    figure = _figure_of(value)
    if not figure.axes and not figure.texts and not figure.lines and not figure.images:
        return text_block(value, name, "figure", "An empty figure: nothing was drawn on it.", limits)
    return [_drawn(figure, value if is_a(value, "matplotlib", "_AxesBase") else figure, name, limits)]


def _drawn(figure: Any, described: Any, name: str, limits: Limits) -> Part:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_dpi(figure, limits.image_pixels), bbox_inches="tight")
    drawn = from_bytes(file.getvalue(), name, alt_text(described))
    return fit(drawn, limits.image_pixels, NO_LIMIT)  # a figure may have no background


def _frames(animation: Any, name: str, limits: Limits) -> list[Part]:
    """First, middle and last frame.  Drawing them calls the user's own function, as showing the animation does."""
    figure = animation._fig
    data = list(islice(animation.new_saved_frame_seq(), _MOST_FRAMES))
    animation._init_draw()
    if not data:
        return [_drawn(figure, figure, name, limits)]
    drawn: list[Part] = []
    for number in first_middle_last(len(data)):
        animation._draw_frame(data[number])
        drawn.append(_drawn(figure, figure, frame_name(name, number, len(data)), limits))
    animation._init_draw()
    return drawn


def _dpi(figure: Any, pixels: int) -> float:
    """Dots per inch so that the picture has at most this many pixels."""
    width, height = figure.get_size_inches()
    return max(10.0, min(float(figure.dpi), _HIGHEST_DPI, float((pixels / max(width * height, 1e-6)) ** 0.5)))


def _figure_of(value: Any, depth: int = 0) -> Any:
    """The figure an object is, or is part of; None for everything else."""
    if is_a(value, "matplotlib", "Figure"):
        return value
    if is_a(value, "matplotlib", "Animation"):
        return value._fig
    if is_a(value, "matplotlib", "Artist"):
        figure = value.figure
        while figure is not None and is_a(figure, "matplotlib", "SubFigure"):
            figure = figure.figure
        return figure
    if is_a(value, "seaborn", "Grid"):
        return value.figure
    if depth < 3 and (is_a(value, "matplotlib", "Container") or type(value) in (list, tuple)) and value:
        return _figure_of(value[0], depth + 1)
    if depth < 3 and is_a(value, "numpy", "ndarray") and value.dtype.kind == "O" and value.size:
        return _figure_of(value.flat[0], depth + 1)
    return None

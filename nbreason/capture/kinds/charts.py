"""Objects that draw themselves: plotly, altair, HoloViews, plotnine, graphviz, and whatever else does.

They are asked for what they would show in the notebook, by the methods IPython asks; three libraries that show
it in other ways are asked in theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from nbreason.capture.bundles import PLOTLY, VEGA_LITE, figure_type, part_of
from nbreason.capture.kinds import plots
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import defines, is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "pictures",
        "plotly figures",
        "no picture: their specification as JSON, at most 8 values of each array",
    ),
    Sent(
        "pictures",
        "altair charts",
        "a picture where `vl-convert-python` is installed, else their specification as JSON, at most 8 values of "
        "each array; not the path of a file that their data are in",
    ),
    Sent(
        "pictures",
        "HoloViews objects with matplotlib behind them, plotnine, graphviz, whatever else draws itself",
        "the picture that they show",
    ),
)

ORDER = 60

_METHODS = {"_repr_png_": "image/png", "_repr_jpeg_": "image/jpeg", "_repr_svg_": "image/svg+xml"}


def matches(value: object) -> bool:
    """Classes with a picture of their own; instances are not asked, they may answer to every name."""
    return (
        _is_holoviews(value)
        or is_a(value, "plotly", "BaseFigure")
        or is_a(value, "altair", "TopLevelMixin")
        or defines(value, "_repr_mimebundle_")
        or any(defines(value, method) for method in _METHODS)
    )


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """The picture or the specification; nothing when it shows neither, so that the next kind is asked."""
    if _is_holoviews(value):
        drawn = sys.modules["holoviews"].render(value)
        return plots.describe(drawn, name, limits) if plots.matches(drawn) else []
    for bundle in _bundles(value):
        mime = figure_type(bundle)
        if mime:
            return [part_of(bundle, mime, name, limits=limits)]
    return []


def _is_holoviews(value: object) -> bool:
    return is_a(value, "holoviews", "Dimensioned")


def _bundles(value: Any) -> Iterator[dict[str, object]]:
    """What it shows, the most telling first; each is only made when those before it held no figure."""
    if is_a(value, "plotly", "BaseFigure"):
        yield {PLOTLY: value.to_plotly_json()}
    if is_a(value, "altair", "TopLevelMixin"):  # its bundle comes from a renderer, which may open a browser
        yield {VEGA_LITE: value.to_dict()}
    if defines(value, "_repr_mimebundle_"):
        shown = value._repr_mimebundle_(include=None, exclude=None)
        bundle = shown[0] if isinstance(shown, tuple) else shown
        if isinstance(bundle, dict):
            yield bundle
    for method, mime in _METHODS.items():
        if defines(value, method):
            shown = getattr(value, method)()
            shown = shown[0] if isinstance(shown, tuple) else shown
            if shown:
                yield {mime: shown}

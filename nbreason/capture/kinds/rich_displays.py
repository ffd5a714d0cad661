"""Objects that draw themselves: plotly, altair, HoloViews, plotnine, graphviz, and whatever else does.

They are asked for what they would show in the notebook, by the methods IPython calls; libraries that show it in
other ways are asked in theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from nbreason.capture.kinds import bokeh_figures, matplotlib_figures
from nbreason.capture.limits import Limits
from nbreason.capture.mime_bundles import PLOTLY, VEGA_LITE, figure_type, parts_of
from nbreason.capture.object_types import defines, is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "pictures",
        "plotly figures",
        "no picture, in words: titles, axes, and of each trace type, name, number of points, all of up to 12 points, "
        "30 bars or 225 cells, else ranges, means, extremes, quartiles, correlation",
    ),
    Sent(
        "pictures",
        "altair charts",
        "a picture where `vl-convert-python` is installed; in words: titles, marks, channels, transformations, and "
        "the numbers of each layer as of plotly; not the path of a file that their data are in",
    ),
    Sent(
        "pictures",
        "HoloViews objects, plotnine, `seaborn.objects`, graphviz, whatever else draws itself",
        "the picture that they show, with words where matplotlib draws it; of HoloViews with the bokeh backend what is "
        "sent of bokeh",
    ),
)

ORDER = 60

_METHODS = {"_repr_png_": "image/png", "_repr_jpeg_": "image/jpeg", "_repr_svg_": "image/svg+xml"}
_LIBRARIES = (("holoviews", "Dimensioned"), ("plotly", "BaseFigure"), ("altair", "TopLevelMixin"), ("seaborn", "Plot"))


def matches(value: object) -> bool:
    """Classes that draw themselves; instances are not asked, they may answer to every name."""
    return any(is_a(value, *library) for library in _LIBRARIES) or any(
        defines(value, method) for method in ("_repr_mimebundle_", *_METHODS)
    )


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """The picture or the specification; nothing when it shows neither, so that the next kind is asked."""
    drawn = _drawn(value)
    for kind in (matplotlib_figures, bokeh_figures) if drawn is not None else ():
        if kind.matches(drawn):
            parts: list[Part] = kind.describe(drawn, name, limits)
            return parts
    for bundle in _bundles(value):
        if mime := figure_type(bundle):
            return parts_of(bundle, mime, name, limits=limits)
    return []


def _drawn(value: Any) -> Any:
    """The figure of another library that an object draws itself with; None if it has none."""
    if is_a(value, "holoviews", "Dimensioned"):
        return sys.modules["holoviews"].render(value)
    if is_a(value, "plotnine", "ggplot"):
        return value.draw()
    if is_a(value, "seaborn", "Plot"):
        return value.plot()._figure
    return None


def _bundles(value: Any) -> Iterator[dict[str, object]]:
    """What it shows, the most useful first; each is only made when those before it held no figure."""
    if is_a(value, "plotly", "BaseFigure"):
        yield {PLOTLY: value.to_plotly_json()}
    if is_a(value, "altair", "TopLevelMixin"):  # its bundle comes from a renderer, which may open a browser
        yield {VEGA_LITE: value.to_dict()}
    if defines(value, "_repr_mimebundle_"):
        bundle = _data(value._repr_mimebundle_(include=None, exclude=None))
        if isinstance(bundle, dict):
            yield bundle
    for method, mime in _METHODS.items():
        if defines(value, method) and (data := _data(getattr(value, method)())):
            yield {mime: data}


def _data(shown: Any) -> Any:
    """What a display method returned, without the metadata."""
    return shown[0] if isinstance(shown, tuple) else shown

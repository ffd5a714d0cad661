"""Objects that draw themselves: plotly, altair, HoloViews, plotnine, graphviz, and whatever else does.

They are asked for what they would show in the notebook, by the methods IPython calls; three libraries that show
it in other ways are asked in theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from nbreason.capture.kinds import matplotlib_figures
from nbreason.capture.limits import Limits
from nbreason.capture.mime_bundles import PLOTLY, VEGA_LITE, figure_type, part_of
from nbreason.capture.object_types import defines, is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent("pictures", "plotly figures", "no picture: their specification as JSON, at most 8 values of each array"),
    Sent(
        "pictures",
        "altair charts",
        "a picture where `vl-convert-python` is installed, else their specification as JSON, at most 8 values of "
        "each array; not the path of a file that their data are in",
    ),
    Sent(
        "pictures",
        "HoloViews objects with the matplotlib backend, plotnine, graphviz, whatever else draws itself",
        "the picture that they show",
    ),
)

ORDER = 60

_METHODS = {"_repr_png_": "image/png", "_repr_jpeg_": "image/jpeg", "_repr_svg_": "image/svg+xml"}
_LIBRARIES = (("holoviews", "Dimensioned"), ("plotly", "BaseFigure"), ("altair", "TopLevelMixin"))


def matches(value: object) -> bool:
    """Classes that draw themselves; instances are not asked, they may answer to every name."""
    return any(is_a(value, *library) for library in _LIBRARIES) or any(
        defines(value, method) for method in ("_repr_mimebundle_", *_METHODS)
    )


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """The picture or the specification; nothing when it shows neither, so that the next kind is asked."""
    if is_a(value, "holoviews", "Dimensioned"):
        drawn = sys.modules["holoviews"].render(value)
        return matplotlib_figures.describe(drawn, name, limits) if matplotlib_figures.matches(drawn) else []
    for bundle in _bundles(value):
        if mime := figure_type(bundle):
            return [part_of(bundle, mime, name, limits=limits)]
    return []


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

"""What becomes of a figure that the notebook has shown: the picture that was shown, or the object as it is now."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.limits import Limits, fit_tokens, shortened
from nbreason.capture.mime_bundles import HTML, figure_type, parts_of
from nbreason.capture.object_types import is_a, type_name
from nbreason.core.data_block import data_block
from nbreason.core.parts import Image, Part, Text

if TYPE_CHECKING:
    from nbreason.notebook.figures import Figure

WIDGET = "application/vnd.jupyter.widget-view+json"
BOKEH = "application/vnd.bokehjs_exec.v0+json"
HOLOVIEWS = "application/vnd.holoviews_exec.v0+json"
_PAGE = frozenset({WIDGET, BOKEH, HOLOVIEWS})

# Widgets that draw, by the package they are from; others are sliders, buttons and boxes.
_DRAWING = frozenset({
    "altair", "bqplot", "ipycanvas", "ipyleaflet", "ipympl", "ipyvolume", "ipyvizzu", "itkwidgets", "jupyter_bokeh",
    "k3d", "keplergl", "lonboard", "nglview", "plotly", "py3Dmol", "pydeck", "pythreejs", "sidecar", "vega",
})  # fmt: skip
_DEEPEST = 6
_DRAWN_BY_MATPLOTLIB = (("plotnine", "ggplot"), ("seaborn", "Plot"), ("holoviews", "Dimensioned"))


def shown_type(bundle: Mapping[str, object]) -> str:
    """The media type of the figure in a bundle, also of one that only the page can draw; "" if it has none."""
    if not _PAGE.isdisjoint(bundle):
        if WIDGET in bundle and next(_widgets(bundle), None) is not None:
            return WIDGET
        for mime in (BOKEH, HOLOVIEWS):
            if mime in bundle:
                return mime
    return figure_type(bundle)


def parts_of_shown(figure: Figure, limits: Limits) -> list[Part]:
    """The parts of a figure.  Raises CannotAttach for a damaged picture."""
    return fit_tokens(limits, lambda fewer: [shortened(part, fewer) for part in _parts(figure, fewer)])


def _parts(figure: Figure, limits: Limits) -> list[Part]:
    if figure.mime == WIDGET:
        for widget in _widgets(figure.bundle):
            if parts := _described(_drawn_by(widget), figure.label, limits):
                return parts
        if still := figure_type(figure.bundle):
            return parts_of(figure.bundle, still, figure.label, figure.alt, limits)
        return _unread(figure, limits)
    if figure.mime in (BOKEH, HOLOVIEWS):
        found = figure.live if figure.live is not None else _document(figure.bundle)
        return _described(found, figure.label, limits) or _unread(figure, limits)
    if figure.mime == HTML:
        # An object knows more of a map than its page does.
        from nbreason.capture.images import CannotAttach

        try:
            return _with_words(parts_of(figure.bundle, figure.mime, figure.label, figure.alt, limits), figure)
        except CannotAttach:
            if "data:image/" in str(figure.bundle[HTML]):
                raise
            return _described(figure.live, figure.label, limits) or _unread(figure, limits)
    return _with_words(parts_of(figure.bundle, figure.mime, figure.label, figure.alt, limits), figure)


def _with_words(parts: list[Part], figure: Figure) -> list[Part]:
    """The picture that was shown, with the words of its object where that is drawn by matplotlib."""
    first = parts[0]
    drawn_by_matplotlib = any(is_a(figure.live, *name) for name in _DRAWN_BY_MATPLOTLIB)
    if isinstance(first, Image) and not first.alt and drawn_by_matplotlib:
        drawn = _described(figure.live, figure.label, Limits())
        words = drawn[0].alt if drawn and isinstance(drawn[0], Image) else ""
        return [replace(first, alt=words), *parts[1:]]
    return parts


def _described(value: object, name: str, limits: Limits) -> list[Part]:
    """What is sent of an object in a variable; nothing for one that no kind knows as a figure."""
    from nbreason.capture import describe

    parts = describe(value, name, limits) if value is not None else []
    known = all(isinstance(part, Image) or part.kind in ("figure", "map") for part in parts)
    return parts if known else []


def _unread(figure: Figure, limits: Limits) -> list[Part]:
    """What is said of a figure that only the page has."""
    what = figure.type or _widget_names(figure.bundle) or _MADE.get(figure.mime) or "a page inside the page"
    cell = figure.label.rpartition(".")[0]
    body = (
        f"{cell} showed {what}, which only the browser can draw, so it is not attached.  To attach what it is made "
        f"of, keep it in a variable and use --with NAME; to attach what it looks like, save it as a picture and use "
        f"--image FILE."
    )
    return [Text(data_block(body, name=figure.label, kind="figure", characters=limits.characters), figure.label)]


_MADE = {BOKEH: "a bokeh figure", HOLOVIEWS: "a HoloViews figure", WIDGET: "a widget"}


def _widgets(bundle: Mapping[str, object]) -> Iterator[Any]:
    """The widgets in a view that draw something."""
    view = bundle.get(WIDGET)
    instances = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
    if isinstance(view, dict):
        yield from _inside(instances.get(view.get("model_id")), 0)


def _inside(widget: Any, depth: int) -> Iterator[Any]:
    if type(widget).__module__.partition(".")[0] in _DRAWING:
        yield widget
    elif depth < _DEEPEST:
        for child in value_or_none(lambda: tuple(widget.children)) or ():
            yield from _inside(child, depth + 1)


def _drawn_by(widget: Any) -> object:
    """The figure that a widget shows now."""
    if is_a(widget, "ipympl", "Canvas"):
        return widget.figure
    if is_a(widget, "altair", "JupyterChart"):
        return widget.chart
    return widget


def _widget_names(bundle: Mapping[str, object]) -> str:
    return ", ".join(dict.fromkeys(type_name(widget) for widget in _widgets(bundle)))


def _document(bundle: Mapping[str, object]) -> object:
    """The figures of bokeh in the script that `show` has published; None if they cannot be read."""
    return value_or_none(lambda: _bokeh_root(str(bundle.get("application/javascript", ""))))


def _bokeh_root(script: str) -> object:
    import json

    start = script.index("{", script.index("docs_json"))
    documents, _ = json.JSONDecoder().raw_decode(script, start)
    (document,) = documents.values()
    roots = sys.modules["bokeh.document"].Document.from_json(document).roots
    return roots[0] if roots else None

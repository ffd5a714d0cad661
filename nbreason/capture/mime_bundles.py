"""What a cell displayed (a MIME bundle) becomes parts: pictures if it holds any, else what it shows in words.

A bundle is a dict from media type to data, as notebooks save it: pictures as bytes or base64 text,
specifications as JSON.  Only the standard library is needed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from nbreason.capture.image_headers import sniff
from nbreason.capture.images import frames, from_bytes
from nbreason.capture.limits import DEFAULT, Limits
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "pictures",
        "figures that the notebook has shown (`--figs`): matplotlib, seaborn, plotnine, PIL, `display(Image(…))`, "
        "pictures inside HTML",
        "the picture as it was shown, with its label (`In[5].2`); of animations first, middle and last frame, of HTML "
        "at most 8 pictures; of matplotlib and plotnine also the words that go with such a figure in a variable",
    ),
    Sent(
        "pictures",
        "figures that the notebook has shown without a picture: plotly, altair, bokeh, SVG, folium",
        "what is sent of such an object in a variable; of one that cannot be read any more which cell showed it, and "
        "its class",
    ),
    Sent(
        "pictures",
        "figures that change on the page: ipympl, plotly's `FigureWidget`, altair's `JupyterChart`, alone or in boxes",
        "what they show at the time of the question",
    ),
)

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
SVG = "image/svg+xml"
PLOTLY = "application/vnd.plotly.v1+json"
VEGA_LITE = "application/vnd.vegalite.v6+json"
HTML = "text/html"

_IN_ORDER = (*PICTURES, SVG, PLOTLY)
_DIRECT = frozenset(_IN_ORDER)
_SEARCHED = 12_000  # characters of HTML searched when a display is noted
_MARKS = ("data:image/", 'id="altair-viz-', ".vega-embed", "Plotly.newPlot(", "<iframe", "<video", "<svg")
# matplotlib's animations have line breaks inside a JavaScript string, with a backslash.
DATA_URI = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/=\s\\]+)")
# Many libraries put icons into their tables; these are no figures.
LARGE_SVG = re.compile(r"<svg\b[^>]{0,1000}?\bwidth=[\"']?(?:\d{3,}|9[6-9])\b", re.IGNORECASE)


def figure_type(bundle: Mapping[str, object]) -> str:
    """The media type of the figure in a bundle; "" if it has none.  Decodes nothing."""
    if not _DIRECT.isdisjoint(bundle):
        return next(mime for mime in _IN_ORDER if mime in bundle)
    for mime in bundle:
        if mime.startswith("application/vnd.vegalite.v"):
            return mime
    html = bundle.get(HTML)
    return HTML if isinstance(html, str) and _shows_figure(html) else ""


def _shows_figure(html: str) -> bool:
    """Whether HTML shows more than words and tables; a quick look at its beginning."""
    found = [mark for mark in _MARKS if html.find(mark, 0, _SEARCHED) >= 0]
    return bool(found) and (found != ["<svg"] or LARGE_SVG.search(html, 0, _SEARCHED) is not None)


def parts_of(
    bundle: Mapping[str, object], mime: str, source: str, alt: str = "", limits: Limits = DEFAULT
) -> list[Part]:
    """The figure in a bundle under `mime`: its pictures (of an animation three frames), or one text.

    Raises CannotAttach for a damaged picture, and for HTML without a figure that can be read.
    """
    from nbreason.capture import drawings, html_displays  # not while a display is noted

    data = bundle[mime]
    if mime in PICTURES:
        return [*frames(from_bytes(raw(data), source, alt))]
    if mime == HTML:
        return html_displays.html_parts(str(data), source, alt, limits)
    if mime == SVG:
        return [drawings.svg_part(raw_text(data), source, alt, limits)]
    if mime == PLOTLY:
        from nbreason.capture.plots.plotly_specs import plotly_words

        why = "only a browser can draw it"
        return [drawings.chart_in_words(plotly_words(data), source, "plotly figure", why, limits)]
    return [drawings.vega_part(data, source, limits)]


def size_of(bundle: Mapping[str, object], mime: str) -> tuple[int, int] | None:
    """Width and height in pixels from its header; None for what is not made of pixels."""
    data = bundle.get(mime)
    if mime == HTML:
        found = DATA_URI.search(str(data))
        data = found.group(1) if found else ""
    elif mime not in PICTURES:
        return None
    seen = sniff(raw(data, 96)) or sniff(raw(data))
    return seen[1:] if seen else None


def raw(data: object, first: int = 0) -> bytes:
    """The bytes of a picture given as bytes or base64 text; only about the `first` when that is given."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data[:first] if first else data)
    if not isinstance(data, str):
        return b""
    try:
        return base64.b64decode(data[: first // 3 * 4] if first else data)
    except ValueError:
        return b""


def raw_text(data: object) -> str:
    """Text given as text, as a list of lines or as bytes."""
    if isinstance(data, (list, tuple)):
        return "".join(str(line) for line in data)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else str(data)

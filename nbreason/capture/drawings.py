"""SVG and charts of Vega-Lite become pictures where ``vl-convert-python`` is installed, and text elsewhere."""

from __future__ import annotations

import importlib.util
import re

from nbreason.capture.image_metadata import svg_without_metadata
from nbreason.capture.images import from_bytes
from nbreason.capture.limits import Limits
from nbreason.capture.plots.vega_specs import vega_words
from nbreason.core.data_block import data_block
from nbreason.core.parts import Part, Text

SVG = "image/svg+xml"

_LONGEST_ALT = 5_000
# A reference in an SVG to anything but a part or a picture inside it, or what could construct one.
_EXTERNAL = re.compile(
    r"""href\s*=\s*["']?\s*(?!["'\s]|\#|data:image/(?:png|jpeg|gif|webp)[;,])|url\(\s*["']?\s*(?!["'\s]|\#)|@import|<!ENTITY""",
    re.IGNORECASE,
)


def svg_part(svg: str, source: str, alt: str, limits: Limits) -> Part:
    """An SVG drawing: a picture where that can be made here, else its source."""
    drawn = _drawn(svg)
    if drawn:
        return from_bytes(drawn, source, alt)
    body = f"The source of an SVG drawing, which was not drawn here.\n{svg_without_metadata(svg)}"
    return Text(data_block(body, name=source, kind="figure", type=SVG, characters=limits.characters), source)


def vega_part(spec: object, source: str, limits: Limits) -> Part:
    """A chart of Vega-Lite in words, with a picture where that can be made here."""
    words = vega_words(spec)
    drawn = _drawn(_svg_of(spec)) if isinstance(spec, dict) else b""
    if drawn:
        return from_bytes(drawn, source, words[:_LONGEST_ALT])
    return chart_in_words(words, source, "Vega-Lite chart", "it was not drawn here", limits)


def chart_in_words(words: str, source: str, what: str, why: str, limits: Limits) -> Text:
    """A chart without a picture.  what: ``plotly figure``; why: there is none"""
    body = f"A {what} in words; {why}.\n{words}"
    return Text(data_block(body, name=source, kind="figure", type=what, characters=limits.characters), source)


def has_vl_convert() -> bool:
    """Whether SVG can be drawn here."""
    return importlib.util.find_spec("vl_convert") is not None


def _svg_of(spec: dict[str, object]) -> str:
    """The SVG of a Vega-Lite chart; "" where it cannot be made, or needs data from elsewhere."""
    if not has_vl_convert():
        return ""
    import vl_convert  # type: ignore[import-not-found, unused-ignore]

    try:
        return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    except ValueError:
        return ""


def _drawn(svg: str) -> bytes:
    """The PNG of an SVG; empty where it cannot be made.

    The renderer fetches whatever a drawing refers to, web addresses and files of this machine alike, even where
    the data of a chart may not come from elsewhere.  So it only gets drawings without external references.
    """
    if not svg or not has_vl_convert() or _EXTERNAL.search(svg):
        return b""
    import vl_convert

    try:
        return bytes(vl_convert.svg_to_png(svg, scale=1.5))
    except ValueError:
        return b""

"""What a cell displayed (a MIME bundle) becomes a part: a picture if it holds one, else its specification.

A bundle is a dict from media type to data, as notebooks save it: pictures as bytes or base64 text,
specifications as JSON.  Only the standard library is needed; SVG and charts of Vega-Lite become pictures
where ``vl-convert-python`` is installed.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import re
from array import array
from collections.abc import Mapping
from typing import Any

from nbreason.capture.image_headers import sniff
from nbreason.capture.image_metadata import svg_without_metadata
from nbreason.capture.images import CannotAttach, from_bytes
from nbreason.capture.limits import DEFAULT, Limits
from nbreason.capture.sent import Sent
from nbreason.core.data_block import data_block
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "pictures",
        "figures that the notebook has shown (`--figs`): matplotlib, seaborn, plotnine, PIL, `display(Image(…))`, "
        "pictures inside HTML",
        "the picture as it was shown, with its label (`In[5].2`); of matplotlib's figures also the words that go with "
        "such a figure in a variable",
    ),
    Sent(
        "pictures",
        "figures that the notebook has shown without a picture: plotly, altair, SVG",
        "what is sent of such an object in a variable",
    ),
)

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
SVG = "image/svg+xml"
PLOTLY = "application/vnd.plotly.v1+json"
VEGA_LITE = "application/vnd.vegalite.v6+json"
HTML = "text/html"

_FILE = "(a file)"  # instead of its path
_SEARCHED = 12_000  # characters of HTML searched when a display is noted
_IN_HTML = ("data:image/", 'id="altair-viz-', ".vega-embed")
# matplotlib's animations have line breaks inside a JavaScript string, with a backslash.
_DATA_URI = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/=\s\\]+)")
_VEGA_CALL = re.compile(r"\}\)\(\s*(?=\{)")  # the end of the function altair calls with the specification
# A reference in an SVG to anything but a part or a picture inside it, or what could construct one.
_EXTERNAL = re.compile(
    r"""href\s*=\s*["']?\s*(?!["'\s]|\#|data:image/(?:png|jpeg|gif|webp)[;,])|url\(\s*["']?\s*(?!["'\s]|\#)|@import|<!ENTITY""",
    re.IGNORECASE,
)
# The types of plotly's packed arrays, and the letters Python's `array` has for them.
_PACKED = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}


def figure_type(bundle: Mapping[str, object]) -> str:
    """The media type of the figure in a bundle; "" if it has none.  Decodes nothing."""
    for mime in PICTURES:
        if mime in bundle:
            return mime
    if SVG in bundle:
        return SVG
    html = bundle.get(HTML)
    if isinstance(html, str) and any(html.find(mark, 0, _SEARCHED) >= 0 for mark in _IN_HTML):
        return HTML
    for mime in bundle:
        if mime == PLOTLY or mime.startswith("application/vnd.vegalite.v"):
            return mime
    return ""


def part_of(bundle: Mapping[str, object], mime: str, source: str, alt: str = "", limits: Limits = DEFAULT) -> Part:
    """The figure in a bundle under `mime`.  Raises CannotAttach for a damaged picture."""
    data = bundle[mime]
    if mime in PICTURES:
        return from_bytes(raw(data), source, alt)
    if mime == HTML:
        return _html(str(data), source, alt, limits)
    if mime == SVG:
        return _svg(raw_text(data), source, alt, limits)
    if mime == PLOTLY:
        return _specification(data, source, "plotly figure", "it cannot be drawn here without a browser", limits)
    return _vega_lite(data, source, alt, limits)


def size_of(bundle: Mapping[str, object], mime: str) -> tuple[int, int] | None:
    """Width and height in pixels from its header; None for what is not made of pixels."""
    data = bundle.get(mime)
    if mime == HTML:
        found = _DATA_URI.search(str(data))
        data = found.group(1) if found else b""
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


def _html(html: str, source: str, alt: str, limits: Limits) -> Part:
    """The picture embedded in HTML, or the chart its script draws."""
    picture = _DATA_URI.search(html)
    if picture:
        return from_bytes(raw(picture.group(1).replace("\\", "")), source, alt)
    for call in _VEGA_CALL.finditer(html):
        try:
            spec, _ = json.JSONDecoder().raw_decode(html, call.end())
        except ValueError:
            continue
        return _vega_lite(spec, source, alt, limits)
    raise CannotAttach(f"{source} has no picture that can be sent.")


def _has_vl_convert() -> bool:
    return importlib.util.find_spec("vl_convert") is not None


def _svg(svg: str, source: str, alt: str, limits: Limits) -> Part:
    """An SVG drawing: a picture where that can be made here, else its source."""
    drawn = _drawn(svg)
    if drawn:
        return from_bytes(drawn, source, alt)
    body = f"The source of an SVG drawing, which was not drawn here.\n{svg_without_metadata(svg)}"
    return Text(data_block(body, name=source, kind="figure", type=SVG, characters=limits.characters), source)


def _vega_lite(spec: object, source: str, alt: str, limits: Limits) -> Part:
    """A chart: a picture where that can be made here, else its specification."""
    drawn = _drawn(_svg_of(spec)) if isinstance(spec, dict) else b""
    if drawn:
        return from_bytes(drawn, source, alt)
    return _specification(spec, source, "Vega-Lite chart", "it was not drawn here", limits)


def _svg_of(spec: dict[str, object]) -> str:
    """The SVG of a Vega-Lite chart; "" where it cannot be made, or needs data from elsewhere."""
    if not _has_vl_convert():
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
    if not svg or not _has_vl_convert() or _EXTERNAL.search(svg):
        return b""
    import vl_convert

    try:
        return bytes(vl_convert.svg_to_png(svg, scale=1.5))
    except ValueError:
        return b""


def _specification(spec: object, source: str, what: str, why: str, limits: Limits) -> Part:
    """A figure that cannot be drawn here: the JSON that describes it, long arrays shortened."""
    text = json.dumps(_shortened(spec), ensure_ascii=False, default=str)
    body = f"A {what} as its specification; {why}. Long arrays are shortened.\n{text}"
    return Text(data_block(body, name=source, kind="figure", type=what, characters=limits.characters), source)


def _shortened(spec: object, depth: int = 0) -> object:
    """The same JSON with at most eight values of each array, and no templates, which only style it."""
    if depth > 12:
        return "…"
    if isinstance(spec, dict):
        if "bdata" in spec and spec.get("dtype") in _PACKED:
            spec = _unpacked(str(spec["bdata"]), str(spec["dtype"]))
        else:
            return {
                str(key): _FILE if key == "url" and _is_local(value) else _shortened(value, depth + 1)
                for key, value in spec.items()
                if key != "template"
            }
    if hasattr(spec, "tolist"):  # numpy's arrays, as plotly's figures hold them
        spec = spec.tolist()
    if isinstance(spec, (list, tuple)):
        kept = [_shortened(value, depth + 1) for value in spec[:8]]
        return [*kept, f"… {len(spec):,} in all"] if len(spec) > 8 else kept
    if isinstance(spec, str) and len(spec) > 300:
        return spec[:300] + f"… {len(spec):,} characters in all"
    return spec if isinstance(spec, (str, int, float, bool)) or spec is None else str(spec)[:300]


def _is_local(url: object) -> bool:
    """Whether the data of a chart are in a file of this machine, whose path is private."""
    return isinstance(url, str) and not url.lower().startswith(("http:", "https:", "data:"))


def _unpacked(packed: str, dtype: str) -> list[Any]:
    """The numbers of an array in plotly's packed form: base64 of little-endian bytes."""
    values = array(_PACKED[dtype])
    data = raw(packed)
    values.frombytes(data[: len(data) // values.itemsize * values.itemsize])
    return values.tolist()

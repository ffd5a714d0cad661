"""Pictures in variables: Pillow images, IPython's display objects, the bytes of a picture file."""

from __future__ import annotations

import io
from typing import Any

from nbreason.capture.blocks import text_block
from nbreason.capture.html_displays import words_of
from nbreason.capture.image_headers import sniff
from nbreason.capture.images import NO_LIMIT, fit, flatten, frames, from_bytes, size_within
from nbreason.capture.limits import Limits
from nbreason.capture.mime_bundles import HTML, SVG, figure_type, parts_of, raw, raw_text
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Image, Part

SENT = (
    Sent(
        "pictures",
        "PIL images, `IPython.display.Image`, bytes of a picture file",
        "the picture; of an animated one first, middle and last frame; of one that is only a web address the address, "
        "which is not fetched",
    ),
    Sent(
        "pictures",
        "`IPython.display.HTML` with pictures or charts",
        "at most 8 pictures, or first, middle and last frame of an animation, or the chart as of plotly and altair; "
        "and its text",
    ),
    Sent(
        "pictures",
        "SVG",
        "its source, without metadata and paths; a picture where `vl-convert-python` is installed and nothing in "
        "it refers to other files or addresses",
    ),
)


def matches(value: object) -> bool:
    """Nothing is decoded to find out; of bytes only the header is read."""
    if is_a(value, "PIL", "Image") or is_a(value, "IPython", "Image", "SVG"):
        return True
    if is_a(value, "IPython", "HTML"):
        html = getattr(value, "data", None)
        return isinstance(html, str) and bool(figure_type({HTML: html}))
    # The size of a JPEG may come long after its first bytes.
    return isinstance(value, (bytes, bytearray)) and sniff(bytes(value[: 1 << 20])) is not None


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One `Image`; text for an SVG that cannot be drawn, and for a picture that is only an address."""
    if is_a(value, "PIL", "Image"):
        return [_pillow(value, name, limits)]
    if is_a(value, "IPython", "SVG"):
        return parts_of({SVG: raw_text(value.data)}, SVG, name, limits=limits)
    if is_a(value, "IPython", "HTML"):
        return [*parts_of({HTML: str(value.data)}, HTML, name, limits=limits), *_words(value, name, limits)]
    if isinstance(value, (bytes, bytearray)):
        picture = from_bytes(bytes(value), name)
    elif value.data is None:
        return text_block(value, name, "picture", f"A picture by its address, not fetched: {value.url}", limits)
    else:
        picture = from_bytes(raw(value.data), name, value.alt or "")
    return [fit(frame, limits.image_pixels, NO_LIMIT) for frame in frames(picture)]


def _words(html: Any, name: str, limits: Limits) -> list[Part]:
    """The text beside the pictures."""
    words = words_of(str(html.data))
    return text_block(html, name, "text", words, limits) if words else []


def _pillow(picture: Any, name: str, limits: Limits) -> Image:
    """Encode a Pillow image; scaled on a copy, so that the user's own stays as it is."""
    width, height = picture.size
    size = size_within(width, height, limits.image_pixels)
    if size != picture.size:
        picture = picture.resize(size, reducing_gap=3.0)
    file = io.BytesIO()
    flatten(picture).save(file, "PNG")
    return from_bytes(file.getvalue(), name)

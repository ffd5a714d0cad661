"""Pictures in variables: Pillow images, IPython's display objects, the bytes of a picture file."""

from __future__ import annotations

import io
from typing import Any

from nbreason.capture.bundles import SVG, part_of, raw, raw_text
from nbreason.capture.delimit import data_block
from nbreason.capture.headers import sniff
from nbreason.capture.images import NO_LIMIT, fit, flatten, from_bytes
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "pictures",
        "PIL images, `IPython.display.Image`, bytes of a picture file",
        "the picture; of one that is only an address the address, which is not fetched",
    ),
    Sent(
        "pictures",
        "SVG",
        "its source, without metadata and paths; a picture where `vl-convert-python` is installed and nothing in "
        "it refers elsewhere",
    ),
)


def matches(value: object) -> bool:
    """Nothing is decoded to find out; of bytes only the header is read."""
    if is_a(value, "PIL", "Image") or is_a(value, "IPython", "Image", "SVG"):
        return True
    # The size of a JPEG may stand far behind its first bytes.
    return isinstance(value, (bytes, bytearray)) and sniff(bytes(value[: 1 << 20])) is not None


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One `Image`; text for a drawing made of shapes, and for a picture that is only an address."""
    if is_a(value, "PIL", "Image"):
        return [_pillow(value, name, limits)]
    if is_a(value, "IPython", "SVG"):
        return [part_of({SVG: raw_text(value.data)}, SVG, name, limits=limits)]
    if is_a(value, "IPython", "Image"):
        if value.data is None:
            said = f"A picture by its address, which was not fetched: {value.url}"
            return [Text(data_block(said, name=name, kind="picture", type=type_name(value)), name)]
        picture = from_bytes(raw(value.data), name, value.alt or "")
    else:
        picture = from_bytes(bytes(value), name)
    return [fit(picture, limits.image_pixels, NO_LIMIT)]


def _pillow(picture: Any, name: str, limits: Limits) -> Part:
    """Encode a Pillow image; scaled on a copy, so that the notebook's own stays as it is."""
    width, height = picture.size
    if width * height > limits.image_pixels:
        scale = (limits.image_pixels / (width * height)) ** 0.5
        picture = picture.resize((max(1, int(width * scale)), max(1, int(height * scale))), reducing_gap=3.0)
    file = io.BytesIO()
    flatten(picture).save(file, "PNG")
    return from_bytes(file.getvalue(), name)

"""Images in a page: as ``data:`` URLs, so that nothing is fetched."""

from __future__ import annotations

import base64
from html import escape

from nbreason.core.parts import Image


def image_tag(image: Image, alt: str, style: str) -> str:
    """The HTML of an image.  alt: plain text, escaped here; style: CSS of ours, inserted unchanged."""
    source = f"data:{image.mime};base64,{base64.b64encode(image.data).decode('ascii')}"
    return f'<img alt="{escape(alt)}" style="{style}" src="{escape(source)}">'

"""Pictures as they stand in a page: as ``data:`` addresses, so that nothing is fetched."""

from __future__ import annotations

import base64
from html import escape

from nbreason.core.parts import Image


def shown(image: Image, alt: str, style: str) -> str:
    """The HTML of a picture; `alt` is plain text, `style` is ours."""
    source = f"data:{image.mime};base64,{base64.b64encode(image.data).decode('ascii')}"
    return f'<img alt="{escape(alt)}" style="{style}" src="{escape(source)}">'

"""Estimated tokens: good enough for warnings, and always labelled as an estimate."""

from __future__ import annotations

import math

from nbreason.core.parts import Image, Part

TILE = 512
"""OpenAI's rule for images: scaled to fit 2048 x 2048, then the shorter side to 768, then 170 tokens for
each 512-pixel tile and 85 for the image (https://platform.openai.com/docs/guides/images-vision)."""
LOW_DETAIL = 85
"""Tokens of an image that is looked at in low detail, by the same rule."""
MESSAGE_TOKENS = 4
"""For each message, besides its content."""


def tokens_of(part: Part) -> int:
    """Estimated tokens of one part."""
    if isinstance(part, Image):
        # Of a picture on the web the size is not known: one of 1024 x 1024 pixels is assumed.
        return image_tokens(1024, 1024) if part.url else image_tokens(part.width, part.height)
    return text_tokens(part.text)


def text_tokens(text: str) -> int:
    """About four characters of English, or one and a half of other scripts, make a token."""
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / 4 + (len(text) - plain) / 1.5)


def image_tokens(width: int, height: int) -> int:
    """Tokens of an image of that many pixels, by OpenAI's tile rule."""
    if width <= 0 or height <= 0:
        return LOW_DETAIL
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return LOW_DETAIL + 170 * math.ceil(width * scale / TILE) * math.ceil(height * scale / TILE)

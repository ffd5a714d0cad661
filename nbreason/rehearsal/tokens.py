"""Estimates of tokens by OpenAI's published rules of thumb; a real tokenizer differs by model."""

from __future__ import annotations

import math

from .values import Message, Picture

CHARACTERS_PER_TOKEN = 4
_BASE, _PER_TILE, _TILE = 85, 170, 512
_LINK_SIDE = 1024  # a link is never fetched: counted as a square of this many pixels


def of_text(text: str) -> int:
    """Tokens of ``text``, at about four characters each."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def of_picture(picture: Picture) -> int:
    """Tokens of an image by OpenAI's tile rule.

    Scaled down to fit 2048 x 2048, then its shorter side to 768, then 170 for every tile of 512 pixels
    and 85 once; ``detail: low`` is 85 flat.
    """
    if picture.detail == "low":
        return _BASE
    width, height = float(picture.width or _LINK_SIDE), float(picture.height or _LINK_SIDE)
    fit = min(1.0, 2048 / max(width, height))
    width, height = width * fit, height * fit
    fit = min(1.0, 768 / min(width, height))
    return _BASE + _PER_TILE * math.ceil(width * fit / _TILE) * math.ceil(height * fit / _TILE)


def of_message(message: Message) -> int:
    """Tokens of the text and the images of one message."""
    text = sum(of_text(part.text) for part in message.parts)
    return text + sum(of_picture(picture) for picture in message.pictures)

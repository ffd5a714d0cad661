"""What may be said of a picture besides its bytes: where it is on the web, and how closely it is to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbreason.core.models import ModelFacts
from nbreason.core.parts import Image, Part, Text
from nbreason.core.turns import Message
from nbreason.errors import Refused

LEVELS = ("low", "high", "auto")
"""``detail`` in OpenAI's guide to images and in AI/ML API's OpenAPI files."""


def check_pictures(asked: str, facts: ModelFacts, question: Sequence[Part], detail: str | None) -> None:
    """Refuse a picture by its address, and a level of detail, where they are not documented.

    asked: the model as people name it; question: the parts of the question
    """
    address = next((part.url for part in question if isinstance(part, Image) and part.url), "")
    if address and "url" not in facts.image_extras:
        raise Refused(
            f"{asked} is not documented to read a picture at a web address: download it and attach the file."
            " Nothing was sent."
        )
    if detail is not None and "detail" not in facts.image_extras:
        raise Refused(f"{asked} is not documented to have levels of detail: drop --detail. Nothing was sent.")
    if detail is not None and detail not in LEVELS:
        raise Refused(f"{detail!r} is not a level of detail: use {', '.join(LEVELS)}. Nothing was sent.")


def addresses_in_words(messages: Sequence[Message], facts: ModelFacts) -> list[Message]:
    """Earlier messages, with a line instead of each picture by its address where the model takes none."""
    if "url" in facts.image_extras:
        return list(messages)
    return [_in_words(message) if any(image.url for image in message.images) else message for message in messages]


def _in_words(message: Message) -> Message:
    parts = (Text(part.in_words()) if isinstance(part, Image) and part.url else part for part in message.parts)
    return replace(message, parts=tuple(parts))

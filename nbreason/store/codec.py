"""Core values <-> the JSON that is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from typing import Any

from nbreason.core.events import Answer
from nbreason.core.parts import Image, Part, Text
from nbreason.core.usage import Money, Usage
from nbreason.errors import StoreTrouble

WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What any other JSON than ours ends in."""
NOTHING = type(None)
KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("text", "reasoning", "finish", "asked", "format", "sent", "version"), (str,)),
    **dict.fromkeys(("model", "request_id", "effort"), (str, NOTHING)),
    **dict.fromkeys(("seconds", "asked_at"), (int, float)),
    **dict.fromkeys(("estimate", "images", "tables"), (int,)),
    "window": (int, NOTHING),
    "kept": (bool,),
    "parameters": (dict,),
}
"""Fields of an answer -> what they may be; a file that somebody else made must not break the display."""


class Unreadable(StoreTrouble, ValueError):
    """Something was stored that this package has not written: the file was damaged, or made by somebody else."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"A stored {what} cannot be read: it was damaged, or not written by nbreason. %nbreason reset begins the"
            " conversation anew."
        )


def parts_to_json(parts: Iterable[Part]) -> str:
    """Parts as JSON; an image is a reference to its hash."""
    return json.dumps([_part(part) for part in parts], ensure_ascii=True)


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Image):
        return {"image": part.digest, "alt": part.alt, "source": part.source}
    return {"text": part.text, "source": part.source}


def parts_from_json(text: str, image: Callable[[str], Image | None]) -> tuple[Part, ...]:
    """Parts from JSON; `image` finds a picture by its hash.  One that is gone becomes a line that says so."""
    try:
        return tuple(_part_from(item, image) for item in json.loads(text))
    except WRONG:
        raise Unreadable("question") from None


def _part_from(item: dict[str, Any], image: Callable[[str], Image | None]) -> Part:
    source = _word(item.get("source", ""))
    if "image" not in item:
        return Text(_word(item["text"]), source)
    found = image(_word(item["image"]))
    if found is None:
        return Text("[An image was here; it is no longer stored.]", source)
    return Image(found.data, found.mime, found.width, found.height, _word(item.get("alt", "")), source)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def answer_to_json(answer: Answer) -> str:
    """An answer as JSON; its value, which any object can be, is made anew from the text."""
    return json.dumps(asdict(replace(answer, value=None)), ensure_ascii=True)


def answer_from_json(text: str) -> Answer:
    """An answer from JSON; fields of a newer version are left out."""
    try:
        return _answer(json.loads(text))
    except WRONG:
        raise Unreadable("answer") from None


def _answer(stored: dict[str, Any]) -> Answer:
    known = {item.name for item in fields(Answer)} - {"value"}
    raw = {name: value for name, value in stored.items() if name in known}
    for name, kinds in KINDS.items():
        if name in raw and (not isinstance(raw[name], kinds) or isinstance(raw[name], bool) != (name == "kept")):
            raise TypeError(name)
    for name in ("cost", "balance", "balance_before"):
        raw[name] = _money(raw[name]) if raw.get(name) else None
    raw["usage"] = Usage(**{name: _tokens(value) for name, value in (raw.get("usage") or {}).items()})
    raw["notices"] = tuple(_word(notice) for notice in raw.get("notices") or ())
    raw["rates"] = tuple((str(what), int(left)) for what, left in raw.get("rates") or ())
    return Answer(**raw)


def _money(stored: dict[str, Any]) -> Money:
    if isinstance(stored["amount"], bool) or not isinstance(stored["amount"], int | float):
        raise TypeError
    return Money(stored["amount"], _word(stored["unit"]))


def _tokens(value: object) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise TypeError
    return value

"""Core values <-> the JSON that is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from typing import Any

from nbreason.core.events import Answer
from nbreason.core.parts import Image, Part, Text
from nbreason.core.usage import Money, Usage


def parts_to_json(parts: Iterable[Part]) -> str:
    """Parts as JSON; an image is a reference to its hash."""
    return json.dumps([_part(part) for part in parts], ensure_ascii=True)


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Image):
        return {"image": part.digest, "alt": part.alt, "source": part.source}
    return {"text": part.text, "source": part.source}


def parts_from_json(text: str, image: Callable[[str], Image | None]) -> tuple[Part, ...]:
    """Parts from JSON; `image` finds a picture by its hash.  One that is gone becomes a line that says so."""
    parts: list[Part] = []
    for item in json.loads(text):
        if "image" not in item:
            parts.append(Text(item["text"], item.get("source", "")))
            continue
        found = image(item["image"])
        if found is None:
            parts.append(Text("[An image was here; it is no longer stored.]", item.get("source", "")))
        else:
            parts.append(
                Image(
                    found.data,
                    found.mime,
                    found.width,
                    found.height,
                    item.get("alt", ""),
                    item.get("source", ""),
                )
            )
    return tuple(parts)


def answer_to_json(answer: Answer) -> str:
    """An answer as JSON; its value, which any object can be, is made anew from the text."""
    return json.dumps(asdict(replace(answer, value=None)), ensure_ascii=True)


def answer_from_json(text: str) -> Answer:
    """An answer from JSON; fields of a newer version are left out."""
    known = {item.name for item in fields(Answer)}
    raw = {name: value for name, value in json.loads(text).items() if name in known}
    for name in ("cost", "balance", "balance_before"):
        raw[name] = Money(**raw[name]) if raw.get(name) else None
    raw["usage"] = Usage(**(raw.get("usage") or {}))
    raw["notices"] = tuple(raw.get("notices") or ())
    raw["rates"] = tuple((str(what), int(left)) for what, left in raw.get("rates") or ())
    return Answer(**raw)

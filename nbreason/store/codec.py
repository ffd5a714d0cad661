"""Core values <-> the JSON that is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, get_args

from nbreason.core.citations import Citation
from nbreason.core.events import Answer
from nbreason.core.parts import PICTURES, Image, Part, Text
from nbreason.core.usage import CostSource, Money, Usage
from nbreason.store.checks import Check, Unreadable, count, integer, number, optional, seconds, string

WRONG = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What decoding any other JSON than ours raises."""
DEEPEST = 100
"""Parameters are nested less deeply: copying them takes a frame or two of the stack for each level."""


def _shallow(value: object, room: int = DEEPEST) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return room > 0 and all(_shallow(item, room - 1) for item in inner)


CHECKS: dict[str, Check] = {
    **dict.fromkeys(
        ("text", "reasoning", "raw", "job", "finish", "requested_model", "format", "request_hash", "version"), string
    ),
    **dict.fromkeys(("replayed", "other_context"), lambda value: isinstance(value, bool)),
    "replay_file": string,
    **dict.fromkeys(("reported_model", "request_id", "response_id", "effort"), optional(string)),
    **dict.fromkeys(("seconds", "asked_at"), seconds),
    **dict.fromkeys(("estimate", "images", "tables"), count),
    "window": optional(count),
    "cost_source": lambda value: value in get_args(CostSource),
    "parameters": lambda value: isinstance(value, dict) and _shallow(value),
}
"""Fields of an answer -> what they may be; a file that someone else wrote must not break the display."""
BEFORE = {"asked": "requested_model", "model": "reported_model", "sent": "request_hash", "kept": "replayed"}
"""Names that fields had in 0.1 -> their names now; stored conversations and replay files still hold them."""


def parts_to_json(parts: Iterable[Part]) -> str:
    """Parts as JSON; an image is a reference to its hash."""
    return json.dumps([_part(part) for part in parts], ensure_ascii=True)


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Image):
        address = {"url": part.url} if part.url else {}
        return {"image": part.digest, "alt": part.alt, "source": part.source, **address}
    return {"text": part.text, "source": part.source}


def parts_from_json(text: str, image: Callable[[str], Image | None]) -> tuple[Part, ...]:
    """Parts from JSON; `image` finds a picture by its hash.  One that is gone becomes a line that says so."""
    try:
        return tuple(_part_from(item, image) for item in json.loads(text))
    except WRONG:
        raise Unreadable("question") from None


def _part_from(item: dict[str, Any], image: Callable[[str], Image | None]) -> Part:
    source = _checked(string, item.get("source", ""))
    if "image" not in item:
        return Text(_checked(string, item["text"]), source)
    alt = _checked(string, item.get("alt", ""))
    if url := _checked(string, item.get("url", "")):
        return Image(b"", PICTURES[0], 0, 0, alt, source, url)
    found = image(_checked(string, item["image"]))
    if found is None:
        return Text("[An image was here; it is no longer stored.]", source)
    return Image(found.data, found.mime, found.width, found.height, alt, source)


def _checked(check: Check, value: Any) -> Any:
    if not check(value):
        raise TypeError
    return value


def answer_to_json(answer: Answer) -> str:
    """An answer as JSON; its value, which can be any object, is built again from the text."""
    return json.dumps(answer_values(answer), ensure_ascii=True)


def answer_values(answer: Answer) -> dict[str, Any]:
    """The fields of an answer as JSON values; its value is null."""
    values = asdict(replace(answer, value=None))
    if answer.usage.cached is None:
        del values["usage"]["cached"]  # which earlier versions do not know, and take no other names there
    return values


def answer_from_json(text: str) -> Answer:
    """An answer from JSON; fields of a newer version are left out."""
    try:
        return _answer(json.loads(text))
    except WRONG:
        raise Unreadable("answer") from None


def _answer(stored: dict[str, Any]) -> Answer:
    known = {item.name for item in fields(Answer)} - {"value"}
    renamed = {BEFORE.get(name, name): value for name, value in stored.items()}
    raw = {name: value for name, value in renamed.items() if name in known}
    for name, check in CHECKS.items():
        if name in raw:
            _checked(check, raw[name])
    for name in ("cost", "balance", "balance_before"):
        raw[name] = _money(raw[name]) if raw.get(name) else None
    raw["cost_source"] = (raw.get("cost_source") or "provider") if raw["cost"] else ""  # 0.1 had reported ones only
    raw["usage"] = Usage(**{name: _checked(optional(count), value) for name, value in (raw.get("usage") or {}).items()})
    raw["citations"] = tuple(
        Citation(_checked(string, page["url"]), _checked(string, page["title"])) for page in raw.get("citations") or ()
    )
    for name in ("notices", "attached"):
        raw[name] = tuple(_checked(string, words) for words in raw.get(name) or ())
    raw["rates"] = tuple((_checked(string, what), _checked(integer, left)) for what, left in raw.get("rates") or ())
    return Answer(**raw)


def _money(stored: Mapping[str, Any]) -> Money:
    return Money(_checked(number, stored["amount"]), _checked(string, stored["unit"]))

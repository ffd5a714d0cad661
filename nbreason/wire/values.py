"""Small conversions that both wires need: JSON bodies out, untrusted JSON values in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbreason.core.parts import Image, Part
from nbreason.core.turns import Message


def data_uri(image: Image) -> str:
    """The image as a ``data:`` URI, or its address on the web."""
    if image.url:
        return image.url
    return f"data:{image.mime};base64,{base64.b64encode(image.data).decode('ascii')}"


def dumps(body: Mapping[str, Any]) -> bytes:
    """The body as it is sent: compact UTF-8 JSON; lone surrogates, which UTF-8 cannot hold, become '?'."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def merged(body: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The body with further parameters; objects are merged, so that ``reasoning={"summary":"auto"}`` keeps the
    effort that is already there."""
    for name, value in params.items():
        held = body.get(name)
        body[name] = {**held, **value} if isinstance(held, dict) and isinstance(value, Mapping) else value
    return body


def string(value: object) -> str:
    """A string, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Mapping[str, Any]]:
    """The objects of an array; an empty list for anything else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def count(value: object) -> int | None:
    """A token count as an int, or None for anything that is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1e12 else None


def encode_message(
    message: Message, system_role: str, content: Callable[[Part], Iterable[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The JSON of a message, which is the same on both wires except for the parts of its content.

    system_role: the name of the role that instructions have; content: the JSON of one part
    """
    role = system_role if message.role == "system" else message.role
    if not message.images:
        # Plain strings are what every server takes; o1-preview and o1-mini take nothing else.
        return {"role": role, "content": message.text}
    return {"role": role, "content": [item for part in message.parts for item in content(part)]}

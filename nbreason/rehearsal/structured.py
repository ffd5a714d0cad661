"""Answers in JSON, for requests that ask for it with ``response_format`` or ``text.format``."""

from __future__ import annotations

import json
from typing import Any

from . import attached, report
from .values import JSON, Asked, Refusal

_DEEPEST = 8
_NOTE = "This is the rehearsal server: no model was asked and nothing was spent."


def compose(asked: Asked) -> str | None:
    """The JSON text asked for, or None when Markdown will do.

    With a JSON Schema it is the smallest plain example of that schema, else a report of what was received.
    """
    wanted = _format(asked)
    kind = wanted.get("type", "text")
    if kind == "text":
        return None
    if kind == "json_object":
        if not any("json" in message.text.lower() for message in asked.messages):
            # OpenAI refuses this, so that a model does not write white space for ever.
            text = "'messages' must contain the word 'json' in some form, to use the format 'json_object'."
            raise Refusal(400, text, "response_format")
        return json.dumps(_report(asked), ensure_ascii=False, indent=2)
    holder = wanted.get("json_schema") if asked.wire != "responses" else wanted
    schema = holder.get("schema") if isinstance(holder, dict) else None
    if kind != "json_schema" or not isinstance(schema, dict):
        raise Refusal(400, "Invalid 'response_format': text, json_object or json_schema.", "response_format")
    return json.dumps(example(schema, schema), ensure_ascii=False, indent=2)


def example(schema: Any, root: JSON, depth: int = 0) -> Any:
    """A value that fits ``schema`` (the common words of JSON Schema); ``root`` holds its references.

    A schema that holds itself is followed for some levels, then the list is empty or the null is taken.
    """
    if not isinstance(schema, dict) or depth > 2 * _DEEPEST:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if isinstance(schema.get("$ref"), str):
        return example(_lookup(schema["$ref"], root), root, depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            return example(_choice(schema[word], depth), root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: example(inner, root, depth + 1) for name, inner in properties.items()}
    if kind == "array":
        count = max(schema.get("minItems", 0), depth < _DEEPEST)
        return [example(schema.get("items", {}), root, depth + 1) for _ in range(min(count, 20))]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return {"boolean": True, "null": None}.get(kind, "rehearsal")


def _choice(schemas: list[Any], depth: int) -> Any:
    """One of several schemas: the first, and deep inside the one that ends there."""
    ends = [schema for schema in schemas if isinstance(schema, dict) and schema.get("type") == "null"]
    return ends[0] if ends and depth >= _DEEPEST else schemas[0]


def _format(asked: Asked) -> JSON:
    holder = asked.fields.get("response_format")
    if asked.wire == "responses":
        text = asked.fields.get("text")
        holder = text.get("format") if isinstance(text, dict) else None
    if holder is None:
        return {}
    if not isinstance(holder, dict):
        raise Refusal(400, "Invalid type for 'response_format': expected an object.", "response_format")
    return holder


def _lookup(reference: str, root: JSON) -> Any:
    found: Any = root
    for word in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(word) if word and isinstance(found, dict) else found
    return found


def _report(asked: Asked) -> JSON:
    message = report.last_user(asked.messages)
    pictures = [picture for said in asked.messages for picture in said.pictures]
    blocks = [data for said in asked.messages for data in attached.find(said.text)]
    return {
        "note": _NOTE,
        "model": asked.model,
        "question": report.question(message) if message else "",
        "messages": len(asked.messages),
        "images": [{"width": p.width, "height": p.height, "bytes": p.size} for p in pictures],
        "data": [{"name": data.name, "kind": data.kind, "shape": data.shape} for data in blocks],
    }

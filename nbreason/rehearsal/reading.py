"""Request bodies -> ``Asked``: the shapes each wire allows, refused as the providers refuse them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from . import pixels
from .values import JSON, Asked, Message, Part, Picture, Refusal

_DATA_URI = re.compile(r"data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,", re.ASCII)
_ROLES = {
    "segmind": ("system", "user", "assistant"),
    "chat": ("system", "developer", "user", "assistant", "tool"),
    "responses": ("system", "developer", "user", "assistant"),
}
# AI/ML API's schema allows no other keys in these objects.
_STRICT_KEYS = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "tool": {"role", "content", "name", "tool_call_id"},
}
_TEXT_TYPES = {
    "segmind": ("text",),
    "chat": ("text", "refusal"),
    "responses": ("input_text", "output_text", "refusal"),
}
_IMAGE_TYPES = {"segmind": "image_url", "chat": "image_url", "responses": "input_image"}
_FILE_TYPES = ("file", "input_file", "input_audio")
# Input items without text for the report, of the official client's types: they are counted as what they are called.
_TOOLS = ("function", "custom_tool", "computer", "local_shell", "shell", "apply_patch")
_SILENT_ITEMS = (
    *(f"{tool}_call{end}" for tool in _TOOLS for end in ("", "_output")),
    *("file_search_call", "web_search_call", "image_generation_call", "code_interpreter_call"),
    *("tool_search_call", "tool_search_output", "mcp_list_tools", "mcp_call"),
    *("mcp_approval_request", "mcp_approval_response", "reasoning", "item_reference", "compaction"),
    *("compaction_trigger", "additional_tools", "configuration_update", "program", "program_output"),
)
_DETAILS = ("auto", "low", "high", "original")


def parse(body: bytes) -> JSON:
    """The JSON object in ``body``."""
    try:
        found = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refusal(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(found, dict):
        raise Refusal(400, "The body of the request must be a JSON object.")
    return found


def segmind(fields: JSON, path: str) -> Asked:
    """Segmind: the model is in the path, ``messages`` in the body."""
    return Asked(
        "segmind",
        path,
        path.rpartition("/")[2],
        _messages(fields.get("messages"), "segmind"),
        effort=_effort(fields.get("reasoning_effort"), "reasoning_effort"),
        cap=_cap(fields, "max_completion_tokens", "max_tokens"),
        fields=fields,
    )


def chat(fields: JSON, path: str) -> Asked:
    """Chat completions of OpenAI and AI/ML API."""
    options = _object(fields, "stream_options")
    stream = _flag(fields, "stream")
    if options and not stream:
        raise Refusal(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    return Asked(
        "chat",
        path,
        _model(fields),
        _messages(fields.get("messages"), "chat"),
        effort=_effort(fields.get("reasoning_effort"), "reasoning_effort"),
        cap=_cap(fields, "max_completion_tokens", "max_tokens"),
        stream=stream,
        include_usage=options.get("include_usage") is True,
        fields=fields,
    )


def responses(fields: JSON, path: str) -> Asked:
    """The Responses endpoint: ``input`` is a string or a list of items, ``instructions`` come first."""
    _prompt(fields)
    given = fields.get("input")
    if isinstance(given, str) and given:
        messages: tuple[Message, ...] = (Message("user", (Part(given),)),)
    else:
        messages = _messages(given, "responses", "input")
    instructions = fields.get("instructions")
    if isinstance(instructions, str) and instructions:
        messages = (Message("system", (Part(instructions),)), *messages)
    reasoning = _object(fields, "reasoning")
    cap = _cap(fields, "max_output_tokens")
    if cap is not None and cap < 16:
        raise Refusal(
            400,
            f"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, got {cap}.",
            "max_output_tokens",
            "integer_below_min_value",
        )
    summary = reasoning.get("summary")
    if summary not in (None, "auto", "concise", "detailed"):
        raise Refusal(400, f"Invalid value: {summary!r} for 'reasoning.summary'.", "reasoning.summary")
    return Asked(
        "responses",
        path,
        _model(fields),
        messages,
        effort=_effort(reasoning.get("effort"), "reasoning.effort"),
        cap=cap,
        stream=_flag(fields, "stream"),
        summary=summary,
        fields=fields,
    )


def _prompt(fields: JSON) -> None:
    """No prompt template is stored here, so a request that names one is refused, whether it has an input or not."""
    if name := _object(fields, "prompt").get("id"):
        raise Refusal(404, f"Prompt with id '{name}' not found.", "prompt")


def _model(fields: JSON) -> str:
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise Refusal(400, "you must provide a model parameter", "model")
    return model


def _object(fields: JSON, name: str) -> JSON:
    found = fields.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Refusal(400, f"Invalid type for '{name}': expected an object.", name, "invalid_type")
    return found


def _flag(fields: JSON, name: str) -> bool:
    found = fields.get(name)
    if found is not None and not isinstance(found, bool):
        raise Refusal(400, f"Invalid type for '{name}': expected a boolean.", name, "invalid_type")
    return bool(found)


def _effort(found: Any, name: str) -> str | None:
    if found is not None and not isinstance(found, str):
        raise Refusal(400, f"Invalid type for '{name}': expected a string.", name, "invalid_type")
    return found


def _cap(fields: JSON, *names: str) -> int | None:
    for name in names:
        found = fields.get(name)
        if found is None:
            continue
        if isinstance(found, bool) or not isinstance(found, int):
            raise Refusal(400, f"Invalid type for '{name}': expected an integer.", name, "invalid_type")
        if found < 1:
            raise Refusal(400, f"Invalid '{name}': integer below minimum value 1.", name)
        return found
    return None


def _messages(given: Any, wire: str, name: str = "messages") -> tuple[Message, ...]:
    if given is None:
        raise Refusal(400, f"Missing required parameter: '{name}'.", name, "missing_required_parameter")
    if not isinstance(given, list):
        raise Refusal(400, f"Invalid type for '{name}': expected an array.", name, "invalid_type")
    if not given:
        raise Refusal(400, f"Invalid '{name}': empty array. Expected at least 1 element.", name, "empty_array")
    return tuple(_message(entry, wire, f"{name}[{index}]") for index, entry in enumerate(given))


def _message(entry: Any, wire: str, where: str) -> Message:
    if not isinstance(entry, dict):
        raise Refusal(400, f"Invalid type for '{where}': expected an object.", where, "invalid_type")
    kind = entry.get("type", "message")
    if wire == "responses" and kind in _SILENT_ITEMS:
        return Message(kind, (Part(other=f"item of type {kind}"),))
    if wire == "responses" and kind != "message":
        supported = ", ".join(repr(name) for name in ("message", *_SILENT_ITEMS))
        text = f"Invalid value: {kind!r}. Supported values are: {supported}."
        raise Refusal(400, text, f"{where}.type", "invalid_value")
    role = entry.get("role")
    if role not in _ROLES[wire]:
        allowed = ", ".join(repr(name) for name in _ROLES[wire])
        text = f"Invalid value: {role!r} for '{where}.role'. Supported values are: {allowed}."
        raise Refusal(400, text, f"{where}.role", "invalid_value")
    stray = set(entry) - _STRICT_KEYS.get(role, set(entry))
    if wire == "chat" and stray:
        raise Refusal(400, f"Unrecognized key in '{where}': {min(stray)!r}.", where, "unrecognized_keys")
    return Message(role, _content(entry, wire, where))


def _content(entry: JSON, wire: str, where: str) -> tuple[Part, ...]:
    content = entry.get("content")
    if content is None and entry["role"] == "assistant" and wire == "chat":
        return ()  # an assistant message that only calls tools or refuses has none
    if isinstance(content, str):
        return (Part(content),)
    if not isinstance(content, list) or not content:
        text = f"Invalid type for '{where}.content': expected a string or a non-empty array of parts."
        raise Refusal(400, text, f"{where}.content", "invalid_type")
    return tuple(_part(part, wire, f"{where}.content[{index}]") for index, part in enumerate(content))


def _part(part: Any, wire: str, where: str) -> Part:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in _TEXT_TYPES[wire]:
        text = part.get("refusal" if kind == "refusal" else "text")
        if not isinstance(text, str):
            raise Refusal(400, f"Invalid type for '{where}.text': expected a string.", where, "invalid_type")
        return Part(text)
    if kind == _IMAGE_TYPES[wire]:
        return Part(picture=_picture(part, wire, where))
    if kind in _FILE_TYPES:
        inner = part.get("file") if isinstance(part.get("file"), dict) else part
        return Part(other=f"{kind} {inner.get('filename') or '(no name)'}")
    supported = ", ".join(repr(name) for name in (*_TEXT_TYPES[wire], _IMAGE_TYPES[wire]))
    text = f"Invalid value: {kind!r} for '{where}.type'. Supported values are: {supported}."
    raise Refusal(400, text, f"{where}.type", "invalid_value")


def _picture(part: JSON, wire: str, where: str) -> Picture:
    holder = part.get("image_url")
    # The Responses wire wants the bare string, chat completions the object; each refuses the other's.
    if wire == "responses":
        url, detail = holder, part.get("detail")
    elif isinstance(holder, dict):
        url, detail = holder.get("url"), holder.get("detail")
    else:
        raise Refusal(400, f"Invalid type for '{where}.image_url': expected an object.", where, "invalid_type")
    if not isinstance(url, str):
        raise Refusal(400, f"Invalid type for '{where}.image_url': expected a string.", where, "invalid_type")
    if detail not in (None, *_DETAILS):
        supported = ", ".join(map(repr, _DETAILS))
        text = f"Invalid value: {detail!r} for '{where}.detail'. Supported values are: {supported}."
        raise Refusal(400, text, where, "invalid_value")
    if url.startswith(("https://", "http://")):
        return Picture(url=url, detail=detail or "auto")
    return _decoded(url, detail or "auto", where)


def _decoded(url: str, detail: str, where: str) -> Picture:
    head = _DATA_URI.match(url)
    if not head or not head.group(3):
        text = f"Invalid '{where}.image_url': expected an https URL or a base64-encoded data URL."
        raise Refusal(400, text, where, "invalid_image_url")
    try:
        data = base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, "Invalid base64 image_url.", where, "invalid_base64") from None
    found = pixels.measure(data)
    if found is None:
        text = (
            "You uploaded an unsupported image. Please make sure your image is valid and of one of the "
            "following formats: ['png', 'jpeg', 'gif', 'webp']."
        )
        raise Refusal(400, text, where, "invalid_image_format")
    media, width, height = found
    return Picture("", media, head.group(1), width, height, len(data), detail)

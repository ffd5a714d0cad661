"""The provider's own error message, whichever envelope it comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 200
"""Characters of a provider's own message that are shown."""
MAYBE_BILLED = "It may have been billed; it is not sent again automatically."


@dataclass(frozen=True)
class Envelope:
    """message: the provider's own; code: its own code, if any; param: the parameter it names, if any;
    request_id: its id of the request, if it is in the body."""

    message: str
    code: str = ""
    param: str = ""
    request_id: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Envelope:
        """From a JSON object: OpenAI's ``error{message,code,param}``, AI/ML API's ``message`` or problem+json
        (RFC 9457), Segmind's ``error`` as a string with ``error_description``, FastAPI's ``detail``, vLLM's flat
        ``message``; a list of one such object (Google) counts as the object."""
        error = body.get("error")
        inner: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
        described = body.get("error_description")
        candidates = (
            inner.get("message"),
            body.get("message"),
            f"{error}: {described}" if isinstance(error, str) and isinstance(described, str) else None,
            error,
            described,
            _detail(body.get("detail")),
            body.get("title"),
        )
        message = next((text for text in candidates if isinstance(text, str) and text.strip()), "")
        code = inner.get("code") or inner.get("type") or inner.get("name") or body.get("code") or ""
        return cls(
            excerpt(message),
            excerpt(str(code)),
            excerpt(str(inner.get("param") or body.get("param") or "")),
            excerpt(str(body.get("requestId") or body.get("request_id") or "")),
        )

    @classmethod
    def read(cls, text: str) -> Envelope:
        """From the body of an error reply, JSON or not."""
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return cls("" if text.lstrip()[:1] == "<" else excerpt(text))
        if isinstance(body, list) and body:
            body = body[0]
        return cls.of(body) if isinstance(body, dict) else cls(excerpt(text))


def _detail(detail: object) -> object:
    """FastAPI's ``detail``: a string, or a list of validation errors and their places."""
    if not isinstance(detail, list) or not detail or not isinstance(detail[0], Mapping):
        return detail
    location, message = detail[0].get("loc"), detail[0].get("msg")
    path = ".".join(map(str, location)) if isinstance(location, list) else ""
    return f"{path}: {message}" if path else message


def excerpt(text: str) -> str:
    """At most 200 printable characters of something that came over the network, on one line."""
    # Not printable are controls, escapes, surrogates, and characters that change the direction of text.
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

"""The provider's own error message, whichever envelope it comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbreason.wire.sse import Splitter

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
        ``message``, GraphQL's ``errors[]``; a list of one such object (Google) counts as the object, and a message that
        is a list (NestJS) as all of it."""
        if "error" not in body and isinstance(body.get("errors"), list) and body["errors"]:
            first = body["errors"][0]
            body = {"error": first, **body}
        error = body.get("error")
        inner: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
        described = body.get("error_description")
        candidates = (
            _joined(inner.get("message")),
            _joined(body.get("message")),
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
        """From the body of an error reply: JSON, JSON as the data of a server-sent event, or neither."""
        if text.lstrip().startswith(("data:", "event:")):
            events = Splitter().feed(text.encode("utf-8", "replace") + b"\n\n")
            text = next((event.data for event in events), text)
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return cls("" if text.lstrip()[:1] == "<" else excerpt(text))
        if isinstance(body, list) and body:
            body = body[0]
        return cls.of(body) if isinstance(body, dict) else cls(excerpt(text))


def _joined(message: object) -> object:
    """A message that comes as a list of texts (NestJS, validation errors) as one text."""
    return "; ".join(item for item in message if isinstance(item, str)) if isinstance(message, list) else message


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

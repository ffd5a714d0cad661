"""The provider's own words about an error, out of whichever envelope they come in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 200
"""Characters of a provider's own message that are shown."""


@dataclass(frozen=True)
class Envelope:
    """message: the provider's words; code: its own code, if any; param: the parameter it names, if any."""

    message: str
    code: str = ""
    param: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Envelope:
        """From a JSON object: OpenAI's ``error{message,code,param}``, AI/ML API's ``message`` or problem+json,
        Segmind's ``error`` as a string, FastAPI's ``detail``."""
        error = body.get("error")
        inner: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
        words = (
            inner.get("message"),
            body.get("message"),
            error,
            body.get("error_description"),
            body.get("detail"),
            body.get("title"),
        )
        message = next((word for word in words if isinstance(word, str) and word.strip()), "")
        code = inner.get("code") or inner.get("type") or body.get("code") or ""
        return cls(excerpt(message), str(code), str(inner.get("param") or body.get("param") or ""))

    @classmethod
    def read(cls, text: str) -> Envelope:
        """From the body of an error reply, JSON or not."""
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return cls("" if text.lstrip()[:1] == "<" else excerpt(text))
        return cls.of(body) if isinstance(body, dict) else cls(excerpt(text))


def excerpt(text: str) -> str:
    """At most 200 printable characters of something that came over the network, on one line."""
    line = " ".join(re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]", " ", text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

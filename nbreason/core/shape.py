"""The form in which an answer is wanted, and how the model is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nbreason.core.request import JsonFormat

Kind = Literal["text", "code", "json", "table"]
WORDS: Mapping[Kind, str] = {
    "text": "Answer in plain text, without Markdown.",
    "code": "Answer with one fenced code block and nothing else; in Python, unless another language is asked for.",
    "json": "Answer with one JSON object and nothing else.",
    "table": "Answer with one Markdown table and nothing else; numbers without units or thousands separators.",
}


@dataclass(frozen=True)
class Shape:
    """What an answer should look like.

    name, schema: of the JSON, when a schema is given; strict: whether a provider can enforce it to the letter
    build: from the JSON value to the object that is wanted; raises ValueError with a line when it does not fit
    """

    kind: Kind
    name: str = "answer"
    schema: Mapping[str, Any] | None = None
    strict: bool = False
    build: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)

    def parameter(self, offered: tuple[str, ...]) -> JsonFormat | None:
        """The JSON to ask for by a parameter, where the model offers one (``object``, ``schema``)."""
        if self.kind != "json":
            return None
        if self.schema is not None and "schema" in offered:
            return JsonFormat(self.name, self.schema, self.strict)
        return JsonFormat() if "object" in offered else None

    def words(self, offered: tuple[str, ...]) -> str:
        """The instruction; it carries the schema where no parameter does."""
        if self.schema is None or "schema" in offered:
            return WORDS[self.kind]
        return f"{WORDS[self.kind]} It must fit this JSON Schema: {json.dumps(dict(self.schema))}"

"""The format of an answer, and how the model is asked for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbreason.core.options import Format
from nbreason.core.request import JsonFormat

INSTRUCTIONS: Mapping[Format, str] = {
    "text": "Answer in plain text, without Markdown.",
    "code": "Answer with one fenced code block and nothing else; in Python, unless another language is asked for.",
    "json": "Answer with one JSON object and nothing else.",
    "table": "Answer with one Markdown table and nothing else; numbers without units or thousands separators.",
}


@dataclass(frozen=True)
class Shape:
    """What an answer should look like.

    name, schema: of the JSON, if a schema is given; strict: whether a provider can enforce it exactly
    build: makes the object from the JSON value, or from the code; raises ValueError with one line if it does not fit
    """

    kind: Format
    name: str = "answer"
    schema: Mapping[str, Any] | None = None
    strict: bool = False
    build: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)

    def parameter(self, offered: tuple[str, ...]) -> JsonFormat | None:
        """The JSON format to request by a parameter.

        offered: what the model supports of ``object`` and ``schema``; None if a parameter is of no use
        """
        if self.kind != "json":
            return None
        if self.schema is not None and "schema" in offered:
            return JsonFormat(self.name, self.schema, self.strict)
        return JsonFormat() if "object" in offered else None

    def instruction(self, offered: tuple[str, ...]) -> str:
        """What the model is told; holds the schema if no parameter does."""
        if self.schema is None or "schema" in offered:
            return INSTRUCTIONS[self.kind]
        return f"{INSTRUCTIONS[self.kind]} It must fit this JSON Schema: {json.dumps(dict(self.schema))}"

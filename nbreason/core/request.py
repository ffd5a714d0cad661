"""One request, complete and provider-neutral: what will leave the machine, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbreason.core.estimate import LOW_DETAIL, MESSAGE_TOKENS, text_tokens, tokens_of
from nbreason.core.parts import Image, Part, Text
from nbreason.core.turns import Message


@dataclass(frozen=True)
class JsonFormat:
    """A request for JSON, by the parameter that some models have for it.

    schema: JSON Schema of the answer; None for any object
    strict: whether the schema is of the narrow kind that a provider can enforce to the letter
    """

    name: str = "answer"
    schema: Mapping[str, Any] | None = None
    strict: bool = False


@dataclass(frozen=True)
class Request:
    """What is sent to a model.

    model:      the model's name on the wire
    messages:   instructions, earlier turns and the question, in this order
    effort:     reasoning effort, or None to leave it to the provider
    max_tokens: limit of the answer in tokens, or None; `cap` is the name it has on the wire
    params:     further parameters, sent as they are
    format:     JSON, if it is requested by a parameter and not only in words
    detail:     how closely pictures are looked at: ``low``, ``high`` or ``auto``, or None to leave it to the provider
    summary:    how detailed a summary of the reasoning is asked for, or None for none
    stream:     whether to ask for a stream; `stream_usage`: and for the tokens at its end
    """

    model: str
    messages: tuple[Message, ...]
    effort: str | None = None
    max_tokens: int | None = None
    cap: str = "max_completion_tokens"
    system_role: str = "system"
    params: Mapping[str, Any] = field(default_factory=dict)
    format: JsonFormat | None = None
    detail: str | None = None
    summary: str | None = None
    stream: bool = False
    stream_usage: bool = True

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what decides the answer; whether it is streamed does not count."""
        said = [[message.role, [_essence(part) for part in message.parts]] for message in self.messages]
        essence: list[Any] = [self.model, said, self.effort, self.max_tokens, dict(self.params)]
        if self.format is not None:
            essence.append([self.format.name, self.format.schema])
        if self.detail is not None:
            essence.append({"detail": self.detail})
        return hashlib.sha256(json.dumps(essence, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def turns(self) -> int:
        """How many earlier turns go with the question, which is the last message."""
        return sum(message.role == "user" for message in self.messages[:-1])

    @property
    def parameters(self) -> dict[str, Any]:
        """What is sent besides messages and effort, by its name on the wire."""
        own = {self.cap: self.max_tokens, "detail": self.detail}
        return {**{name: value for name, value in own.items() if value is not None}, **self.params}

    @cached_property
    def estimate(self) -> int:
        """Estimated input tokens: four per message plus its content; a schema counts as text."""
        schema = self.format.schema if self.format is not None else None
        said = sum(MESSAGE_TOKENS + sum(map(self._tokens_of, message.parts)) for message in self.messages)
        return said + (text_tokens(json.dumps(schema, default=str)) if schema else 0)

    def _tokens_of(self, part: Text | Image) -> int:
        return LOW_DETAIL if self.detail == "low" and isinstance(part, Image) else tokens_of(part)


def part_hashes(parts: Iterable[Part]) -> tuple[str, ...]:
    """A short hash of each part, which says later what of a question has changed."""
    return tuple(hashlib.sha256(json.dumps(_essence(part)).encode()).hexdigest()[:16] for part in parts)


def _essence(part: Text | Image) -> list[str]:
    return ["image", part.digest, part.alt] if isinstance(part, Image) else ["text", part.text]

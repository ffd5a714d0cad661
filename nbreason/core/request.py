"""One request, complete and provider-neutral: what will leave the machine, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Image, Text
from nbreason.core.turns import Message


@dataclass(frozen=True)
class Request:
    """What is asked of a model.

    model:      the model's name on the wire
    messages:   instructions, earlier turns and the question, in order
    effort:     reasoning effort, or None to leave it to the provider
    max_tokens: limit of the answer in tokens, or None; `cap` is the name it has on the wire
    params:     further parameters, sent as they are
    stream:     whether to ask for a stream
    """

    model: str
    messages: tuple[Message, ...]
    effort: str | None = None
    max_tokens: int | None = None
    cap: str = "max_completion_tokens"
    system_role: str = "system"
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what decides the answer; the way it travels (streamed or not) does not count."""
        said = [[message.role, [_essence(part) for part in message.parts]] for message in self.messages]
        essence = [self.model, said, self.effort, self.max_tokens, dict(self.params)]
        return hashlib.sha256(json.dumps(essence, sort_keys=True, default=str).encode()).hexdigest()

    @cached_property
    def estimate(self) -> int:
        """Input tokens, estimated; four for the frame of each message."""
        return sum(4 + sum(tokens_of(part) for part in message.parts) for message in self.messages)


def _essence(part: Text | Image) -> list[str]:
    return ["image", part.digest, part.alt] if isinstance(part, Image) else ["text", part.text]

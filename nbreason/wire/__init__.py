"""Core values <-> JSON and bytes.  No I/O.

A wire is a way to write a request and a reader for its reply.  This table holds them all; a provider names one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from nbreason.core.request import Request
from nbreason.wire import chat, responses
from nbreason.wire.reply import Costs, WireReader

WireName = Literal["chat", "responses"]


class Encode(Protocol):
    """Writes a request; model_in_body is False where the model's name is part of the path."""

    def __call__(self, request: Request, *, model_in_body: bool = True) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Wire:
    """path: of the endpoint; params: what may be passed on; least_tokens: the smallest limit of an answer."""

    path: str
    encode: Encode
    reader: Callable[[Costs], WireReader]
    params: frozenset[str]
    least_tokens: int = 1


WIRES: Mapping[WireName, Wire] = {
    "chat": Wire(chat.PATH, chat.encode, chat.ChatReader, chat.PARAMS),
    "responses": Wire(
        responses.PATH, responses.encode, responses.ResponsesReader, responses.PARAMS, responses.LEAST_TOKENS
    ),
}

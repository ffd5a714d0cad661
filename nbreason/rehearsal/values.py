"""The values that pass between the modules of the rehearsal server. No I/O, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One HTTP request, headers with lower-case names. It is dropped once answered: it holds the key."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Piece:
    """Bytes of a streamed reply and the silence before them, in seconds."""

    data: bytes
    wait: float = 0.0


@dataclass(frozen=True)
class Reply:
    """One HTTP reply: either a whole ``body`` or, when ``pieces`` is set, a chunked stream.

    ``silence`` is the time in seconds before the first byte; ``cut`` drops the connection half-way.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    pieces: tuple[Piece, ...] | None = None
    silence: float = 0.0
    cut: bool = False


@dataclass(frozen=True)
class Picture:
    """An image as it arrived: pixels and bytes when it came as data, only ``url`` when it is a link."""

    url: str = ""
    media_type: str = ""
    declared_type: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    detail: str = "auto"


@dataclass(frozen=True)
class Part:
    """One part of a message: ``text``, a ``picture``, or the name of something ``other``."""

    text: str = ""
    picture: Picture | None = None
    other: str = ""


@dataclass(frozen=True)
class Message:
    """One message: its role and its parts."""

    role: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All text parts, joined as one reads them."""
        return "\n\n".join(part.text for part in self.parts if part.text)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(part.picture for part in self.parts if part.picture is not None)


@dataclass(frozen=True)
class Asked:
    """What one POST asks for, the same for all wires.

    ``wire`` is ``segmind``, ``chat`` or ``responses``; ``cap`` the most tokens the answer (reasoning
    included) may have, None when the request names none; ``fields`` the whole body.
    """

    wire: str
    path: str
    model: str
    messages: tuple[Message, ...]
    effort: str | None = None
    cap: int | None = None
    stream: bool = False
    include_usage: bool = False
    summary: str | None = None
    fields: JSON = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Outcome:
    """The answer before it is written for a wire. Tokens are estimates; ``cost`` and ``remaining`` are in credits."""

    text: str
    finish: str
    prompt_tokens: int
    reasoning_tokens: int
    completion_tokens: int
    cost: float
    remaining: float = 0.0
    refusal: str | None = None
    thinking: str = ""


class Refusal(Exception):
    """A request that the real provider would refuse; becomes the provider's error envelope.

    ``param`` and ``code`` are those of OpenAI's error object.
    """

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code

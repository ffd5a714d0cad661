"""Messages, turns and the context they make.

A conversation is a sequence of turns in the order in which their cells first asked.  A turn that is asked
again keeps its place; the turns before it are its context, the turns after it are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Image, Part, Text

Role = Literal["system", "user", "assistant"]
State = Literal["pending", "done", "partial", "failed"]
"""A turn is written as `pending` before it is sent.  `partial`: some text came, then it ended early."""
ChangeKind = Literal["ask", "import", "forget", "reset", "pin", "unpin"]
"""What can be undone in a conversation."""


@dataclass(frozen=True)
class Message:
    """What one side said."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All text of the message, its images left out."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def images(self) -> list[Image]:
        """The images of the message, in order."""
        return [part for part in self.parts if isinstance(part, Image)]


@dataclass(frozen=True)
class Turn:
    """A question and its answer; a pinned turn is never left out of the context."""

    question: tuple[Part, ...]
    answer: str = ""
    pinned: bool = False

    @cached_property
    def messages(self) -> tuple[Message, Message]:
        """The turn as the model gets it: the question, and the answer."""
        return Message("user", self.question), Message("assistant", (Text(self.answer),))


def context(turns: Sequence[Turn], budget: int | None, coming: Sequence[Part] = ()) -> tuple[list[Message], int]:
    """The messages of the turns that fit, and how many of the oldest turns were left out; pinned turns stay.

    budget: tokens (estimated) that the earlier turns may take; None means no limit is known.
    coming: the parts of the question that follows.  A picture that occurs again later is sent once, where it is last.
    """
    room = None if budget is None else budget - sum(tokens(turn) for turn in turns if turn.pinned)
    _, later = _each_once(coming, {})
    kept: list[Turn] = []
    full = False
    for turn in reversed(turns):
        parts, later_with_it = _each_once(turn.question, later)
        lean = turn if parts == turn.question else replace(turn, question=parts)
        if not turn.pinned:
            room = None if room is None or full else room - tokens(lean)
            full = full or (room is not None and room < 0)
        if turn.pinned or not full:
            kept.insert(0, lean)
            later = later_with_it  # of a turn that is left out nothing comes again
    return [message for turn in kept for message in turn.messages], len(turns) - len(kept)


def _each_once(parts: Sequence[Part], later: Mapping[str, str]) -> tuple[tuple[Part, ...], dict[str, str]]:
    """The parts with a line of words for each picture that comes again, and the pictures known from then on.

    later: digests of the pictures that come after these parts, and their names
    """
    known = dict(later)
    kept: list[Part] = []
    for part in reversed(parts):
        if isinstance(part, Image):
            if part.digest in known:
                kept.append(Text(_comes_again(part.name, known[part.digest])))
                continue
            known[part.digest] = part.name
        kept.append(part)
    return tuple(reversed(kept)), known


def _comes_again(name: str, later: str) -> str:
    what = f"The picture {name}" if name else "This picture"
    renamed = f", as {later}" if later and later != name else ""
    return f"[{what} comes again below{renamed}.]"


def tokens(turn: Turn) -> int:
    """Estimated tokens of a turn."""
    return sum(tokens_of(part) for message in turn.messages for part in message.parts)


def thin_images(messages: Sequence[Message], room: int | None) -> tuple[list[Message], int]:
    """Replace all but the `room` newest images by a line of description.

    Returns the messages and how many images became words.  `room` None means no limit is known.
    """
    total = sum(len(message.images) for message in messages)
    if room is None or total <= room:
        return list(messages), 0
    surplus, seen = total - room, 0
    thinned = []
    for message in messages:
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, Image):
                seen += 1
                if seen <= surplus:
                    part = Text(part.in_words())
            parts.append(part)
        thinned.append(Message(message.role, tuple(parts)))
    return thinned, surplus

"""Exceptions: type, message, notes, causes, and the lines they came through."""

from __future__ import annotations

import traceback

from nbreason.capture.delimit import data_block
from nbreason.capture.errors import MESSAGE, place_of
from nbreason.capture.limits import Limits
from nbreason.capture.safe import message_of, one_line, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "code",
        "exceptions",
        "type, message, notes, causes; of the last 6 frames the file's name without its folder, line, function and"
        " the line of source",
    ),
)

_FRAMES = 6
_CAUSES = 4


def matches(value: object) -> bool:
    """Instances of exceptions."""
    return isinstance(value, BaseException)


def describe(value: BaseException, name: str, limits: Limits) -> list[Part]:
    """One block of text, the exception first and its causes after it."""
    lines: list[str] = []
    current: BaseException | None = value
    seen: set[int] = set()
    while current is not None and id(current) not in seen and len(seen) < _CAUSES:
        seen.add(id(current))
        lines += _one(current)
        cause = current.__cause__
        context = None if current.__suppress_context__ else current.__context__
        if cause or context:
            lines.append("Caused by:" if cause else "While handling:")
        current = cause or context
    body = "\n".join(lines)
    block = data_block(body, name=name, kind="exception", type=type_name(value), characters=limits.characters)
    return [Text(block, name)]


def _one(error: BaseException) -> list[str]:
    lines = [f"{type_name(error)}: {message_of(error, MESSAGE)}"]
    notes = getattr(error, "__notes__", ())
    lines += [one_line(note, 300) for note in notes[:5] if isinstance(note, str)]
    if isinstance(error, SyntaxError) and error.text:
        lines.append(f"  line {error.lineno}: {one_line(error.text, 200)}")
    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[-_FRAMES:]:
        where = f"  {place_of(frame.filename)}, line {frame.lineno}, in {frame.name}"
        lines.append(f"{where}: {one_line(frame.line or '', 200)}")
    return lines

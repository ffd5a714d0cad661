"""What goes along with a question, in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from nbreason.core.characters import one_line
from nbreason.core.parts import Image, Part, Text
from nbreason.core.phrases import counted

_NAMED = 4  # objects that are named; of more only the number is told
_NAME = 30  # characters of a name, which can be an expression


def in_words(parts: Sequence[Part], turns: int) -> tuple[str, ...]:
    """``("1 figure", "df (9 of 240 rows)", "3 turns")``; empty if the text goes alone.

    parts: those of the question; turns: earlier ones that go with it
    """
    pictures = [part for part in parts if isinstance(part, Image)]
    figures = sum(bool(part.name) for part in pictures)
    texts = [part for part in parts if isinstance(part, Text) and part.source]
    named = [_named(part) for part in texts if part.kind != "cell"]
    counts = (
        (figures, "figure"),
        (len(pictures) - figures, "image"),
        (len(texts) - len(named), "cell"),
        (turns, "turn"),
    )
    *things, history = (counted(count, noun) if count else "" for count, noun in counts)
    more = f"{len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    return tuple(words for words in (*things, *named[:_NAMED], more, history) if words)


def _named(part: Text) -> str:
    """``df (9 of 240 rows)``."""
    name = one_line(part.source, _NAME)
    if part.rows is None:
        return name
    shown, height = part.rows
    if not shown:
        return f"{name} (no rows)"
    rows = counted(height or shown, "row")
    return f"{name} ({rows})" if height in (shown, None) else f"{name} ({shown:,} of {rows})"

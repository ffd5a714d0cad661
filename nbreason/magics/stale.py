"""A line about the stale turns of a conversation: how many they are, and what asking them again would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.core.phrases import counted

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook

MOST_NAMED = 12


def stale_line(notebook: Notebook) -> str:
    """``2 turns are stale (3, 5): their context has changed. Asking them again: …``; empty if none is."""
    stale = notebook.session.store.stale(notebook.conversation())
    if stale is None:
        return ""
    count = len(stale.numbers)
    be, their, them = ("is", "its", "it") if count == 1 else ("are", "their", "them")
    named = ", ".join(map(str, stale.numbers[:MOST_NAMED])) + (", …" if count > MOST_NAMED else "")
    of_some = f" for {stale.reported} of them" if stale.reported < count else ""
    last_time = f"; last time {stale.before}{of_some}" if stale.reported else ""
    return (
        f"{counted(count, 'turn')} {be} stale ({named}): {their} context has changed."
        f" Asking {them} again: about {rounded(stale.tokens):,} tokens in{last_time}."
    )


def rounded(tokens: int) -> int:
    """An estimate with two significant digits."""
    return round(tokens, 2 - len(str(tokens)))

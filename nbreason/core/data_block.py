"""Attached data is marked as data.

What is inside a dataframe, a text or a title may have been written by anybody, also to be taken for instructions
by the model.  So each object stands between an opening and a closing mark, and nothing inside can forge the
closing one.
"""

from __future__ import annotations

import re

from nbreason.core.characters import clean, cut_middle, one_line

# Anything a lenient reader could take for our closing mark: any case, in full width, with spaces or characters that
# have no width.  Such characters stay elsewhere: they join letters of Persian and pictures of people.
_GAP = (
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]*"
)
_CLOSING_MARK = re.compile(f"[<＜]{_GAP}[/／](?={_GAP}d{_GAP}a{_GAP}t{_GAP}a)", re.IGNORECASE)
_LONGEST_ATTRIBUTE = 200


def data_block(
    body: str, *, kind: str, name: str = "", type: str = "", shape: str = "", characters: int = 12_000
) -> str:
    """One delimited block.

    body:       any text; cleaned of control characters, cut in the middle where it is too long
    kind:       ``table``, ``array``, ``text`` …
    name, type, shape: what the user calls it, its class, its size; left out when empty
    characters: length of the whole block at most (never below what the marks themselves need)
    """
    attributes = {"name": name, "kind": kind, "type": type, "shape": shape}
    given = " ".join(f'{key}="{_attribute(value)}"' for key, value in attributes.items() if value)
    opening, closing = f"<data {given}>\n", "\n</data>"
    room = max(characters - len(opening) - len(closing), 0)
    return opening + cut_middle(_neutralise(clean(body)), room) + closing


def _neutralise(body: str) -> str:
    """The body with every closing mark of ours made harmless: ``</data`` becomes ``<\\/data``."""
    return _CLOSING_MARK.sub(r"<\\/", body)


def _attribute(value: str) -> str:
    """A value fit to stand between double quotes, on one line."""
    line = _neutralise(one_line(value, _LONGEST_ATTRIBUTE))
    return line.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")

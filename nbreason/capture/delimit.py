"""Attached data is marked as data.

What is inside a dataframe or a text may be written by anybody, also by somebody who wants the model to
take it for instructions.  So each object stands between one opening and one closing mark, and nothing
inside can forge the closing one.
"""

from __future__ import annotations

import re

from nbreason.capture.safe import clean, clip, one_line

# Anything a lenient reader could take for our closing mark: any case, with spaces.
_CLOSING = re.compile(r"<\s*/(?=\s*data)", re.IGNORECASE)
_LONGEST_NAME = 200


def data_block(body: str, *, name: str, kind: str, type: str = "", shape: str = "", characters: int = 12_000) -> str:
    """One delimited block.

    body:       any text; cleaned of control characters, cut in the middle where it is too long
    name, kind: what the person calls it, and what sort of thing it is (``table``, ``array``, ``text`` …)
    type, shape: left out when empty
    characters: length of the whole block at most (never below what the marks themselves need)
    """
    attributes = {"name": name, "kind": kind, "type": type, "shape": shape}
    given = " ".join(f'{key}="{attribute(value)}"' for key, value in attributes.items() if value)
    opening, closing = f"<data {given}>\n", "\n</data>"
    room = max(characters - len(opening) - len(closing), 0)
    return opening + clip(neutralise(clean(body)), room) + closing


def neutralise(body: str) -> str:
    """The body with every closing mark of ours made harmless: ``</data`` becomes ``<\\/data``."""
    return _CLOSING.sub(r"<\\/", body)


def attribute(value: str) -> str:
    """A value fit to stand between double quotes, on one line."""
    line = one_line(value, _LONGEST_NAME)
    return line.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")

"""What is told about a kind of object in ``docs/what-is-sent.md``: each module of this package says it of its own."""

from __future__ import annotations

from typing import Literal

Group = Literal["pictures", "tables", "arrays", "objects", "code", "values"]


class Sent:
    """One row of the page.  No dataclass, which takes half a millisecond to make while the extension is loaded.

    group:   the table that it stands in
    objects: the kind of object, as its users call it
    what:    what of it leaves the machine
    """

    __slots__ = ("group", "objects", "what")

    def __init__(self, group: Group, objects: str, what: str) -> None:
        self.group = group
        self.objects = objects
        self.what = what

"""A row of the tables in ``docs/what-is-sent.md``: each module that describes something has its own in ``SENT``."""

from __future__ import annotations

from typing import Literal

Group = Literal["pictures", "tables", "arrays", "objects", "code", "values"]


class Sent:
    """One row.  Not a dataclass: making one takes half a millisecond while the extension is loaded.

    group:   the table it belongs to
    objects: the kind of object, as its users call it
    what:    what of it leaves the machine
    """

    __slots__ = ("group", "objects", "what")

    def __init__(self, group: Group, objects: str, what: str) -> None:
        self.group = group
        self.objects = objects
        self.what = what

"""What is told about a kind of object in ``docs/what-is-sent.md``: each module of this package says it of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["pictures", "tables", "arrays", "objects", "code", "values"]


@dataclass(frozen=True)
class Sent:
    """One row of the page.

    group:   the table that it stands in
    objects: the kind of object, as its users call it
    what:    what of it leaves the machine
    """

    group: Group
    objects: str
    what: str

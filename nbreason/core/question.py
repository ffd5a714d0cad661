"""A question as the notebook asks it, before anything is known of providers and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nbreason.core.models import Options
from nbreason.core.parts import Part, Text
from nbreason.core.shape import Shape


@dataclass(frozen=True)
class Place:
    """Where a question stands.

    notebook: path of the notebook, or a name that lives with the kernel when the front end tells none
    owner:    the cell and the number of the ask within it, ``"4f2a…/0"``; None when no cell is known: such
              turns follow each other in the order of asking
    thread:   which conversation of this notebook
    lasting:  whether the notebook is known, so that its conversation outlives the kernel
    """

    notebook: str
    owner: str | None = None
    thread: str = ""
    lasting: bool = True


@dataclass(frozen=True)
class Question:
    """What the person asks.

    parts:   the words and what is attached, in the order in which they are sent
    model:   as typed (``"segmind:o3"``, an alias, ``"o3"``), or None for the default
    system:  instructions for this ask
    alone:   send no earlier turns, and do not become context of later ones
    fresh:   ask again although this very question has a kept answer
    timeout: seconds until the answer is given up, or None for the setting
    shape:   the form in which the answer is wanted, or None for Markdown
    """

    parts: tuple[Part, ...]
    place: Place
    model: str | None = None
    options: Options = field(default_factory=Options)
    system: str = ""
    alone: bool = False
    fresh: bool = False
    timeout: float | None = None
    shape: Shape | None = None


def headline(parts: Sequence[Part]) -> str:
    """The first line of the person's own words, or else of what is attached: a question in a table."""
    own = [part for part in parts if isinstance(part, Text) and not part.source]
    return next((part.describe() for part in (*own, *parts)), "")

"""A question as the notebook asks it, before anything is known of providers and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nbreason.core.characters import sendable
from nbreason.core.models import Options
from nbreason.core.options import AskOptions
from nbreason.core.order import CellsInOrder
from nbreason.core.parts import Part, Text
from nbreason.core.shape import Shape
from nbreason.errors import UsageError


@dataclass(frozen=True)
class Place:
    """Where in a notebook a question is asked.

    notebook: path of the notebook, or a name for this kernel if the front end does not send the path
    owner:    the cell and the number of the ask within it, ``"4f2a…/0"``; None if the cell is not known: such
              turns follow each other in the order of asking
    thread:   which conversation of this notebook
    lasting:  whether the notebook is known, so that its conversation outlives the kernel
    cells:    the cells of the notebook in order; None if that is not known
    """

    notebook: str
    owner: str | None = None
    thread: str = ""
    lasting: bool = True
    cells: CellsInOrder | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Question:
    """What the user asks.

    parts:   the text and what is attached, in the order in which they are sent
    model:   as typed (``"segmind:o3"``, an alias, ``"o3"``), or None for the default
    system:  instructions for this ask
    alone:   send no earlier turns, and do not become context of later ones
    fresh:   ask again even if this question has a saved answer
    timeout: seconds until the ask is given up, or None for the setting
    poll:    ask for the answer now and then instead of holding a connection open
    shape:   the format of the answer, or None for Markdown
    """

    parts: tuple[Part, ...]
    place: Place
    model: str | None = None
    options: Options = field(default_factory=Options)
    system: str = ""
    alone: bool = False
    fresh: bool = False
    timeout: float | None = None
    poll: bool = False
    shape: Shape | None = None


def compose(options: AskOptions, parts: Sequence[Part], shape: Shape | None, place: Place) -> Question:
    """A question from its options and its parts, of which the last is the text.  Raises UsageError without text."""
    *attached, text = parts
    if not isinstance(text, Text) or not text.text.strip():
        raise UsageError("There is no question: write it below the %%reason line, or after %reason. Nothing was sent.")
    return Question(
        parts=(*attached, Text(text.text.strip())),
        place=place,
        model=options.model or None,
        options=Options(
            effort=options.effort or None,
            max_tokens=options.max_tokens,
            params=options.params,
            detail=options.detail or None,
        ),
        system=sendable(options.system),
        alone=options.alone,
        fresh=options.fresh,
        timeout=options.timeout,
        poll=options.poll,
        shape=shape,
    )


def headline(parts: Sequence[Part]) -> str:
    """The first line of the user's own text, or else of what is attached; stands for the question in tables."""
    own = [part for part in parts if isinstance(part, Text) and not part.source]
    return next((part.describe() for part in (*own, *parts)), "")

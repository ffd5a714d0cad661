"""How an answer shows itself as the value of a cell, in IPython and in front ends without it, such as marimo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbreason.core.events import Answer


def answer_as_mime(answer: Answer, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
    """The MIME bundle of an answer and its metadata; what renders it is imported when the first is shown."""
    from nbreason.render.bundle import answer_bundle

    bundle = answer_bundle(answer)
    return bundle.data, bundle.metadata

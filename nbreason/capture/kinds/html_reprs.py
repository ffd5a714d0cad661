"""Objects that show themselves in the notebook as HTML, Markdown or formulas: the words that are shown there."""

from __future__ import annotations

from typing import Any

from nbreason.capture.blocks import text_block
from nbreason.capture.html_displays import words_of
from nbreason.capture.limits import Limits
from nbreason.capture.mime_bundles import HTML, figure_type, parts_of
from nbreason.capture.object_types import defines
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "objects",
        "what shows itself as HTML, Markdown or LaTeX: `GT`, `pm.Model`",
        "the words that the notebook shows, tables line by line, and pictures",
    ),
)

ORDER = 70  # after what draws itself

_METHODS = ("_repr_html_", "_repr_markdown_", "_repr_latex_")


def matches(value: object) -> bool:
    """Classes with a method for it; a formula only where the repr says nothing, which is easier to read."""
    return shows_itself(value) or (defines(value, "_repr_latex_") and type(value).__repr__ is object.__repr__)


def shows_itself(value: object) -> bool:
    """Whether the class of a value has words for the notebook."""
    return defines(value, "_repr_html_") or defines(value, "_repr_markdown_")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """Pictures and one block of text; nothing if nothing is shown, so that the next kind is asked."""
    for method in _METHODS:
        shown = getattr(value, method)() if defines(value, method) else None
        shown = shown[0] if isinstance(shown, tuple) else shown  # beside metadata
        if not isinstance(shown, str) or not shown.strip():
            continue
        parts: list[Part] = []
        if method == "_repr_html_":
            parts += parts_of({HTML: shown}, HTML, name, limits=limits) if figure_type({HTML: shown}) else []
            shown = words_of(shown)
        return [*parts, *(text_block(value, name, "object", shown, limits) if shown else [])]
    return []

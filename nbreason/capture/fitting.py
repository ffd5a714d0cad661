"""Keep a description within its limit of tokens, in whatever script it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nbreason.capture.limits import Limits
from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Part, Text


def within(limits: Limits, make: Callable[[Limits], list[Part]]) -> list[Part]:
    """What `make` gives, asked again for fewer characters where that were too many tokens."""
    parts = make(limits)
    for fewer in (_in_proportion, _in_any_script):
        if _tokens(parts) <= limits.tokens:
            break
        parts = make(replace(limits, characters=fewer(limits, _tokens(parts))))
    return parts


def _tokens(parts: list[Part]) -> int:
    """Estimated tokens of the longest text."""
    return max((tokens_of(part) for part in parts if isinstance(part, Text)), default=0)


def _in_proportion(limits: Limits, tokens: int) -> int:
    """As many characters as fit if each weighs what these did; a little less, for the note that some are missing."""
    return limits.characters * limits.tokens // tokens - 40


def _in_any_script(limits: Limits, tokens: int) -> int:
    """Characters that are within the limit in any script."""
    return limits.tokens

"""How much of one object may be sent, and how a description is kept within it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nbreason.core.characters import cut_middle
from nbreason.core.estimate import tokens_of
from nbreason.core.parts import Image, Part, Text


@dataclass(frozen=True)
class Limits:
    """Limits for the description of one object.

    rows:         rows of a long table that are shown, from its head, middle and tail
    columns:      columns of a table that are shown
    characters:   length of one description, its delimiters included
    tokens:       the same in tokens, estimated; scripts other than Latin take more of them for each character
    image_pixels: width times height of a picture rendered from an object
    sample:       rows sampled for what would be slow to know exactly (distinct values, medians)
    columns_only: of a table no rows, and no values but the ranges of numbers and dates
    """

    rows: int = 9
    columns: int = 40
    characters: int = 12_000
    tokens: int = 3_000
    image_pixels: int = 2_400_000
    sample: int = 200_000
    columns_only: bool = False

    @property
    def whole_rows(self) -> int:
        """Rows up to which a table is sent whole: 30 where 9 of a longer one are shown."""
        return self.rows * 10 // 3

    @classmethod
    def of(cls, rows: int, columns: int, tokens: int) -> Limits:
        """Limits from the settings: a description in English has four characters for each token."""
        return cls(rows=rows, columns=columns, characters=4 * tokens, tokens=tokens)


DEFAULT = Limits()


def fit_tokens(limits: Limits, make: Callable[[Limits], list[Part]]) -> list[Part]:
    """What `make` returns, called again with fewer characters if those were too many tokens."""
    parts = make(limits)
    if (tokens := _largest(parts)) > limits.tokens:
        # In proportion, and a little less, for the note that says what is missing.
        parts = make(replace(limits, characters=limits.characters * limits.tokens // tokens - 40))
        if _largest(parts) > limits.tokens:
            parts = make(replace(limits, characters=limits.tokens))  # is within the limit in any script
    return parts


def _largest(parts: list[Part]) -> int:
    """Estimated tokens of the longest text."""
    return max((tokens_of(part) for part in parts if isinstance(part, Text)), default=0)


def shortened(part: Part, limits: Limits) -> Part:
    """The part within the limit of characters, also from a kind that ignores it: the words of a picture too."""
    if isinstance(part, Text) and len(part.text) > limits.characters + 400:
        return Text(cut_middle(part.text, limits.characters), part.source)
    if isinstance(part, Image) and len(part.alt) > limits.characters:
        return replace(part, alt=cut_middle(part.alt, limits.characters))
    return part

"""How much of one object may leave the notebook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds for the description of one object.

    rows:         rows shown of a table, shared out over head, middle and tail
    columns:      columns shown of a table
    characters:   length of one description, its delimiters included
    tokens:       the same in tokens, estimated; scripts other than Latin take more of them for each character
    image_pixels: width times height of a picture rendered from an object
    sample:       rows looked at for what would be slow to know exactly (distinct values, medians)
    """

    rows: int = 9
    columns: int = 40
    characters: int = 12_000
    tokens: int = 3_000
    image_pixels: int = 2_400_000
    sample: int = 200_000

    @classmethod
    def of(cls, rows: int, columns: int, tokens: int) -> Limits:
        """Limits as a person sets them: a description in English has four characters for each token."""
        return cls(rows=rows, columns=columns, characters=4 * tokens, tokens=tokens)


USUAL = Limits()

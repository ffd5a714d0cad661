"""How much of one object may leave the notebook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds for the description of one object.

    rows:         rows shown of a table, shared out over head, middle and tail
    columns:      columns shown of a table
    characters:   length of one description, its delimiters included
    image_pixels: width times height of a picture rendered from an object
    sample:       rows looked at for what would be slow to know exactly (distinct values, medians)
    """

    rows: int = 9
    columns: int = 40
    characters: int = 12_000
    image_pixels: int = 2_400_000
    sample: int = 200_000

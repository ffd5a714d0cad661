"""The text that describes one object, as a part."""

from __future__ import annotations

from nbreason.capture.limits import Limits
from nbreason.capture.object_types import type_name
from nbreason.core.data_block import data_block
from nbreason.core.parts import Part, Text


def text_block(
    value: object,
    name: str,
    kind: str,
    body: str,
    limits: Limits,
    *,
    shape: str = "",
    type: str = "",
    rows: tuple[int, int | None] | None = None,
) -> list[Part]:
    """One `Text` with `body` between data marks.

    type: the name of the object's class, where not given; rows: as in `Text`
    """
    type = type or type_name(value)
    block = data_block(body, name=name, kind=kind, type=type, shape=shape, characters=limits.characters)
    return [Text(block, name, rows)]

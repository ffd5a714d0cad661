"""Group-bys of pandas: by what, how many groups of what size, and the grouped frame."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.kinds.pandas_tables import column_name
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a, type_name
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "tables",
        "group-bys of pandas",
        "by what, the names of the columns, the number of groups, the keys and sizes of the 20 largest",
    ),
)

_SHOWN = 20


def matches(value: object) -> bool:
    """Group-bys of a frame or a series."""
    return is_a(value, "pandas", "DataFrameGroupBy", "SeriesGroupBy")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    keys = value.keys if isinstance(value.keys, list) else [value.keys]
    by = ", ".join(column_name(key) if isinstance(key, (str, tuple)) else type_name(key) for key in keys)
    sizes = value.size().sort_values(ascending=False, kind="stable")
    shape = " x ".join(str(side) for side in value.obj.shape)
    lines = [f"Grouped by {by}: {counted(len(sizes), 'group')} of <{type_name(value.obj)} {shape}>."]
    if columns := value_or_none(lambda: [column_name(label) for label in value.obj.columns]):
        lines.append(f"Columns: {tables.names(columns)}")
    elif value.obj.name is not None:
        lines.append(f"Column: {column_name(value.obj.name)}")
    lines.append("Rows in each group, the largest first:")
    lines += [f"- {short_repr(key, 60)}: {count:,}" for key, count in sizes.head(_SHOWN).items()]
    if len(sizes) > _SHOWN:
        lines.append(f"… {counted(len(sizes) - _SHOWN, 'more group')}")
    return text_block(value, name, "groups", "\n".join(lines), limits)

"""Frames taken apart by `groupby`: by what, into how many groups of what size, and the frame itself."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
from nbreason.capture.delimit import data_block
from nbreason.capture.kinds.pandas_tables import column_name
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import brief, known, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text
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
    """pandas' groups of a frame or a series."""
    return is_a(value, "pandas", "DataFrameGroupBy", "SeriesGroupBy")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    keys = value.keys if isinstance(value.keys, list) else [value.keys]
    by = ", ".join(column_name(key) if isinstance(key, (str, tuple)) else type_name(key) for key in keys)
    sizes = value.size().sort_values(ascending=False, kind="stable")
    lines = [f"Grouped by {by}: {counted(len(sizes), 'group')} of {brief(value.obj)}."]
    columns = known(lambda: [column_name(label) for label in value.obj.columns])
    if columns:
        lines.append(f"Columns: {tables.names(columns)}")
    lines.append("Rows in each group, the largest first:")
    lines += [f"- {brief(key, 60)}: {count:,}" for key, count in sizes.head(_SHOWN).items()]
    if len(sizes) > _SHOWN:
        lines.append(f"… {counted(len(sizes) - _SHOWN, 'more group')}")
    characters = limits.characters
    block = data_block("\n".join(lines), name=name, kind="groups", type=type_name(value), characters=characters)
    return [Text(block, name)]

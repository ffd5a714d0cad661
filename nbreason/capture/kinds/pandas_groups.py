"""Group-bys of pandas: by what, how many groups of what size, and the grouped frame."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.kinds import pandas_tables
from nbreason.capture.kinds.pandas_tables import column_name
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a, type_name
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "tables",
        "group-bys of pandas",
        "by what, the names of the columns, the number of groups, the keys and sizes of the 20 largest and, of up to a "
        "million rows, the means of 8 columns of numbers in each (of a single column also deviation, median and range)",
    ),
)

_SHOWN = 20
_COLUMNS = 8  # of which means are shown
_MEASURED = 1_000_000  # rows up to which something is computed besides the sizes


def matches(value: object) -> bool:
    """Group-bys of a frame or a series."""
    return is_a(value, "pandas", "DataFrameGroupBy", "SeriesGroupBy")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    keys = value.keys if isinstance(value.keys, list) else [value.keys]
    by = one_line(", ".join(column_name(key) if isinstance(key, (str, tuple)) else type_name(key) for key in keys), 300)
    sizes = value.size()
    if is_a(sizes, "pandas", "DataFrame"):  # as_index=False
        sizes = sizes.set_index(list(sizes.columns[:-1]))["size"]
    sizes = sizes.sort_values(ascending=False, kind="stable")
    shape = " x ".join(str(side) for side in value.obj.shape)
    lines = [f"Grouped by {by}: {counted(len(sizes), 'group')} of <{type_name(value.obj)} {shape}>."]
    if columns := value_or_none(lambda: [column_name(label) for label in value.obj.columns]):
        lines.append(f"Columns: {tables.names(columns)}")
    elif value.obj.name is not None:
        lines.append(f"Column: {column_name(value.obj.name)}")
    shown = sizes.head(_SHOWN)
    measures = value_or_none(lambda: _measures(value, shown.index)) if len(value.obj) <= _MEASURED else None
    lines.append(
        "Rows in each group, the largest first:" if measures is None else "Groups, the largest first, in rows:"
    )
    if measures is None:
        lines += [f"- {short_repr(key, 60)}: {count}" for key, count in shown.items()]
    else:
        measures.insert(0, "rows", shown.to_numpy())
        lines += pandas_tables.rows_of(measures).csv(measures.shape[1], 30, whole=False)
    if len(sizes) > _SHOWN:
        lines.append(f"… {counted(len(sizes) - _SHOWN, 'more group')}")
    return text_block(value, name, "groups", "\n".join(lines), limits)


def _measures(groups: Any, keys: Any) -> Any:
    """A frame with a row for each key: of one column of numbers what describes it, of several their means."""
    if is_a(groups, "pandas", "SeriesGroupBy"):
        return groups.agg(["mean", "std", "min", "median", "max"]).loc[keys]
    means = groups.mean(numeric_only=True)
    if not means.shape[1]:
        raise LookupError("no column of numbers")
    return means.iloc[:, :_COLUMNS].loc[keys].rename(columns=lambda label: f"mean {column_name(label)}")

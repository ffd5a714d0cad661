"""pyarrow: Table and RecordBatch, by schema and a few rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from nbreason.capture import tables
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "tables",
        "tables and record batches of pyarrow",
        "shape; name, type and missing values of the columns; as many rows as of pandas",
    ),
)


def matches(value: object) -> bool:
    """Tables and the batches they are made of."""
    return is_a(value, "pyarrow", "Table", "RecordBatch")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text; nothing but the shown rows becomes Python objects."""
    height, names = value.num_rows, list(value.schema.names)

    def rows(columns: Collection[int], positions: Sequence[int]) -> tables.Rows:
        values = [[value.column(at)[position].as_py() for position in positions] for at in columns]
        return tables.Rows([], [[]] * len(positions), [names[at] for at in columns], values)

    types = [tables.Column(field.name, str(field.type)) for field in value.schema]
    kept = tables.pick_columns(len(names), limits.columns)
    table = tables.whole_table(types, lambda: rows(range(len(names)), range(height)), height, limits)
    if table is None:
        columns = [replace(types[at], facts=[f"missing {value.column(at).null_count:,}"]) for at in kept]
        shown = rows(kept, tables.shown_positions(height, limits.rows))
        table = tables.Table(columns, tables.left_out(names, kept), height, shown)
    return tables.table_block(value, name, "table", table, limits, f"{height} x {len(names)}")

"""pyarrow: Table and RecordBatch, by schema and a few rows."""

from __future__ import annotations

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
        "shape; name, type and missing values of the columns; a few rows; as many as of pandas",
    ),
)


def matches(value: object) -> bool:
    """Tables and the batches they are made of."""
    return is_a(value, "pyarrow", "Table", "RecordBatch")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text; nothing but the shown rows becomes Python objects."""
    height, names = value.num_rows, list(value.schema.names)
    kept = tables.pick_columns(len(names), limits.columns)
    columns = [
        tables.Column(names[at], str(value.schema.field(at).type), [f"missing {value.column(at).null_count:,}"])
        for at in kept
    ]
    positions = tables.shown_positions(height, limits.rows)
    values = [[value.column(at)[position].as_py() for position in positions] for at in kept]
    labels = [[position] for position in positions]
    rows = tables.Rows([""], labels, [names[at] for at in kept], values)
    table = tables.Table(columns, tables.left_out(names, kept), height, rows)
    return tables.table_block(value, name, "table", table, limits, f"{height} x {len(names)}")

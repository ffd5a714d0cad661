"""pyarrow: Table and RecordBatch, by schema and a few rows."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

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
    left_out = [label for at, label in enumerate(names) if at not in set(kept)]

    def cells(shown: int, width: int) -> list[list[str]]:
        header = ["", *[tables.cell(names[at], max(width, 14)) for at in kept[:shown]]]
        rows = [
            [str(position), *[tables.cell(column[row], width) for column in values[:shown]]]
            for row, position in enumerate(positions)
        ]
        return [header, *rows]

    text = tables.body(tables.Table(columns, left_out, height, positions, cells), limits)
    shape = f"{height} x {len(names)}"
    characters = limits.characters
    block = data_block(text, name=name, kind="table", type=type_name(value), shape=shape, characters=characters)
    return [Text(block, name)]

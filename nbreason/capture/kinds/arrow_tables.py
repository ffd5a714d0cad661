"""pyarrow: Table and RecordBatch, by schema and a few rows."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from nbreason.capture import columns, tables
from nbreason.capture.attempt import value_or_none
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "tables",
        "tables and record batches of pyarrow",
        "what is sent of a dataframe of pandas",
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

    types = [columns.Column(field.name, str(field.type)) for field in value.schema]
    kept = tables.pick_columns(len(names), limits.columns)
    table = tables.whole_table(types, lambda: rows(range(len(names)), range(height)), height, limits)
    if table is None:
        drawn, notes = value, []
        if height > limits.sample:
            drawn, notes = value.take(_positions(height, limits.sample)), [tables.sample_note(limits.sample)]
        described = [_column(types[at], value.column(at), drawn.column(at), limits) for at in kept]
        shown = rows(kept, tables.shown_positions(height, limits.rows, len(kept)))
        table = tables.Table(described, tables.left_out(names, kept), height, shown, notes)
    return tables.table_block(value, name, "table", table, limits, f"{height} x {len(names)}")


def _positions(height: int, size: int) -> list[int]:
    """The rows of a sample: drawn at random, but the same ones every time."""
    return sorted(random.Random(0).sample(range(height), size))


def _column(known: columns.Column, whole: Any, drawn: Any, limits: Limits) -> columns.Column:
    """The facts about one column; one that pyarrow cannot compute is left out."""
    compute = import_module("pyarrow.compute")

    if known.type in ("float", "double") and value_or_none(lambda: compute.any(compute.is_nan(whole)).as_py()):
        # NaN is missing to whoever reads the description.
        whole, drawn = (compute.if_else(compute.is_nan(one), None, one) for one in (whole, drawn))
    missing, height, size = str(whole.null_count or ""), len(whole), len(drawn)
    different = value_or_none(lambda: compute.count_distinct(drawn).as_py())
    if different is None:
        return replace(known, missing=missing)
    is_number = value_or_none(lambda: compute.sum(drawn.slice(0, 1))) is not None and known.type != "bool"
    pairs: list[tuple[Any, int]] = []
    if not limits.columns_only and (columns.has_few(different) or not is_number):
        counted = value_or_none(lambda: compute.value_counts(drawn.drop_null()).to_pylist()) or []
        pairs = sorted(((one["values"], one["counts"]) for one in counted), key=lambda pair: -pair[1])
    said = columns.distinct(different, size, height)
    numbers = value_or_none(lambda: _numbers(said, whole, drawn)) if is_number else None
    if numbers and not columns.is_counted(pairs, different, size, height):
        return replace(known, missing=missing, numbers=numbers)
    facts = [columns.counts(pairs[:10], different, size, height, is_number)]
    return replace(known, missing=missing, facts=[*facts, *(numbers.middle(different) if numbers else [])])


def _numbers(distinct: str, whole: Any, drawn: Any) -> columns.Numbers:
    compute = import_module("pyarrow.compute")

    ends = compute.min_max(whole).as_py()
    quartiles = compute.quantile(drawn, [0.25, 0.5, 0.75]).to_pylist()
    return columns.Numbers(
        distinct,
        compute.mean(whole).as_py(),
        compute.stddev(drawn, ddof=1).as_py(),
        (ends["min"], ends["max"]),
        [] if None in quartiles else quartiles,
        sampled="" if len(whole) == len(drawn) else "about ",
    )

"""polars: DataFrame and Series."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
from nbreason.capture.attempt import value_or_none
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number
from nbreason.core.parts import Part

SENT = (
    Sent(
        "tables",
        "dataframes and series of polars",
        "shape; name, type, missing and distinct values, range or the most frequent values of the columns; a few "
        "rows; as many as of pandas",
    ),
)


def matches(value: object) -> bool:
    """The two classes and those made from them."""
    return is_a(value, "polars", "DataFrame", "Series")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    if is_a(value, "polars", "Series"):
        return tables.table_block(value, name, "series", _table(value.to_frame(), limits), limits, str(len(value)))
    shape = f"{value.height} x {value.width}"
    return tables.table_block(value, name, "table", _table(value, limits), limits, shape)


def _table(frame: Any, limits: Limits) -> tables.Table:
    height, names = frame.height, list(frame.columns)
    kept = tables.pick_columns(len(names), limits.columns)
    shown = frame.select([names[at] for at in kept])
    drawn, notes = shown, []
    if height > limits.sample:
        drawn = shown.sample(limits.sample, seed=0)
        notes = [tables.sample_note(limits.sample)]
    columns = [_column(shown[column], drawn[column], height) for column in shown.columns]
    positions = tables.shown_positions(height, limits.rows)
    values = [column.to_list() for column in shown[positions].get_columns()]
    rows = tables.Rows([""], [[position] for position in positions], list(shown.columns), values)
    return tables.Table(columns, tables.left_out(names, kept), height, rows, notes)


def _column(whole: Any, drawn: Any, height: int) -> tables.Column:
    facts = [f"missing {_missing(whole):,}"]
    if str(whole.dtype) != "Object":  # comparing Python objects inside polars panics where one of them raises
        # Unlike pandas, polars counts null as a value.
        count = value_or_none(lambda: int(drawn.drop_nulls().n_unique()))
        if count is not None:
            facts.append(tables.distinct(count, len(drawn), height))
        facts += value_or_none(lambda: _values(whole, drawn, height)) or []
    return tables.Column(whole.name, str(whole.dtype), facts)


def _values(whole: Any, drawn: Any, height: int) -> list[str]:
    """Range of numbers, first and last of times, the most frequent of anything else."""
    if whole.dtype.is_numeric():
        median = "median" if len(drawn) == height else "median about"
        range_ = (("min", whole.min()), (median, drawn.median()), ("max", whole.max()))
        return [f"{word} {format_number(value)}" for word, value in range_ if value is not None]
    if whole.dtype.is_temporal():
        ends = (("first", whole.min()), ("last", whole.max()))
        return [f"{word} {value}" for word, value in ends if value is not None]
    counts = drawn.drop_nulls().value_counts(sort=True).head(5).rows()
    return tables.top([(value, count) for value, count in counts], len(drawn), height)


def _missing(column: Any) -> int:
    """Nulls, and NaN where there can be one: both are missing to whoever reads the description."""
    nulls = int(column.null_count())
    return nulls + int(column.is_nan().sum() or 0) if column.dtype.is_float() else nulls

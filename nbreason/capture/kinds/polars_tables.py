"""polars: DataFrame and Series."""

from __future__ import annotations

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
        "dataframes and series of polars",
        "what is sent of a dataframe of pandas",
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
    types = [columns.Column(column, str(dtype)) for column, dtype in frame.schema.items()]
    if whole := tables.whole_table(types, lambda: rows_of(frame), height, limits):
        return whole
    kept = tables.pick_columns(len(names), limits.columns)
    shown = frame.select([names[at] for at in kept])
    drawn, notes = shown, []
    if height > limits.sample:
        drawn = shown.sample(limits.sample, seed=0)
        notes = [tables.sample_note(limits.sample)]
    described = [_column(shown[column], drawn[column], height, limits) for column in shown.columns]
    positions = tables.shown_positions(height, limits.rows, len(kept))
    return tables.Table(described, tables.left_out(names, kept), height, rows_of(shown[positions]), notes)


def rows_of(frame: Any) -> tables.Rows:
    """All rows of a frame, which has no index."""
    values = [column.to_list() for column in frame.get_columns()]
    return tables.Rows([], [[]] * frame.height, list(frame.columns), values)


def _column(whole: Any, drawn: Any, height: int, limits: Limits) -> columns.Column:
    """The facts about one column, the most useful first."""
    name, dtype, missing = whole.name, str(whole.dtype), str(_missing(whole) or "")
    if dtype == "Object":  # comparing Python objects inside polars panics where one of them raises
        return columns.Column(name, dtype, missing)
    # Unlike pandas, polars counts null as a value.
    different = value_or_none(lambda: int(drawn.drop_nulls().n_unique()))
    if different is None:
        return columns.Column(name, dtype, missing)
    is_number, is_time = whole.dtype.is_numeric(), whole.dtype.is_temporal()
    pairs: list[tuple[Any, int]] = []
    if not is_time and not limits.columns_only and (columns.has_few(different) or not is_number):
        pairs = value_or_none(lambda: drawn.drop_nulls().value_counts(sort=True).head(10).rows()) or []
    known = columns.counts(pairs, different, len(drawn), height, is_number)
    numbers = value_or_none(lambda: _numbers(whole, drawn, columns.distinct(different, len(drawn), height), height))
    if is_number and numbers and not columns.is_counted(pairs, different, len(drawn), height):
        return columns.Column(name, dtype, missing, numbers=numbers)
    ends = (("first", whole.min()), ("last", whole.max())) if is_time else ()
    facts = [f"{word} {value}" for word, value in ends if value is not None]
    return columns.Column(name, dtype, missing, [known, *(numbers.middle(different) if numbers else facts)])


def _numbers(whole: Any, drawn: Any, distinct: str, height: int) -> columns.Numbers | None:
    """What is known of a column of numbers."""
    if not whole.dtype.is_numeric():
        return None
    values, some = (one.drop_nans() if whole.dtype.is_float() else one for one in (whole, drawn))
    quartiles = [some.quantile(share, interpolation="linear") for share in (0.25, 0.5, 0.75)]
    sampled = "" if len(drawn) == height else "about "
    known = [] if None in quartiles else quartiles
    return columns.Numbers(distinct, values.mean(), some.std(), (values.min(), values.max()), known, sampled=sampled)


def _missing(column: Any) -> int:
    """Nulls, and NaN where there can be one: both are missing to whoever reads the description."""
    nulls = int(column.null_count())
    return nulls + int(column.is_nan().sum() or 0) if column.dtype.is_float() else nulls

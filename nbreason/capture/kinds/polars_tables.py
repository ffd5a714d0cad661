"""polars: DataFrame and Series."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
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
    types = [tables.Column(column, str(dtype)) for column, dtype in frame.schema.items()]
    if whole := tables.whole_table(types, lambda: rows_of(frame), height, limits):
        return whole
    kept = tables.pick_columns(len(names), limits.columns)
    shown = frame.select([names[at] for at in kept])
    drawn, notes = shown, []
    if height > limits.sample:
        drawn = shown.sample(limits.sample, seed=0)
        notes = [tables.sample_note(limits.sample)]
    columns = [_column(shown[column], drawn[column], height) for column in shown.columns]
    positions = tables.shown_positions(height, limits.rows)
    return tables.Table(columns, tables.left_out(names, kept), height, rows_of(shown[positions]), notes)


def rows_of(frame: Any) -> tables.Rows:
    """All rows of a frame, which has no index."""
    values = [column.to_list() for column in frame.get_columns()]
    return tables.Rows([], [[]] * frame.height, list(frame.columns), values)


def _column(whole: Any, drawn: Any, height: int) -> tables.Column:
    facts = [f"missing {_missing(whole):,}"]
    if str(whole.dtype) != "Object":  # comparing Python objects inside polars panics where one of them raises
        # Unlike pandas, polars counts null as a value.
        count = value_or_none(lambda: int(drawn.drop_nulls().n_unique()))
        if count is not None:
            facts.append(tables.distinct(count, len(drawn), height))
        facts += value_or_none(lambda: _values(whole, drawn, height, count or 0)) or []
    return tables.Column(whole.name, str(whole.dtype), facts)


def _values(whole: Any, drawn: Any, height: int, different: int) -> list[str]:
    """Range and mean of numbers, first and last of times, how often each of few values occurs."""
    is_number, sampled = whole.dtype.is_numeric(), "" if len(drawn) == height else "about "
    facts = []
    if not whole.dtype.is_temporal() and (tables.has_few(different) or not is_number):
        pairs = [(value, count) for value, count in drawn.drop_nulls().value_counts(sort=True).head(10).rows()]
        facts = tables.counts(pairs, different, len(drawn), height, is_number)
    if is_number:
        values, drawn = (one.drop_nans() if whole.dtype.is_float() else one for one in (whole, drawn))
        quartiles = [drawn.quantile(share, interpolation="linear") for share in (0.25, 0.5, 0.75)]
        bounds = [values.min(), values.max()]
        numbers = tables.numeric(values.mean(), bounds, quartiles, drawn.std(), "", sampled)
        return [*facts, *numbers[:1]] if facts and facts[0].startswith("values ") else [*facts, *numbers]
    if whole.dtype.is_temporal():
        ends = (("first", whole.min()), ("last", whole.max()))
        return [f"{word} {value}" for word, value in ends if value is not None]
    return facts


def _missing(column: Any) -> int:
    """Nulls, and NaN where there can be one: both are missing to whoever reads the description."""
    nulls = int(column.null_count())
    return nulls + int(column.is_nan().sum() or 0) if column.dtype.is_float() else nulls

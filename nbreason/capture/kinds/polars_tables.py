"""polars: DataFrame, Series and, by their schema only, LazyFrames."""

from __future__ import annotations

from typing import Any

from nbreason.capture import tables
from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import known, number, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "tables",
        "dataframes and series of polars",
        "shape; name, type, missing and distinct values, range or the most frequent values of the columns; a few "
        "rows; as many as of pandas",
    ),
    Sent(
        "tables",
        "lazy frames of polars",
        "columns and their types; nothing is computed",
    ),
)


def matches(value: object) -> bool:
    """The three classes and those made from them."""
    return is_a(value, "polars", "DataFrame", "Series", "LazyFrame")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text; a LazyFrame is not computed."""
    if is_a(value, "polars", "LazyFrame"):
        table, kind, shape = _lazy(value, limits), "lazy table", ""
    elif is_a(value, "polars", "Series"):
        table, kind, shape = _table(value.to_frame(), limits), "series", str(len(value))
    else:
        table, kind, shape = _table(value, limits), "table", f"{value.height} x {value.width}"
    text = tables.body(table, limits)
    characters = limits.characters
    block = data_block(text, name=name, kind=kind, type=type_name(value), shape=shape, characters=characters)
    return [Text(block, name)]


def _lazy(value: Any, limits: Limits) -> tables.Table:
    schema = value.collect_schema()
    names = list(schema)
    kept = tables.pick_columns(len(names), limits.columns)
    columns = [tables.Column(names[at], str(schema[names[at]])) for at in kept]
    left_out = [name for at, name in enumerate(names) if at not in set(kept)]
    note = "A query that has not run: the schema is known, no row was computed."
    return tables.Table(columns, left_out, None, [], lambda n, w: [], [note])


def _table(frame: Any, limits: Limits) -> tables.Table:
    height, names = frame.height, list(frame.columns)
    kept = tables.pick_columns(len(names), limits.columns)
    drawn = frame.select([names[at] for at in kept])
    notes = []
    if height > limits.sample:
        drawn = drawn.sample(limits.sample, seed=0)
        notes = [f"Where it says about: estimated from {limits.sample:,} rows drawn at random."]
    columns = [_column(frame[names[at]], drawn[names[at]], height) for at in kept]
    positions = tables.shown_positions(height, limits.rows)
    chosen = frame.select([names[at] for at in kept])[positions]
    left_out = [name for at, name in enumerate(names) if at not in set(kept)]
    return tables.Table(columns, left_out, height, positions, lambda n, w: _cells(chosen, positions, n, w), notes)


def _column(whole: Any, drawn: Any, height: int) -> tables.Column:
    looked_at = len(drawn)
    facts = [f"missing {_missing(whole):,}"]
    if str(whole.dtype) != "Object":  # comparing Python objects inside polars panics where one of them raises
        # Unlike pandas, polars counts null as a value.
        count = known(lambda: int(drawn.drop_nulls().n_unique()))
        if count is not None:
            facts.append(tables.distinct(count, looked_at, height))
        facts += known(lambda: _values(whole, drawn, height)) or []
    return tables.Column(whole.name, str(whole.dtype), facts)


def _values(whole: Any, drawn: Any, height: int) -> list[str]:
    """Range of numbers, first and last of times, the most frequent of anything else."""
    if whole.dtype.is_numeric():
        median = "median" if len(drawn) == height else "median about"
        range_ = (("min", whole.min()), (median, drawn.median()), ("max", whole.max()))
        return [f"{word} {number(value)}" for word, value in range_ if value is not None]
    if whole.dtype.is_temporal():
        ends = (("first", whole.min()), ("last", whole.max()))
        return [f"{word} {value}" for word, value in ends if value is not None]
    counts = drawn.drop_nulls().value_counts(sort=True).head(5).rows()
    said = tables.top([(value, count) for value, count in counts], len(drawn), height)
    return [said] if said else []


def _missing(column: Any) -> int:
    """Nulls, and NaN where there can be one: both are missing to whoever reads the description."""
    nulls = int(column.null_count())
    return nulls + int(column.is_nan().sum() or 0) if column.dtype.is_float() else nulls


def _cells(chosen: Any, positions: list[int], columns: int, width: int) -> list[list[str]]:
    """Header and rows; polars has no index, so the row number stands in front."""
    header = ["", *[tables.cell(name, max(width, 14)) for name in chosen.columns[:columns]]]
    rows = [
        [str(at), *[tables.cell(value, width) for value in row[:columns]]]
        for at, row in zip(positions, chosen.rows(), strict=True)
    ]
    return [header, *rows]

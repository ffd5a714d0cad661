"""Tables that are not computed yet (polars, dask, ibis, DuckDB, Spark): columns and types, never a row.

Their own repr may run the query behind them, which can take minutes or cost money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nbreason.capture import columns, tables
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.core.characters import one_line
from nbreason.core.parts import Part

SENT = (
    Sent(
        "tables",
        "lazy frames of polars, dask frames, ibis tables, DuckDB relations, Spark frames",
        "columns and their types; nothing is computed",
    ),
)

# Package, names of its classes, and how to get pairs of column and type.
_LIBRARIES: list[tuple[str, tuple[str, ...], Callable[[Any], Iterable[tuple[Any, Any]]]]] = [
    ("polars", ("LazyFrame",), lambda value: value.collect_schema().items()),
    ("dask", ("DataFrame",), lambda value: zip(value.columns, value.dtypes, strict=True)),
    ("dask", ("Series",), lambda value: [(value.name, value.dtype)]),
    ("ibis", ("Table",), lambda value: value.schema().items()),
    ("duckdb", ("DuckDBPyRelation",), lambda value: zip(value.columns, value.types, strict=True)),
    ("pyspark", ("DataFrame",), lambda value: value.dtypes),
]


def matches(value: object) -> bool:
    """The lazy tables of these libraries."""
    return any(is_a(value, package, *names) for package, names, _ in _LIBRARIES)


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    schema = next(schema for package, names, schema in _LIBRARIES if is_a(value, package, *names))
    listed = [columns.Column(str(column), one_line(str(dtype), 60)) for column, dtype in schema(value)]
    kept = tables.pick_columns(len(listed), limits.columns)
    table = tables.Table(
        [listed[at] for at in kept],
        tables.left_out([column.name for column in listed], kept),
        notes=["Not computed yet: the columns are known, no rows were read."],
    )
    return tables.table_block(value, name, "lazy table", table, limits)

"""Tables that are not computed yet (dask, ibis, DuckDB, Spark): columns and types, never a row.

Their own repr may run the query behind them, which can take minutes or cost money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nbreason.capture import tables
from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import one_line, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "tables",
        "dask frames, ibis tables, DuckDB relations, Spark frames",
        "columns and their types; nothing is computed",
    ),
)

ORDER = 40

# Package, names of its classes, and how they tell pairs of column and type.
_LIBRARIES: list[tuple[str, tuple[str, ...], Callable[[Any], Iterable[tuple[Any, Any]]]]] = [
    ("dask", ("DataFrame",), lambda value: zip(value.columns, value.dtypes, strict=True)),
    ("dask", ("Series",), lambda value: [(value.name, value.dtype)]),
    ("ibis", ("Table",), lambda value: value.schema().items()),
    ("duckdb", ("DuckDBPyRelation",), lambda value: zip(value.columns, value.types, strict=True)),
    ("pyspark", ("DataFrame",), lambda value: value.dtypes),
]


def matches(value: object) -> bool:
    """The lazy tables of these libraries."""
    return any(is_a(value, root, *names) for root, names, _ in _LIBRARIES)


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    ask = next(ask for root, names, ask in _LIBRARIES if is_a(value, root, *names))
    columns = [tables.Column(str(column), one_line(str(dtype), 60)) for column, dtype in ask(value)]
    kept = tables.pick_columns(len(columns), limits.columns)
    left_out = [column.name for at, column in enumerate(columns) if at not in set(kept)]
    table = tables.Table([columns[at] for at in kept], left_out, None, [], lambda n, w: [], [_NOTE])
    body = tables.body(table, limits)
    characters = limits.characters
    block = data_block(body, name=name, kind="lazy table", type=type_name(value), characters=characters)
    return [Text(block, name)]


_NOTE = "Not computed yet: the columns are known, no row was asked for."

"""pandas: DataFrame, Series and Index."""

from __future__ import annotations

import math
from typing import Any

from nbreason.capture import tables
from nbreason.capture.attempt import value_or_none
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import class_name, is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "tables",
        "dataframes of pandas and geopandas, Styler",
        "shape; of at most `NBReason.columns` columns name, type, missing and distinct values, range or the most "
        "frequent values; the index; at most `NBReason.rows` rows from head, middle and tail; names of the columns"
        " left out",
    ),
    Sent("tables", "series and indexes of pandas and geopandas", "of the one column what is sent of a dataframe's"),
)

_BUDGET = 110_000_000  # plain numbers read in full; about half a second
_GLANCE = 200  # rows read to find columns that hold one value


def matches(value: object) -> bool:
    """DataFrames, Series and indexes, and classes made from them (GeoDataFrame)."""
    return is_a(value, "pandas", "DataFrame", "Series", "Index", "Styler")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    if is_a(value, "pandas", "Styler"):
        value = value.data  # its colours say nothing about the data
    if is_a(value, "pandas", "DataFrame"):
        frame, kind, shape = value, "table", f"{len(value)} x {value.shape[1]}"
    elif is_a(value, "pandas", "Index"):
        frame, kind, shape = value.to_frame(index=False), "index", str(len(value))
    else:
        frame = value.to_frame(name=value.name if value.name is not None else name)
        kind, shape = "series", str(len(value))
    return tables.table_block(value, name, kind, _table(frame, limits), limits, shape)


def _table(frame: Any, limits: Limits) -> tables.Table:
    height, width = frame.shape
    constant = _constant(frame) if width > limits.columns else set()
    kept = tables.pick_columns(width, limits.columns, constant)
    names = [column_name(label) for label in frame.columns]
    sample = _Sample(height, limits.sample)
    exact = _affordable(frame, kept)
    columns = [_column(frame.iloc[:, at], names[at], sample, at in exact) for at in kept]
    # Rows first: pandas 2 would otherwise copy the columns whole before it takes a few of their rows.
    chosen = frame.iloc[tables.shown_positions(height, limits.rows)].iloc[:, kept]
    rows = tables.Rows(
        [column_name(level) if level is not None else "" for level in chosen.index.names],
        [list(label) if isinstance(label, tuple) else [label] for label in chosen.index.tolist()],
        [names[at] for at in kept],
        [chosen.iloc[:, at].tolist() for at in range(len(kept))],
    )
    notes = _index(frame.index) if sample.all else [*_index(frame.index), tables.sample_note(sample.size)]
    left_out = tables.left_out(names, kept)
    return tables.Table(columns, left_out, height, rows, notes, len(constant.difference(kept)))


def _constant(frame: Any) -> set[int]:
    """Positions of columns that hold one value or nothing, as far as some of the rows can tell."""
    some = frame.iloc[tables.shown_positions(len(frame), _GLANCE)]
    if len(some) < 2:
        return set()
    first = some.iloc[:1].to_numpy()
    same = value_or_none(lambda: ((some.to_numpy() == first) | some.isna().to_numpy()).all(axis=0))
    return set() if same is None else {at for at, flag in enumerate(same) if flag}


def column_name(label: object) -> str:
    """A column's label as text; the levels of a MultiIndex are joined by ``/``."""
    if isinstance(label, tuple):
        return " / ".join(column_name(level) for level in label)
    return label if isinstance(label, str) else short_repr(label, 60)


def _affordable(frame: Any, kept: list[int]) -> set[int]:
    """Which of the shown columns can be read in full within a fraction of a second: the cheapest."""
    costs = [(_cost(frame.dtypes.iloc[at]), at) for at in kept]
    left, exact = _BUDGET, set()
    for cost, at in sorted(costs):
        left -= cost * len(frame)
        if left >= 0:
            exact.add(at)
    return exact


def _cost(dtype: Any) -> int:
    """What a cell costs, in plain numbers: counting missing values, and the range where there is one."""
    kind = getattr(dtype, "kind", "O")
    if kind in "mM":
        return 4
    if kind != "O" or class_name(type(dtype)) == "pandas.CategoricalDtype":
        return 1
    return 20 if str(dtype) == "object" else 5


class _Sample:
    """The rows that are read where all would take too long: drawn at random, but the same ones every time.

    A fixed step could be in step with weekly data and see Mondays only.
    """

    def __init__(self, height: int, size: int) -> None:
        self.height = height
        self.size = min(height, size)
        self.all = self.size == height
        self._positions: Any = None

    def of(self, column: Any) -> Any:
        """These rows of a Series."""
        if self.all:
            return column
        if self._positions is None:
            import numpy

            drawn = numpy.random.default_rng(0).choice(self.height, self.size, replace=False, shuffle=False)
            self._positions = numpy.sort(drawn)
        return column.take(self._positions)


def _index(index: Any) -> list[str]:
    """A line about the index, unless it only counts rows."""
    if class_name(type(index)) == "pandas.RangeIndex" or not len(index):
        return []
    first, last = short_repr(_plain(index[0]), 40), short_repr(_plain(index[-1]), 40)
    names = ", ".join(column_name(level) for level in index.names if level is not None)
    return [one_line(f"Index: {type(index).__name__}{names and ' ' + names}, from {first} to {last}", 300)]


def _type(column: Any) -> str:
    """The dtype; of object columns also the types of their values."""
    dtype = column.dtype
    if class_name(type(dtype)) == "pandas.CategoricalDtype":
        ordered = ", ordered" if dtype.ordered else ""
        categories = counted(len(dtype.categories), "category", "categories")
        return f"category ({categories}{ordered})"
    if str(dtype) != "object":
        return one_line(str(dtype), 60)
    kinds: dict[str, int] = {}
    for value in column.iloc[:200].tolist():
        if value is not None and _is_present(value):
            kinds[type(value).__name__] = kinds.get(type(value).__name__, 0) + 1
    common = sorted(kinds, key=lambda kind: -kinds[kind])[:3]
    return f"object ({', '.join(common)})" if common else "object"


def _column(column: Any, name: str, sample: _Sample, exact: bool) -> tables.Column:
    """The facts about one column, the most useful first.  A fact that is not available is left out."""
    drawn = sample.of(column)
    whole, about = (column, "") if exact or sample.all else (drawn, "about ")
    missing = value_or_none(lambda: int(whole.isna().sum()))
    facts = []
    if missing is not None:
        share = f"missing about {100 * missing / max(sample.size, 1):.3g} %"
        facts.append(share if about else f"missing {missing:,}")
    kind = getattr(column.dtype, "kind", "O")
    has_range = kind in "iufmM" or is_a(column.dtype, "pandas", "PeriodDtype")
    # One count of the values tells both how many differ and which are frequent.
    counts = None if has_range else value_or_none(drawn.value_counts)
    different = value_or_none(lambda: int(drawn.nunique() if counts is None else (counts > 0).sum()))
    if different is not None:
        facts.append(tables.distinct(different, sample.size, sample.height))
    if kind in "iuf":
        facts += _range(whole, drawn, about, "" if sample.all else "about ")
    elif has_range:
        facts += _ends(whole, about)
    elif counts is not None:
        facts += _frequent(counts, sample)
    return tables.Column(name, _type(column), facts)


def _range(whole: Any, drawn: Any, about: str, median_about: str) -> list[str]:
    ends = (
        (f"min {about}", value_or_none(whole.min)),
        (f"median {median_about}", value_or_none(drawn.median)),
        (f"max {about}", value_or_none(whole.max)),
    )
    return [word + format_number(_plain(value)) for word, value in ends if value is not None and _is_present(value)]


def _ends(whole: Any, about: str) -> list[str]:
    ends = (("first", value_or_none(whole.min)), ("last", value_or_none(whole.max)))
    return [f"{word} {about}{value}" for word, value in ends if value is not None and _is_present(value)]


def _frequent(counts: Any, sample: _Sample) -> list[str]:
    head = counts.head(5)
    pairs = [(value, int(count)) for value, count in zip(head.index.tolist(), head.tolist(), strict=True)]
    return tables.top([pair for pair in pairs if pair[1] > 0], sample.size, sample.height)


def _is_present(value: Any) -> bool:
    """Neither NaN nor NaT nor NA."""
    return not is_a(value, "pandas", "NaTType", "NAType") and not (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    """A numpy scalar as a Python number."""
    return value.item() if is_a(value, "numpy", "generic") else value

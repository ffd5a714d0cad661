"""pandas: DataFrame, Series and Index."""

from __future__ import annotations

import math
from typing import Any

from nbreason.capture import tables
from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import brief, class_name, known, number, one_line, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "tables",
        "dataframes of pandas and geopandas, Styler",
        "shape; of at most `NBReason.columns` columns name, type, missing and distinct values, range or the most "
        "frequent values; the index; at most `NBReason.rows` rows from head, middle and tail; names of the columns"
        " left out",
    ),
    Sent(
        "tables",
        "series and indexes of pandas and geopandas",
        "of the one column what is sent of a dataframe's",
    ),
)

_BUDGET = 110_000_000  # plain numbers looked at in full; about half a second
_GLANCE = 200  # rows looked at to find columns that say nothing


def matches(value: object) -> bool:
    """DataFrames, Series and indexes, and classes made from them (GeoDataFrame)."""
    return is_a(value, "pandas", "DataFrame", "Series", "Index", "Styler")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    if is_a(value, "pandas", "Styler"):
        value = value.data  # how a table is coloured says nothing about it
    if is_a(value, "pandas", "DataFrame"):
        return [_block(value, name, "table", type_name(value), f"{len(value)} x {value.shape[1]}", limits)]
    if is_a(value, "pandas", "Index"):
        frame, kind = value.to_frame(index=False), "index"
    else:
        frame, kind = value.to_frame(name=value.name if value.name is not None else name), "series"
    return [_block(frame, name, kind, type_name(value), str(len(value)), limits)]


def _block(frame: Any, name: str, kind: str, type: str, shape: str, limits: Limits) -> Text:
    body = tables.body(_table(frame, limits), limits)
    characters = limits.characters
    return Text(data_block(body, name=name, kind=kind, type=type, shape=shape, characters=characters), name)


def _table(frame: Any, limits: Limits) -> tables.Table:
    height, width = frame.shape
    dull = _dull(frame) if width > limits.columns else set()
    kept = tables.pick_columns(width, limits.columns, dull)
    names = [column_name(label) for label in frame.columns]
    sample = _Sample(height, limits.sample)
    exact = _affordable(frame, kept)
    columns = [_column(frame.iloc[:, at], names[at], sample, at in exact) for at in kept]
    positions = tables.shown_positions(height, limits.rows)
    # Rows first: pandas 2 would otherwise copy the columns whole before it takes a few of their rows.
    chosen = frame.iloc[positions].iloc[:, kept]
    notes = [*_index(frame.index), *sample.note()]
    shown = set(kept)
    left_out = [names[at] for at in range(width) if at not in shown]
    return tables.Table(
        columns, left_out, height, positions, lambda n, w: _cells(chosen, n, w), notes, len(dull - shown)
    )


def _dull(frame: Any) -> set[int]:
    """Positions of columns that hold one value or nothing, as far as a glance at some rows can tell."""
    glance = frame.iloc[tables.shown_positions(len(frame), _GLANCE)]
    first = glance.iloc[:1].to_numpy()

    def same() -> Any:
        return ((glance.to_numpy() == first) | glance.isna().to_numpy()).all(axis=0)

    flags = known(same)
    return {at for at, flag in enumerate(flags) if flag} if flags is not None and len(glance) > 1 else set()


def column_name(label: object) -> str:
    """A column's label as text; the levels of a MultiIndex are joined by ``/``."""
    if isinstance(label, tuple):
        return " / ".join(column_name(level) for level in label)
    return label if isinstance(label, str) else brief(label, 60)


def _affordable(frame: Any, kept: list[int]) -> set[int]:
    """Which of the shown columns can be looked at in full within a fraction of a second: the cheapest."""
    costs = [(_cost(frame.dtypes.iloc[at]), at) for at in kept]
    left, exact = _BUDGET, set()
    for cost, at in sorted(costs):
        left -= cost * len(frame)
        if left >= 0:
            exact.add(at)
    return exact


def _cost(dtype: Any) -> int:
    """How long a cell takes, in plain numbers: counting missing values, and the range where there is one."""
    kind = getattr(dtype, "kind", "O")
    if kind in "mM":
        return 4
    if kind != "O" or class_name(type(dtype)) == "pandas.CategoricalDtype":
        return 1
    return 20 if str(dtype) == "object" else 5


class _Sample:
    """The rows looked at where all would take too long: spread at random, but the same ones every time.

    A fixed step would walk in step with weekly or daily data and see Mondays only.
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

    def note(self) -> list[str]:
        """What a reader has to know about it."""
        return [] if self.all else [f"Where it says about: estimated from {self.size:,} rows drawn at random."]


def _index(index: Any) -> list[str]:
    """A line about the index, unless it only counts."""
    if class_name(type(index)) == "pandas.RangeIndex" or not len(index):
        return []
    first, last = brief(_plain(index[0]), 40), brief(_plain(index[-1]), 40)
    named = [column_name(level) for level in index.names if level is not None]
    called = f" {', '.join(named)}" if named else ""
    return [one_line(f"Index: {type(index).__name__}{called}, from {first} to {last}", 300)]


def _type(column: Any) -> str:
    """The dtype; of plain object columns also what they hold."""
    dtype = column.dtype
    if class_name(type(dtype)) == "pandas.CategoricalDtype":
        ordered = ", ordered" if dtype.ordered else ""
        categories = counted(len(dtype.categories), "category", "categories")
        return f"category ({categories}{ordered})"
    if str(dtype) != "object":
        return one_line(str(dtype), 60)
    kinds: dict[str, int] = {}
    for value in column.iloc[:200].tolist():
        if value is not None and _is_known(value):
            kinds[type(value).__name__] = kinds.get(type(value).__name__, 0) + 1
    held = sorted(kinds, key=lambda kind: -kinds[kind])[:3]
    return f"object ({', '.join(held)})" if held else "object"


def _column(column: Any, name: str, sample: _Sample, exact: bool) -> tables.Column:
    """What is said of one column, the most telling first.  A fact that cannot be had is left out."""
    drawn = sample.of(column)
    whole, about = (column, "") if exact or sample.all else (drawn, "about ")
    missing = known(lambda: int(whole.isna().sum()))
    facts = []
    if missing is not None:
        share = f"missing about {100 * missing / max(sample.size, 1):.3g} %"
        facts.append(share if about else f"missing {missing:,}")
    kind = getattr(column.dtype, "kind", "O")
    measured = kind in "iufmM" or is_a(column.dtype, "pandas", "PeriodDtype")
    # One count of the values tells both how many differ and which are frequent.
    counts = None if measured else known(drawn.value_counts)
    different = known(lambda: int(drawn.nunique() if counts is None else (counts > 0).sum()))
    if different is not None:
        facts.append(tables.distinct(different, sample.size, sample.height))
    if kind in "iuf":
        facts += _range(whole, drawn, about, "" if sample.all else "about ")
    elif measured:
        facts += _ends(whole, about)
    elif counts is not None:
        facts += _frequent(counts, sample)
    return tables.Column(name, _type(column), facts)


def _range(whole: Any, drawn: Any, about: str, median_about: str) -> list[str]:
    ends = (
        (f"min {about}", known(whole.min)),
        (f"median {median_about}", known(drawn.median)),
        (f"max {about}", known(whole.max)),
    )
    return [word + number(_plain(value)) for word, value in ends if value is not None and _is_known(value)]


def _ends(whole: Any, about: str) -> list[str]:
    ends = (("first", known(whole.min)), ("last", known(whole.max)))
    return [f"{word} {about}{value}" for word, value in ends if value is not None and _is_known(value)]


def _frequent(counts: Any, sample: _Sample) -> list[str]:
    head = counts.head(5)
    pairs = [(value, int(count)) for value, count in zip(head.index.tolist(), head.tolist(), strict=True)]
    said = tables.top([pair for pair in pairs if pair[1] > 0], sample.size, sample.height)
    return [said] if said else []


def _is_known(value: Any) -> bool:
    """Neither NaN nor NaT nor NA."""
    return not is_a(value, "pandas", "NaTType", "NAType") and not (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    """A numpy scalar as the Python number it stands for."""
    return value.item() if is_a(value, "numpy", "generic") and hasattr(value, "item") else value


def _cells(chosen: Any, columns: int, width: int) -> list[list[str]]:
    """Header and rows as text, the index in front."""
    index = chosen.index
    names = [column_name(level) if level is not None else "" for level in index.names]
    header = [*names, *[one_line(column_name(label), max(width, 14)) for label in chosen.columns[:columns]]]
    labels = [list(label) if isinstance(label, tuple) else [label] for label in index.tolist()]
    values = [chosen.iloc[:, at].tolist() for at in range(columns)]
    rows = [
        [
            *[tables.cell(level, width) for level in label],
            *[tables.cell(column[at], width) for column in values],
        ]
        for at, label in enumerate(labels)
    ]
    return [[one_line(name, max(width, 14)) for name in header], *rows]

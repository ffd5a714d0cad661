"""pandas: DataFrame, Series and Index."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from nbreason.capture import columns, tables
from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
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
        "shape, names of column levels; a small one whole, with the types of its columns; else index, number of rows "
        "that repeat, of at most `NBReason.columns` columns name, type, missing and distinct values, counts of few "
        "values or of the most frequent, mean, range, quartiles and deviation, where the extremes are if rows have "
        "labels, of geometries types, bounds and CRS; `NBReason.rows` rows from head, middle and tail (fewer of more "
        "than 6 columns); the names of about 300 columns left out",
    ),
    Sent("tables", "series of pandas and geopandas", "of the one column what is sent of a dataframe's"),
    Sent("tables", "indexes of pandas", "up to 400 labels; else what is sent of a series"),
)

_BUDGET = 110_000_000  # plain numbers read in full; about half a second
_LABELS = 3_500  # characters of the labels of an index that are sent whole
_LIKE_A_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")
_SHARES = [0.25, 0.5, 0.75]
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
        if not limits.columns_only and (labels := _labels(value, limits)):
            return text_block(value, name, "index", labels, limits, shape=str(len(value)))
        frame, kind, shape = value.to_frame(index=False), "index", str(len(value))
    else:
        frame = value.to_frame(name=value.name if value.name is not None else name)
        kind, shape = "series", str(len(value))
    return tables.table_block(value, name, kind, _table(frame, limits), limits, shape)


def _labels(index: Any, limits: Limits) -> str:
    """All labels of an index, such as the names of columns; "" if they are too many."""
    if len(index) > limits.whole_rows and (limits.rows < Limits().rows or len(index) > 400):
        return ""
    days = all(str(label).endswith(columns.MIDNIGHT) for label in index[:1])
    listed = ", ".join(columns.label(label) if days else short_repr(_plain(label), 60) for label in index)
    names = ", ".join(column_name(level) for level in index.names if level is not None)
    line = f"Type: {index.dtype}{names and ', name: ' + names}\nLabels: {listed or 'none'}"
    return line if len(line) <= min(_LABELS, limits.characters - 300) else ""


def _table(frame: Any, limits: Limits) -> tables.Table:
    frame = frame.copy(deep=False)  # what changes the table meanwhile does not change this view of it
    height, width = frame.shape
    names = [column_name(label) for label in frame.columns]
    notes = _column_levels(frame)
    if width <= limits.columns:
        types = [columns.Column(names[at], _type(frame.iloc[:, at])) for at in range(width)]
        whole = tables.whole_table(types, lambda: rows_of(frame), height, limits, notes)
        if whole:
            return whole
    notes = [*_index(frame.index, limits), *notes, *_repeated(frame, limits)]
    constant = _constant(frame) if width > limits.columns else set()
    kept = tables.pick_columns(width, limits.columns, constant)
    sample = _Sample(height, limits.sample)
    exact = _affordable(frame, kept)
    labelled = sample.all and not limits.columns_only and _is_labelled(frame)
    described = [_column(frame.iloc[:, at], names[at], sample, at in exact, labelled, limits) for at in kept]
    # Rows first: pandas 2 would otherwise copy the columns whole before it takes a few of their rows.
    chosen = frame.iloc[tables.shown_positions(height, limits.rows, len(kept))].iloc[:, kept]
    if not sample.all:
        notes.append(tables.sample_note(sample.size))
    left_out = tables.left_out(names, kept)
    return tables.Table(described, left_out, height, rows_of(chosen), notes, len(constant.difference(kept)))


def rows_of(frame: Any) -> tables.Rows:
    """All rows of a frame."""
    return tables.Rows(
        [column_name(level) if level is not None else "" for level in frame.index.names],
        [list(label) if isinstance(label, tuple) else [label] for label in frame.index.tolist()],
        [column_name(label) for label in frame.columns],
        [frame.iloc[:, at].tolist() for at in range(frame.shape[1])],
    )


def _repeated(frame: Any, limits: Limits) -> list[str]:
    """A line about rows that repeat an earlier one, if there are any and the table is small enough to find out."""
    if frame.shape[1] < 2 or frame.size > limits.sample:
        return []
    count = value_or_none(lambda: int(frame.duplicated().sum()))
    return [f"{counted(count, 'row repeats', 'rows repeat')} an earlier one."] if count else []


def _constant(frame: Any) -> set[int]:
    """Positions of columns that hold one value or nothing, as far as some of the rows can tell."""
    some = frame.iloc[tables.shown_positions(len(frame), _GLANCE)]
    if len(some) < 2:
        return set()
    first = some.iloc[:1].to_numpy()
    same = value_or_none(lambda: ((some.to_numpy() == first) | some.isna().to_numpy()).all(axis=0))
    return set() if same is None else {at for at, flag in enumerate(same) if flag}


def column_name(label: object) -> str:
    """A column's label on one line; levels of a MultiIndex are joined by ``/``, and ``'1'`` is not the number 1."""
    if isinstance(label, tuple):
        return " / ".join(column_name(level) for level in label)
    if isinstance(label, str) and not _LIKE_A_NUMBER.fullmatch(label):
        return one_line(label, 200)
    return short_repr(label, 60)


def _column_levels(frame: Any) -> list[str]:
    """A line about the names of the columns' levels, as pivot tables have them."""
    names = [column_name(level) if level is not None else "(no name)" for level in frame.columns.names]
    return [one_line(f"Column levels: {' / '.join(names)}", 300)] if set(names) != {"(no name)"} else []


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


def _index(index: Any, limits: Limits) -> list[str]:
    """A line about the index, unless it only counts rows."""
    if _counts_rows(index) or not len(index):
        return []
    names = ", ".join(column_name(level) for level in index.names if level is not None)
    facts = [f"Index: {type(index).__name__}{names and ' ' + names}"]
    if not limits.columns_only or _has_range(index):
        facts.append(f"from {columns.label(_plain(index[0]))} to {columns.label(_plain(index[-1]))}")
    if frequency := getattr(index, "freqstr", None) or _frequency(index):
        facts.append(f"frequency {frequency}")
    # Finding duplicates among millions of labels would take seconds.
    if len(index) <= limits.sample and (duplicates := value_or_none(lambda: int(index.duplicated().sum()))):
        facts.append(f"{counted(duplicates, 'duplicate')}")
    return [one_line(", ".join(facts), 300)]


def _counts_rows(index: Any) -> bool:
    """Whether an index is 0, 1, 2 …"""
    return class_name(type(index)) == "pandas.RangeIndex" and (index.start, index.step) == (0, 1)


def _frequency(index: Any) -> str | None:
    """The frequency of dates that does not stand on the index, if it can be inferred from few enough of them."""
    if not is_a(index, "pandas", "DatetimeIndex") or not 3 <= len(index) <= 10_000:
        return None
    return value_or_none(lambda: index.inferred_freq)


def _has_range(column: Any) -> bool:
    """Whether a column or an index holds numbers, dates, durations or periods."""
    return getattr(column.dtype, "kind", "O") in "iufmM" or is_a(column.dtype, "pandas", "PeriodDtype")


def _type(column: Any, counted: bool = False, unnamed: bool = False) -> str:
    """The dtype; of object columns also the types of their values.

    counted: whether the values are counted one by one, so that categories need not be named; unnamed: they must not
    """
    dtype = column.dtype
    if class_name(type(dtype)) == "pandas.CategoricalDtype":
        name = "ordered category" if dtype.ordered else "category"
        if counted:
            return name
        if len(dtype.categories) > 10 or unnamed:
            return f"{name} of {len(dtype.categories):,}"
        listed = (" < " if dtype.ordered else ", ").join(short_repr(_plain(one), 30) for one in dtype.categories)
        return one_line(f"{name} ({listed})", 200)
    if is_a(column, "geopandas", "GeoSeries"):
        return one_line(f"geometry ({value_or_none(lambda: str(column.crs)) or 'no CRS'})", 60)
    if str(dtype) != "object":
        return one_line(str(dtype), 60)
    kinds = Counter(type(value).__name__ for value in column.iloc[:200].tolist() if _is_present(value))
    kinds.pop("NoneType", None)
    common = [kind for kind, _ in kinds.most_common(3)]
    return f"object ({', '.join(common)})" if common else "object"


def _is_labelled(frame: Any) -> bool:
    """Whether it is said in which rows the extremes are: they have names, or the columns are few."""
    return bool(frame.index.is_unique) and (not _counts_rows(frame.index) or frame.shape[1] <= 2)


def _column(column: Any, name: str, sample: _Sample, exact: bool, labelled: bool, limits: Limits) -> columns.Column:
    """The facts about one column, the most useful first.  A fact that is not available is left out.

    labelled: whether it is said in which rows the extremes are
    """
    drawn = sample.of(column)
    whole, about = (column, "") if exact or sample.all else (drawn, "about ")
    kind = getattr(column.dtype, "kind", "O")
    is_number, is_geometry = kind in "iuf", is_a(column, "geopandas", "GeoSeries")
    has_range = _has_range(column)
    if kind == "O" and any(type(value).__hash__ is None for value in drawn.iloc[:20].tolist()):
        return columns.Column(name, _type(column), _missing(whole, about, sample))  # lists, arrays, tables
    # One count of the values tells both how many differ and which are frequent.
    counts = None if has_range or is_geometry else value_or_none(drawn.value_counts)
    different = value_or_none(lambda: int(drawn.nunique() if counts is None else (counts > 0).sum()))
    if is_number and columns.has_few(different):
        counts = value_or_none(drawn.value_counts)
    pairs = [] if counts is None or limits.columns_only else _pairs(counts)
    counted = columns.is_counted(pairs, different or 0, sample.size, sample.height)
    facts, numbers = [], None
    if is_geometry:
        facts = _geometry(whole, drawn)
    elif is_number:
        numbers = _numbers(whole, drawn, about, "" if sample.all else "about ", different, sample, labelled)
    elif different is not None:
        facts = [columns.counts(pairs, different, sample.size, sample.height, ordered=False)]
    if has_range and not is_number:
        facts += _ends(whole, about)
    if counted and numbers and different:
        values = columns.counts(pairs, different, sample.size, sample.height, ordered=True)
        facts, numbers = [values, *numbers.middle(different)], None
    typed = _type(column, counted, limits.columns_only)
    return columns.Column(name, typed, _missing(whole, about, sample), facts, numbers)


def _missing(whole: Any, about: str, sample: _Sample) -> str | None:
    """How many values are missing, as text; "" if none is."""
    missing = value_or_none(lambda: int(whole.isna().sum()))
    if not missing:
        return None if missing is None else ""
    return f"about {100 * missing / max(sample.size, 1):.3g} %" if about else str(missing)


def _numbers(
    whole: Any, drawn: Any, about: str, sampled: str, different: int | None, sample: _Sample, labelled: bool
) -> columns.Numbers:
    """What is known of a column of numbers."""

    def fact(make: Any) -> Any:
        value = value_or_none(make)
        return _plain(value) if value is not None and _is_present(value) else None

    quartiles = value_or_none(lambda: _quartiles(drawn)) or []
    known = "" if different is None else columns.distinct(different, sample.size, sample.height)
    return columns.Numbers(
        known,
        fact(whole.mean),
        fact(drawn.std),  # of the sample: the deviation of all would need a copy of the column
        (fact(whole.min), fact(whole.max)),
        quartiles if all(map(_is_present, quartiles)) else [],
        _extremes(whole) if labelled else (),
        about,
        sampled,
    )


def _quartiles(column: Any) -> list[Any]:
    """The three quartiles; with numpy where that can be, which takes a third of the time."""
    if not is_a(column.dtype, "numpy", "dtype"):
        return list(column.quantile(_SHARES).tolist())
    import numpy

    values = column.to_numpy()
    values = values[~numpy.isnan(values)] if values.dtype.kind == "f" else values
    return list(numpy.quantile(values, _SHARES).tolist()) if values.size else []


def _extremes(whole: Any) -> tuple[str, ...]:
    """Labels of the first rows that hold the minimum and the maximum."""
    found = value_or_none(lambda: (whole.idxmin(), whole.idxmax()))
    return tuple(columns.label(_plain(label)).strip("'") for label in found) if found else ()


def _ends(whole: Any, about: str) -> list[str]:
    """The first and the last of dates, durations and periods; of days the day alone."""
    pairs = (("first", value_or_none(whole.min)), ("last", value_or_none(whole.max)))
    ends = [(word, str(value)) for word, value in pairs if value is not None and _is_present(value)]
    if all(text.endswith(" 00:00:00") for _, text in ends):
        ends = [(word, text.removesuffix(" 00:00:00")) for word, text in ends]
    return [f"{word} {about}{text}" for word, text in ends]


def _geometry(whole: Any, drawn: Any) -> list[str]:
    """Types and bounds of a column of geometries."""
    types = value_or_none(
        lambda: ", ".join(f"{kind} {count:,}" for kind, count in drawn.geom_type.value_counts().items())
    )
    bounds = value_or_none(lambda: ", ".join(format_number(float(bound)) for bound in whole.total_bounds))
    return [f"{word} {fact}" for word, fact in (("types", types), ("bounds", bounds)) if fact]


def _pairs(counts: Any) -> list[tuple[Any, int]]:
    """The ten most frequent values with their counts; of categories all up to ten, in their order if they have one."""
    head = counts.head(10)
    pairs = [(value, int(count)) for value, count in zip(head.index.tolist(), head.tolist(), strict=True)]
    if is_a(counts.index, "pandas", "CategoricalIndex"):
        if counts.index.ordered and len(counts) <= 10:
            pairs.sort(key=lambda pair: counts.index.categories.get_loc(pair[0]))
        return pairs
    return [pair for pair in pairs if pair[1] > 0]


def _is_present(value: Any) -> bool:
    """Neither NaN nor NaT nor NA."""
    return not is_a(value, "pandas", "NaTType", "NAType") and not (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    """A numpy scalar as a Python number."""
    return value.item() if is_a(value, "numpy", "generic") else value

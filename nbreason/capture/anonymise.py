"""Tables whose values are replaced by labels before anything is said about them: ``name 1``, ``name 2`` …"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from numbers import Number
from typing import Any

from nbreason.capture.columns import is_plain
from nbreason.capture.kinds.pandas_tables import column_name
from nbreason.capture.object_types import is_a


class Labels:
    """The labels of one question: the same value has the same one, in whichever column or table it is.

    columns: names of the columns and levels of indexes whose values are all replaced; an empty name stands for all
             values that are neither numbers nor dates
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._whole = {name for name in columns if name}
        self._texts = "" in columns
        self._found: set[str] = set()
        self.unchanged: list[str] = []
        """The tables that have none of the named columns."""
        self._labels: dict[object, str] = {}
        self._counts: Counter[str] = Counter()

    @property
    def missed(self) -> list[str]:
        """The named columns that no table had so far."""
        return sorted(self._whole - self._found)

    def replaced(self, value: Any, name: str) -> Any:
        """A dataframe or series of pandas or polars with labels in it, or None for anything else.

        name: of the variable; the value itself is not changed
        """
        if is_a(value, "pandas", "DataFrame"):
            return self._frame(value, name)
        if is_a(value, "pandas", "Series"):
            frame = value.to_frame(name=value.name if value.name is not None else name)
            return self._frame(frame, name).iloc[:, 0]
        if is_a(value, "polars", "DataFrame"):
            return self._polars(value, name)
        if is_a(value, "polars", "Series"):
            return self._polars(value.to_frame(), name).to_series()
        return None

    def _frame(self, given: Any, variable: str) -> Any:
        import pandas

        frame = pandas.DataFrame(given).copy(deep=False)  # without what subclasses check, such as geometries
        names = [column_name(label) for label in frame.columns]
        levels = [column_name(level) if level is not None else "index" for level in frame.index.names]
        self._note(variable, [*names, *levels])
        for at, name in enumerate(names):
            frame.isetitem(at, self._column(frame.iloc[:, at], name))
        index = [self._column(frame.index.get_level_values(at), level) for at, level in enumerate(levels)]
        if any(new is not frame.index.get_level_values(at) for at, new in enumerate(index)):
            several = len(index) > 1
            frame.index = pandas.MultiIndex.from_arrays(index, names=frame.index.names) if several else index[0]
        return frame

    def _column(self, column: Any, name: str) -> Any:
        """A column or a level of an index of pandas."""
        whole = name in self._whole
        if not whole and (not self._texts or getattr(column.dtype, "kind", "O") in "biufcmM"):
            return column
        values = column.dropna().tolist()
        try:
            values = [*dict.fromkeys(values)]
        except TypeError:  # lists and the like among them
            return column.map(lambda value: self._label(value, name, whole), na_action="ignore")
        if is_a(column.dtype, "pandas", "CategoricalDtype"):
            values += column.dtype.categories.tolist()  # also those that no row has, after the others
        return column.map({value: self._label(value, name, whole) for value in values})

    def _polars(self, frame: Any, variable: str) -> Any:
        import polars

        self._note(variable, frame.columns)
        replaced = []
        for column in frame.get_columns():
            dtype, whole = column.dtype, column.name in self._whole
            if whole or (self._texts and not (dtype.is_numeric() or dtype.is_temporal() or dtype == polars.Boolean)):
                texts = [None if item is None else self._label(item, column.name, True) for item in column.to_list()]
                replaced.append(polars.Series(column.name, texts, dtype=polars.String))
        return frame.with_columns(replaced)

    def _note(self, variable: str, names: Sequence[str]) -> None:
        here = self._whole.intersection(names)
        self._found |= here
        if not here and not self._texts:
            self.unchanged.append(variable)

    def _label(self, value: Any, name: str, whole: bool) -> Any:
        """The label of a value; the value itself if it is a number or a date and not all are replaced."""
        if not whole and not isinstance(value, str) and (isinstance(value, (Number, timedelta)) or is_plain(value)):
            return value
        try:
            hash(value)
        except TypeError:
            value = object()  # lists and the like: each has a label of its own
        if value not in self._labels:
            self._counts[name] += 1
            self._labels[value] = f"{name} {self._counts[name]}"
        return self._labels[value]

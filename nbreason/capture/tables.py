"""The text about a table, the same for every library.

A library's module says what is in its table (`Column`, `Rows`); how that is laid out and made to fit is decided
here only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from nbreason.capture.blocks import text_block
from nbreason.capture.columns import MIDNIGHT, NAME, Column, column_lines, csv_line, is_plain
from nbreason.capture.limits import Limits
from nbreason.capture.short_text import format_number, short_number, short_repr
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

_NAMES = 3_500  # characters of a list of names
_MARKS = 500  # characters kept free for what stands around the body
_COLUMNS_SHARE = 0.6  # of the characters, for the list of columns; the rest is for rows
_SHORT = 1_500  # characters of rows up to which a table of more rows is whole
_WIDE = 6  # columns up to which all rows are shown that may be
_CELL_WIDTHS = (60, 30, 14)
_ENUM = re.compile(r"(\benum)\(.*", re.IGNORECASE | re.DOTALL)  # a type that lists its values


@dataclass(frozen=True)
class Rows:
    """The rows that are shown.

    index:   names of the levels of the index
    labels:  of each row its index, level by level; empty where there is no index
    columns: names of the columns
    values:  of each column its values, one for each row
    """

    index: Sequence[str] = ()
    labels: Sequence[Sequence[object]] = ()
    columns: Sequence[str] = ()
    values: Sequence[Sequence[object]] = ()

    def csv(self, columns: int, width: int, whole: bool = True) -> list[str]:
        """Header and rows as CSV, with so many columns and at most `width` characters for each cell.

        whole: whether numbers have six digits; else those with more have four
        """
        header = [one_line(name, max(width, 14)) for name in (*self.index, *self.columns[:columns])]
        levels = [[label[at] for label in self.labels] for at in range(len(self.index))]
        filled = [_cells(column, width, whole) for column in (*levels, *self.values[:columns])]
        return [csv_line(header), *(csv_line(row) for row in zip(*filled, strict=True))]


@dataclass(frozen=True)
class Table:
    """A table as it is described.

    columns:  those shown, in order
    left_out: names of those not shown
    height:   number of rows; None when unknown
    rows:     those shown
    notes:    whole lines: about the index, about what is estimated
    constant: how many of the columns left out hold one value or nothing
    whole:    whether all rows and columns are shown, so that facts about columns are not needed
    """

    columns: Sequence[Column]
    left_out: Sequence[str]
    height: int | None = None
    rows: Rows = field(default_factory=Rows)
    notes: Sequence[str] = ()
    constant: int = 0
    whole: bool = False


def whole_table(
    columns: Sequence[Column], rows: Callable[[], Rows], height: int, limits: Limits, notes: Sequence[str] = ()
) -> Table | None:
    """The table with all its rows if it is small: of few rows, or of few characters; else None.

    columns: name and type of all; rows: makes all of them
    """
    few = height <= limits.whole_rows
    short = 2 * height * len(columns) <= _SHORT and limits.rows >= Limits().rows
    if not height or not 0 < len(columns) <= limits.columns or not (few or short) or limits.columns_only:
        return None
    table = Table(columns, [], height, rows(), notes, whole=True)
    fits = len(_whole_body(table)) <= (limits.characters - _MARKS if few else _SHORT)
    return table if fits else None


def table_block(value: object, name: str, kind: str, table: Table, limits: Limits, shape: str = "") -> list[Part]:
    """The description of a table as a part."""
    if limits.columns_only:
        columns = [replace(column, type=_ENUM.sub(r"\1", column.type)) for column in table.columns]
        table = replace(table, columns=columns, rows=Rows(), notes=[*table.notes, "Rows are not attached."])
    body, shown = _body(table, limits)
    return text_block(value, name, kind, body, limits, shape=shape, rows=(shown, table.height))


def _body(table: Table, limits: Limits) -> tuple[str, int]:
    """The text, and the number of rows in it."""
    if table.whole:
        return _whole_body(table), len(table.rows.labels)
    room = max(limits.characters - _MARKS, 200)
    lines, shown = column_lines(table.columns, int(room * _COLUMNS_SHARE) if table.rows.labels else room)
    hidden = [*[column.name for column in table.columns[shown:]], *table.left_out]
    top = lines or ["No columns."]
    if hidden:
        line = _left_out_line(hidden, shown + len(hidden), table.constant)
        top.append(one_line(line, max((room - sum(map(len, lines))) // 2, 100)))
    top += table.notes
    room -= sum(len(line) + 1 for line in top)
    lines, count = _row_lines(table, shown, room)
    return "\n".join([*top, *lines]), count


def _whole_body(table: Table) -> str:
    types = Counter(column.type for column in table.columns)
    usual, count = types.most_common(1)[0]
    if len(types) == 1:
        line = f"All columns are {usual}." if count > 1 else f"Type: {usual}"
    else:
        others = [column for column in table.columns if column.type != usual or count == 1]
        named = [f"{one_line(column.name, NAME)} {column.type}" for column in others]
        line = "Types: " + ", ".join([*named, *([f"the others {usual}"] if count > 1 else [])])
    rows = table.rows.csv(len(table.columns), _CELL_WIDTHS[0])
    return "\n".join([line, *table.notes, f"Rows (all {table.height:,}):", *rows])


def _left_out_line(hidden: Sequence[str], total: int, constant: int) -> str:
    of_them = f" ({counted(constant, 'of them holds', 'of them hold')} one value or nothing)" if constant else ""
    return one_line(f"Left out: {len(hidden):,} of {counted(total, 'column')}{of_them}: {names(hidden)}", _NAMES)


def names(columns: Sequence[str]) -> str:
    """Names in a row, about 300 of them; of those that count on only the first and the last: ``x1 … x40``."""
    runs: list[list[str]] = []
    for name in columns:
        if runs and name == _next(runs[-1][-1]):
            runs[-1].append(name)
        else:
            runs.append([name])
    short = [name for run in runs for name in (run if len(run) < 4 else [f"{run[0]} … {run[-1]}"])]
    return one_line(", ".join(short[:400]), _NAMES)


def _next(name: str) -> str | None:
    """``x13`` after ``x12``, and ``x013`` after ``x012``."""
    found = re.fullmatch(r"(.*?)([0-9]{1,9})", name, re.DOTALL)
    return found and found[1] + str(int(found[2]) + 1).zfill(len(found[2]))


def _row_lines(table: Table, shown: int, room: int) -> tuple[list[str], int]:
    """The rows as CSV with the index in front, in cells of less and less width until they fit; and their number."""
    rows, count = table.rows, len(table.rows.labels)
    if not count:
        return (["No rows."] if table.height == 0 else []), 0
    narrow = _CELL_WIDTHS[-1]
    for columns, width in (
        *((shown, width) for width in _CELL_WIDTHS),
        *((shown // part, narrow) for part in (2, 4, 8) if shown // part),
    ):
        lines = [
            _heading(count, table.height, columns if columns < shown else 0),
            *rows.csv(columns, width, whole=False),
        ]
        if sum(len(line) + 1 for line in lines) <= room + 1:
            return lines, count
    return ["Rows are left out: they are too long."], 0


def _heading(shown: int, height: int | None, columns: int) -> str:
    only = f", their first {counted(columns, 'column')}" if columns else ""
    if height is None or shown >= height:
        return f"Rows (all {shown:,}{only}):"
    head, middle, tail = _shares(shown)
    parts = [f"first {head}", f"middle {middle}" if middle else "", f"last {tail}" if tail else ""]
    return f"Rows ({', '.join(part for part in parts if part)} of {height:,}{only}):"


def _shares(rows: int) -> tuple[int, int, int]:
    """How many of so many shown rows come from head, middle and tail: 9 is 3, 3, 3."""
    third = rows // 3
    return rows - 2 * third, third, third


def shown_positions(height: int, rows: int, columns: int = 0) -> list[int]:
    """Which rows are shown: all of a short table, else some of its head, middle and tail, in order.

    columns: of a wide table fewer rows are shown, so that its cells are no more than a hundred or so
    """
    rows = rows if columns <= _WIDE else max(rows * 2 // 3, min(rows, 3)) if columns <= 2 * _WIDE else min(rows, 3)
    if height <= rows:
        return list(range(height))
    head, middle, tail = _shares(rows)
    start = max((height - middle) // 2, head)
    return [*range(head), *range(start, start + middle), *range(height - tail, height)]


def pick_columns(width: int, most: int, constant: Collection[int] = ()) -> list[int]:
    """Which of many columns are shown, by position: three quarters from the left, the rest from the right.

    constant: those that hold one value, which are skipped as long as there are others
    """
    if width <= most:
        return list(range(width))
    varied = [at for at in range(width) if at not in constant]
    if len(varied) <= most:
        filled = [at for at in range(width) if at in constant][: most - len(varied)]
        return sorted([*varied, *filled])
    last = most // 4
    return [*varied[: most - last], *varied[len(varied) - last :]]


def left_out(columns: Sequence[str], kept: Collection[int]) -> list[str]:
    """Names of the columns that were not picked."""
    shown = set(kept)
    return [name for at, name in enumerate(columns) if at not in shown]


def _cells(values: Sequence[object], width: int, whole: bool) -> list[str]:
    """The texts of the cells of one column."""
    if not whole and any(type(value) is float and math.isfinite(value) and _is_long(value) for value in values):
        return [short_number(value) if type(value) is float else _cell(value, width) for value in values]
    texts = [_cell(value, width) for value in values]
    midnight = all(text.endswith(MIDNIGHT) or text == "NaT" for text in texts) and str not in map(type, values)
    return [text.removesuffix(MIDNIGHT) for text in texts] if midnight else texts


def _is_long(value: float) -> bool:
    """Whether a number has more than six digits: computed rather than measured."""
    return float(f"{value:.6g}") != value


def _cell(value: object, width: int) -> str:
    """The text of one cell: strings as they are, numbers shortened, anything else on one short line."""
    if isinstance(value, str):
        return one_line(str.__str__(value), width)
    if isinstance(value, (int, float, complex)) and type(value).__module__ == "builtins":
        return one_line(format_number(value), width)
    if is_plain(value):
        return one_line(str(value), max(width, 26))
    return short_repr(value, width)


def sample_note(size: int) -> str:
    """The line about facts that were taken from a sample."""
    return f"Facts with about: estimated from {size:,} rows drawn at random."

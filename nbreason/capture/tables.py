"""The text about a table, the same for every library.

A library's module says what is in its table (`Column`, `Rows`); how that is laid out and made to fit is decided
here only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.characters import one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

_NAME = 60  # characters of a column name
_NAMES = 3_500  # characters of a list of names
_MARKS = 500  # characters kept free for what stands around the body
_COLUMNS_SHARE = 0.6  # of the characters, for the list of columns; the rest is for rows
_SHORT = 1_500  # characters of rows up to which a table of more rows is whole
_FEW = 10  # distinct values up to which all of them are counted
_SUPPORT = 20  # how often a value must occur in a sample before it is called frequent
_CELL_WIDTHS = (60, 30, 14)
_DATES = ("datetime", "pandas", "pandas._libs.tslibs.timestamps")


@dataclass(frozen=True)
class Column:
    """One column. facts: ``["missing 0", "distinct 126", "min 1.6", …]``"""

    name: str
    type: str
    facts: list[str] = field(default_factory=list)

    def line(self, most: int = 9) -> str:
        """The line about it, with its first `most` facts."""
        return f"- {one_line(self.name, _NAME)}: " + "; ".join([self.type, *self.facts[:most]])


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

    def csv(self, columns: int, width: int) -> list[str]:
        """Header and rows as CSV, with so many columns and at most `width` characters for each cell."""
        header = [one_line(name, max(width, 14)) for name in (*self.index, *self.columns[:columns])]
        cells = [[_cell(value, width) for value in column] for column in self.values[:columns]]
        rows = [
            [*(_cell(level, width) for level in label), *(column[at] for column in cells)]
            for at, label in enumerate(self.labels)
        ]
        return [_csv_line(row) for row in (header, *rows)]


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
    if not height or not 0 < len(columns) <= limits.columns or not (few or short):
        return None
    table = Table(columns, [], height, rows(), notes, whole=True)
    fits = len(_whole_body(table)) <= (limits.characters - _MARKS if few else _SHORT)
    return table if fits else None


def table_block(value: object, name: str, kind: str, table: Table, limits: Limits, shape: str = "") -> list[Part]:
    """The description of a table as a part."""
    return text_block(value, name, kind, _body(table, limits), limits, shape=shape)


def _body(table: Table, limits: Limits) -> str:
    if table.whole:
        return _whole_body(table)
    room = max(limits.characters - _MARKS, 200)
    lines, shown = _column_lines(table, int(room * _COLUMNS_SHARE) if table.rows.labels else room)
    hidden = [*[column.name for column in table.columns[shown:]], *table.left_out]
    top = ["Columns:", *lines] if lines else ["No columns."]
    if hidden:
        line = _left_out_line(hidden, shown + len(hidden), table.constant)
        top.append(one_line(line, max((room - sum(map(len, lines))) // 2, 100)))
    top += table.notes
    room -= sum(len(line) + 1 for line in top)
    return "\n".join([*top, *_row_lines(table, shown, room)])


def _whole_body(table: Table) -> str:
    types = {column.type for column in table.columns}
    if len(types) == 1 and len(table.columns) > 1:
        line = f"All columns are {types.pop()}."
    else:
        line = "Types: " + ", ".join(f"{one_line(column.name, _NAME)} {column.type}" for column in table.columns)
    rows = table.rows.csv(len(table.columns), _CELL_WIDTHS[0])
    return "\n".join([line, *table.notes, f"Rows (all {table.height:,}):", *rows])


def _left_out_line(hidden: Sequence[str], total: int, constant: int) -> str:
    of_them = f" ({counted(constant, 'of them holds', 'of them hold')} one value or nothing)" if constant else ""
    return one_line(f"Left out: {len(hidden):,} of {counted(total, 'column')}{of_them}: {names(hidden)}", _NAMES)


def names(columns: Sequence[str]) -> str:
    """Names in a row, about 300 of them."""
    return one_line(", ".join(columns[:400]), _NAMES)


def _column_lines(table: Table, room: int) -> tuple[list[str], int]:
    """The lines of as many columns as fit: with all facts, else with the first few, else fewer columns."""
    for most in (9, 5, 2):
        lines = [column.line(most) for column in table.columns]
        if sum(len(line) + 1 for line in lines) <= room:
            return lines, len(lines)
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept, len(kept)


def _row_lines(table: Table, shown: int, room: int) -> list[str]:
    """The rows as CSV with the index in front, in cells of less and less width until they fit."""
    rows, count = table.rows, len(table.rows.labels)
    if not count:
        return ["No rows."] if table.height == 0 else []
    narrow = _CELL_WIDTHS[-1]
    for columns, width in (
        *((shown, width) for width in _CELL_WIDTHS),
        *((shown // part, narrow) for part in (2, 4, 8) if shown // part),
    ):
        lines = [_heading(count, table.height, columns if columns < shown else 0), *rows.csv(columns, width)]
        if sum(len(line) + 1 for line in lines) <= room + 1:
            return lines
    return ["Rows are left out: they are too long."]


def _heading(shown: int, height: int | None, columns: int) -> str:
    only = f", their first {counted(columns, 'column')}" if columns else ""
    if height is None or shown >= height:
        return f"Rows (all {shown:,}{only}):"
    head, middle, tail = _shares(shown)
    parts = [f"first {head}", f"middle {middle}" if middle else "", f"last {tail}" if tail else ""]
    return f"Rows ({', '.join(part for part in parts if part)} of {height:,}{only}):"


def _csv_line(row: list[str]) -> str:
    """A line of CSV; nothing in a cell can begin a new line, line ends are shown as ``\\n``."""
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(row)
    return file.getvalue()


def _shares(rows: int) -> tuple[int, int, int]:
    """How many of so many shown rows come from head, middle and tail: 9 is 3, 3, 3."""
    third = rows // 3
    return rows - 2 * third, third, third


def shown_positions(height: int, rows: int) -> list[int]:
    """Which rows are shown: all of a short table, else some of its head, middle and tail, in order."""
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


def _cell(value: object, width: int) -> str:
    """The text of one cell: strings as they are, numbers shortened, anything else on one short line."""
    if isinstance(value, str):
        return one_line(str.__str__(value), width)
    if isinstance(value, (int, float, complex)) and type(value).__module__ == "builtins":
        return one_line(format_number(value), width)
    if hasattr(type(value), "isoformat") and type(value).__module__ in _DATES:
        return one_line(str(value), max(width, 26))
    return short_repr(value, width)


def sample_note(size: int) -> str:
    """The line about facts that were taken from a sample."""
    return f"Facts with about: estimated from {size:,} rows drawn at random."


def distinct(count: int, sampled: int, height: int) -> str:
    """What is known of the distinct values when `count` were found in `sampled` of `height` rows."""
    if sampled >= height:
        return f"distinct {count:,}"
    # Values that keep coming back in a sample have nearly all been seen; where most are new, many more exist.
    return f"distinct about {count:,}" if count <= sampled // 20 else f"distinct at least {count:,}"


def counts(pairs: Sequence[tuple[object, int]], different: int, sampled: int, height: int, ordered: bool) -> list[str]:
    """How often values occur: ``values 'a' 5, 'b' 3`` if that is all of them, else the first five as ``top``.

    pairs:   values and counts, the most frequent first; of few values all
    ordered: whether the values have an order, in which they are given
    """
    if sampled >= height and 0 < len(pairs) == different <= _FEW and not (different > 5 and pairs[0][1] <= 1):
        if ordered:
            pairs = sorted(pairs)
        return ["values " + _listed(pairs, sampled, height)]
    least = 2 if sampled >= height else _SUPPORT
    frequent = [pair for pair in pairs[:5] if pair[1] >= least]
    return ["top " + _listed(frequent, sampled, height)] if frequent else []


def _listed(pairs: Sequence[tuple[object, int]], sampled: int, height: int) -> str:
    return ", ".join(f"{short_repr(value, 40)} {_times(count, sampled, height)}" for value, count in pairs)


def has_few(different: int | None) -> bool:
    """Whether so few values are different that each of them is counted."""
    return different is not None and different <= _FEW


def numeric(mean: Any, ends: Sequence[Any], quartiles: Sequence[Any], std: Any, about: str, sampled: str) -> list[str]:
    """Mean, range, quartiles and standard deviation of numbers; None for what is not known.

    ends: minimum and maximum
    about, sampled: ``about `` where the first two, and the last two, are estimated from a sample
    """
    facts = [("mean", about, mean), ("min", about, ends[0]), ("max", about, ends[1]), ("std", sampled, std)]
    lines = [f"{word} {estimated}{format_number(value)}" for word, estimated, value in facts if value is not None]
    if quartiles and None not in quartiles:
        lines.insert(3, f"quartiles {sampled}{', '.join(map(format_number, quartiles))}")
    return lines


def _times(count: int, sampled: int, height: int) -> str:
    return f"{count:,}" if sampled >= height else f"about {100 * count / max(sampled, 1):.3g} %"

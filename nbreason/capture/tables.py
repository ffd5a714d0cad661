"""The text about a table, the same for every library.

A library's module says what its table holds (`Column`, rows of short text); how that is laid out and made to
fit is decided here only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from nbreason.capture.limits import Limits
from nbreason.capture.safe import brief, number, one_line
from nbreason.core.phrases import counted

_NAME = 60  # characters of a column name
_MARKS = 500  # characters kept free for what stands around the body
_COLUMNS_SHARE = 0.6  # of the characters, for the list of columns; the rest is for rows
_CELL_WIDTHS = (60, 30, 14)


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
class Table:
    """What is said about a table.

    columns:   those shown, in order
    left_out:  names of those not shown
    height:    rows in all; None when nobody has counted them
    positions: which rows are shown, from 0
    cells:     gives one text per header and shown row, for the first n shown columns: header line first
    notes:     whole lines: about the index, about what is estimated
    dull:      how many of the columns left out hold one value or nothing
    """

    columns: Sequence[Column]
    left_out: Sequence[str]
    height: int | None
    positions: Sequence[int]
    cells: Callable[[int, int], list[list[str]]]
    notes: Sequence[str] = ()
    dull: int = 0


def body(table: Table, limits: Limits) -> str:
    """The description between the marks, at most ``limits.characters`` less what the marks need."""
    room = max(limits.characters - _MARKS, 200)
    lines, shown = _column_lines(table, int(room * _COLUMNS_SHARE) if table.positions else room)
    left_out = [*[column.name for column in table.columns[shown:]], *table.left_out]
    top = ["Columns:", *lines] if lines else ["No columns."]
    if left_out:
        top.append(_left_out_line(left_out, shown + len(left_out), table.dull))
    top += table.notes
    room -= sum(len(line) + 1 for line in top)
    return "\n".join([*top, *_rows(table, shown, room)])


def _left_out_line(left_out: Sequence[str], total: int, dull: int) -> str:
    of_them = f" ({counted(dull, 'of them holds', 'of them hold')} one value or nothing)" if dull else ""
    return one_line(f"Left out: {len(left_out):,} of {counted(total, 'column')}{of_them}: {names(left_out)}", 500)


def names(columns: Sequence[str]) -> str:
    """Names in a row, as many as are of use."""
    return one_line(", ".join(columns[:60]), 460)


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


def _rows(table: Table, shown: int, room: int) -> list[str]:
    """The rows as CSV lines with the index in front, cells shortened until they fit."""
    if not table.positions:
        return ["No rows."] if table.height == 0 else []
    for width in _CELL_WIDTHS:
        lines = _csv(table.cells(shown, width))
        heading = _heading(len(table.positions), table.height)
        if len(heading) + sum(len(line) + 1 for line in lines) <= room:
            return [heading, *lines]
    for fewer in (shown // 2, shown // 4, shown // 8):
        lines = _csv(table.cells(fewer, _CELL_WIDTHS[-1])) if fewer else []
        heading = _heading(len(table.positions), table.height, f", their first {counted(fewer, 'column')}")
        if lines and len(heading) + sum(len(line) + 1 for line in lines) <= room:
            return [heading, *lines]
    return ["Rows are left out: they are too long."]


def _heading(shown: int, height: int | None, only: str = "") -> str:
    if height is None:
        return f"Rows (first {shown}{only}):"
    if shown >= height:
        return f"Rows (all {height:,}{only}):"
    head, middle, tail = shares(shown)
    parts = [f"first {head}", f"middle {middle}" if middle else "", f"last {tail}" if tail else ""]
    return f"Rows ({', '.join(part for part in parts if part)} of {height:,}{only}):"


def _csv(rows: list[list[str]]) -> list[str]:
    """CSV lines; nothing in a cell can begin a new line, line ends are shown as ``\\n``."""
    lines = []
    for row in rows:
        file = io.StringIO()
        csv.writer(file, lineterminator="").writerow(row)
        lines.append(file.getvalue())
    return lines


def shares(rows: int) -> tuple[int, int, int]:
    """How many of so many shown rows come from head, middle and tail: 9 is 3, 3, 3."""
    tail = rows // 3
    middle = rows // 3
    return rows - middle - tail, middle, tail


def shown_positions(height: int, rows: int) -> list[int]:
    """Which rows are shown: all of a short table, else some of its head, middle and tail, in order."""
    if height <= rows:
        return list(range(height))
    head, middle, tail = shares(rows)
    start = max((height - middle) // 2, head)
    return [*range(head), *range(start, start + middle), *range(height - tail, height)]


def pick_columns(width: int, most: int, dull: Collection[int] = ()) -> list[int]:
    """Which of many columns are shown, by position: three quarters from the left, the rest from the right.

    dull: those that say nothing, which are passed over as long as there are others
    """
    if width <= most:
        return list(range(width))
    telling = [at for at in range(width) if at not in dull]
    if len(telling) <= most:
        filled = [at for at in range(width) if at in dull][: most - len(telling)]
        return sorted([*telling, *filled])
    last = most // 4
    return [*telling[: most - last], *telling[len(telling) - last :]]


def cell(value: object, width: int) -> str:
    """The text of one cell: strings as they are, numbers shortened, anything else on one short line."""
    if isinstance(value, str):
        return one_line(str.__str__(value), width)
    if isinstance(value, (int, float, complex)) and type(value).__module__ == "builtins":
        return one_line(number(value), width)
    text = getattr(type(value), "isoformat", None)
    if text is not None and type(value).__module__ in (
        "datetime",
        "pandas",
        "pandas._libs.tslibs.timestamps",
    ):
        return one_line(str(value), max(width, 26))
    return brief(value, width)


def distinct(count: int, looked_at: int, height: int) -> str:
    """What is known of the distinct values when `count` were seen in `looked_at` of `height` rows."""
    if looked_at >= height:
        return f"distinct {count:,}"
    # Values that keep coming back in a sample have nearly all been seen; where most are new, many more exist.
    return f"distinct about {count:,}" if count <= looked_at // 20 else f"distinct at least {count:,}"


def top(counts: Sequence[tuple[object, int]], looked_at: int, height: int) -> str:
    """The most frequent values with how often they occur: ``top 'a' 5, 'b' 3``."""
    if not counts or (counts[0][1] <= 1 and looked_at > 5):
        return ""  # all different: nothing is frequent
    named = [f"{brief(value, 40)} {_times(count, looked_at, height)}" for value, count in counts[:5]]
    return "top " + ", ".join(named)


def _times(count: int, looked_at: int, height: int) -> str:
    return f"{count:,}" if looked_at >= height else f"about {100 * count / max(looked_at, 1):.3g} %"

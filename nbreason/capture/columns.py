"""What is said about the columns of a table, the same for every library: one line each, numbers in a grid."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nbreason.capture.object_types import is_a
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.characters import one_line

NAME = 60  # characters of a column name
MIDNIGHT = " 00:00:00"
_DATES = ("datetime", "pandas", "pandas._libs.tslibs.timestamps")
_FEW = 10  # distinct values up to which all of them are counted
_SUPPORT = 20  # how often a value must occur in a sample before it is called frequent
_GRID = 3  # columns of numbers from which on they are a grid
_HEADER = ("distinct", "mean", "std", "min", "25%", "median", "75%", "max")
_AT = ("min at", "max at")


@dataclass(frozen=True)
class Numbers:
    """What is known of a column of numbers; None for what is not.

    ends, quartiles: minimum and maximum; the three quartiles, or nothing
    at:              labels of the rows of minimum and maximum, or nothing
    about, sampled:  ``about `` where mean and ends, and where deviation and quartiles, are from a sample
    """

    distinct: str
    mean: Any
    std: Any
    ends: Sequence[Any]
    quartiles: Sequence[Any] = ()
    at: Sequence[str] = ()
    about: str = ""
    sampled: str = ""

    def cells(self) -> list[str]:
        """Its line in the grid, whose columns are `_HEADER` and `_AT`."""
        # How many measurements differ says little, how many codes or identifiers a lot.
        different = self.distinct.removeprefix("distinct ") if isinstance(self.ends[0], int) else ""
        return [different, *self._all(), *(self.at or [""] * len(_AT))]

    def facts(self) -> list[str]:
        """The same as a list of facts."""
        mean, std, least, *three, most = self._all()
        first, last = (f" at {label}" for label in self.at) if self.at else ("", "")
        pairs = (
            ("mean", self.about, mean),
            ("std", self.sampled, std),
            ("min", self.about, least and least + first),
            ("quartiles", self.sampled, ", ".join(three) if all(three) else ""),
            ("max", self.about, most and most + last),
        )
        return [self.distinct, *(f"{word} {about}{value}" for word, about, value in pairs if value)]

    def _all(self) -> list[str]:
        """Mean, deviation, minimum, quartiles, maximum as text."""
        three = self.quartiles or (None, None, None)
        return self._written([self.mean, self.std, self.ends[0], *three, self.ends[1]])

    def middle(self, different: int) -> list[str]:
        """Mean and quartiles, beside which so many values are counted one by one."""
        mean = [f"mean {self._written([self.mean])[0]}"] if self.mean is not None else []
        if different <= 3 or not self.quartiles:
            return mean
        return [*mean, f"quartiles {', '.join(self._written(self.quartiles))}"]

    def _written(self, values: Sequence[Any]) -> list[str]:
        """All with the same number of decimals: mean and deviation have three digits or more."""
        decimals = _decimals(self.mean, self.std)
        return [_rounded(value, decimals) for value in values]


@dataclass(frozen=True)
class Column:
    """One column.

    missing: ``"33"`` or ``"about 3 %"``, "" if nothing is, None if that is not known
    facts:   ``["distinct 4: 'a' ×3", …]``, the most useful first
    numbers: of a column of numbers that are more than a few
    """

    name: str
    type: str
    missing: str | None = None
    facts: list[str] = field(default_factory=list)
    numbers: Numbers | None = None

    def line(self, most: int = 9, usual: str = "", tell_missing: bool = True) -> str:
        """The line about it, with its first `most` facts.

        usual: the type that need not be said; tell_missing: whether it is said that nothing is missing
        """
        missing = f"missing {self.missing or 0}" if self.missing or (tell_missing and self.missing == "") else ""
        facts = [*self.facts, *(self.numbers.facts() if self.numbers else [])][:most]
        said = [fact for fact in (self.type if self.type != usual else "", missing, *facts) if fact]
        return f"- {one_line(self.name, NAME)}{': ' * bool(said)}{'; '.join(said)}"


def column_lines(columns: Sequence[Column], room: int) -> tuple[list[str], int]:
    """A heading and the lines of as many columns as fit: with all facts, else with the first few, else fewer columns.

    Returns the lines and the number of columns they tell of.
    """
    for most in (9, 5, 2):
        lines = _lines(columns, most)
        if sum(len(line) + 1 for line in lines) <= room:
            return lines, len(columns)
    shown = len(columns)
    while shown and sum(len(line) + 1 for line in lines) > room:
        shown = min(shown - 1, shown * 9 // 10)
        lines = _lines(columns[:shown], 2)
    return lines, shown


def _lines(columns: Sequence[Column], most: int) -> list[str]:
    if not columns:
        return []
    types = Counter(column.type for column in columns)
    usual, count = types.most_common(1)[0] if len(columns) > 2 else ("", 0)
    known = len(columns) > 2 and all(column.missing is not None for column in columns)
    none = known and not any(column.missing for column in columns)
    usual = usual if count > 1 else ""
    grid = [column for column in columns if column.numbers and not column.numbers.sampled]
    grid = grid if len(grid) >= _GRID else []
    rest = [column.line(most, usual, not known) for column in columns if column not in grid]
    return [_heading(usual, len(types) == 1, known, none), *_grid(grid, usual), *rest]


def _heading(usual: str, only: bool, known: bool, none: bool) -> str:
    """What holds for all columns unless their line says otherwise."""
    if usual and not only and known and not none:
        return f"Columns ({usual} and nothing missing unless said):"
    said = [f"all {usual}" if only else f"{usual} unless said"] if usual else []
    said += [f"nothing is missing{'' if none else ' unless said'}"] if known else []
    return f"Columns ({'; '.join(said)}):" if said else "Columns:"


def _grid(columns: Sequence[Column], usual: str) -> list[str]:
    """Columns of numbers as CSV, one a line."""
    header = ["name", "type", "missing", *_HEADER, *_AT]
    rows = []
    for column in columns:
        cells = column.numbers.cells() if column.numbers else []
        rows.append(
            [one_line(column.name, NAME), column.type if column.type != usual else "", column.missing or "", *cells]
        )
    told = [at for at in range(len(header)) if any(row[at] for row in rows)]
    return [csv_line([row[at] for at in told]) for row in ([header, *rows] if rows else [])]


def csv_line(row: Sequence[str]) -> str:
    """A line of CSV; nothing in a cell can begin a new line, line ends are shown as ``\\n``."""
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(row)
    return file.getvalue()


def _decimals(mean: Any, std: Any) -> int | None:
    """Decimals with which mean and deviation have three digits; None where that is not sensible."""
    given = [abs(float(one)) if isinstance(one, (int, float)) and math.isfinite(one) else 0.0 for one in (mean, std)]
    scale = given[1] or given[0]
    if 0 < given[0] < scale:  # nearly zero beside the deviation, a mean needs no digits of its own
        scale = max(given[0], scale / 10)
    if not 1e-4 < scale < 1e15:
        return None
    return max(2 - math.floor(math.log10(scale)), 1 if scale < 1000 else 0)


def _rounded(value: Any, decimals: int | None) -> str:
    """A number with so many decimals, without zeros at the end where it has no more; "" for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, float) or not math.isfinite(value) or decimals is None:
        return format_number(value)
    text = f"{value:.{decimals}f}" if abs(value) < 1e15 else format_number(value)
    if value and not float(text):
        return f"{value:.3g}"
    return format_number(value) if float(text) == value else text


def distinct(count: int, sampled: int, height: int) -> str:
    """What is known of the distinct values when `count` were found in `sampled` of `height` rows."""
    if sampled >= height:
        return f"distinct {count}"
    # Values that keep coming back in a sample have nearly all been seen; where most are new, many more exist.
    return f"distinct about {count}" if count <= sampled // 20 else f"distinct at least {count}"


def counts(pairs: Sequence[tuple[object, int]], different: int, sampled: int, height: int, ordered: bool) -> str:
    """How often values occur: ``distinct 2: 'a' ×5, 'b' ×3`` if that is all of them, else up to five as ``most
    frequent``.

    pairs:   values and counts, the most frequent first; of few values all
    ordered: whether the values have an order, in which they are given
    """
    known = distinct(different, sampled, height)
    if is_counted(pairs, different, sampled, height):
        return f"{known}: {', '.join(_times(*pair) for pair in (sorted(pairs) if ordered else pairs))}"
    exact = sampled >= height
    frequent = [pair for pair in pairs[:5] if pair[1] >= (2 if exact else _SUPPORT)]
    if not frequent:
        return known
    said = (_times(*pair) if exact else _share(*pair, sampled) for pair in frequent)
    return f"{known}, most frequent {', '.join(said)}"


def is_counted(pairs: Sequence[tuple[object, int]], different: int, sampled: int, height: int) -> bool:
    """Whether all values are counted, one by one; values of which each occurs once are not."""
    few = sampled >= height and 0 < different <= _FEW and len(pairs) >= different
    return few and not (different > 5 and pairs[0][1] <= 1)


def has_few(different: int | None) -> bool:
    """Whether so few values are different that each of them is counted."""
    return different is not None and different <= _FEW


def _times(value: object, count: int) -> str:
    return f"{label(value)} ×{count}"


def _share(value: object, count: int, sampled: int) -> str:
    return f"{label(value)} about {100 * count / max(sampled, 1):.3g} %"


def label(value: object) -> str:
    """A value as a label: text in quotes, so that ``'1'`` is not the number 1; dates as one writes them."""
    return one_line(str(value).removesuffix(MIDNIGHT), 40) if is_plain(value) else short_repr(value, 40)


def is_plain(value: object) -> bool:
    """Whether a value's text says all: dates, periods, intervals, decimals, types."""
    is_date = hasattr(type(value), "isoformat") and type(value).__module__ in _DATES
    is_type = is_a(value, "numpy", "dtype") or is_a(value, "pandas", "ExtensionDtype")
    return is_date or is_type or is_a(value, "pandas", "Period", "Interval") or is_a(value, "decimal", "Decimal")

"""The values inside the specification of a chart, in few words.  Specifications need no numpy, and nor does this."""

from __future__ import annotations

import math
import re
import statistics
from array import array
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from nbreason.capture.plots.axis import number

_MOST = 12  # values or points written out one by one
_MOST_GROUPS = 30
_MOST_CELLS = 225  # of a grid, written out: all or none
_MOST_READ = 1_000_000
_SAMPLE = 50_000  # points for a correlation
_LONGEST = 60
# The types of plotly's packed arrays, and the letters Python's `array` has for them.
_PACKED = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
_DATE = re.compile(r"\d{4}-\d\d(-\d\d|$)")
_MIDNIGHT = re.compile(r"(?<=\d)[T ]00:00:00(\.0+)?(\+00:00|Z)?$")

Pairs = list[tuple[Any, Any]]


def listed(data: Any) -> list[Any]:
    """The values of a list, an array of numpy, or plotly's packed form; [] for anything else.

    Of a packed array of two dimensions its rows.
    """
    if isinstance(data, dict) and data.get("dtype") in _PACKED:
        values = array(_PACKED[data["dtype"]])
        packed = b64decode(str(data.get("bdata", ""))[: _MOST_READ * 16])
        values.frombytes(packed[: len(packed) // values.itemsize * values.itemsize])
        sides = [int(side) for side in re.findall(r"\d+", str(data.get("shape", "")))]
        flat = values.tolist()
        return [flat[i : i + sides[1]] for i in range(0, len(flat), sides[1])] if len(sides) == 2 and sides[1] else flat
    if hasattr(data, "tolist") and hasattr(data, "dtype"):
        data = data[: max(_MOST_READ // max(math.prod(data.shape[1:]), 1), 1)] if data.shape else data
        data = (data.astype(str) if data.dtype.kind in "mM" else data).tolist()
    return list(data[:_MOST_READ]) if isinstance(data, (list, tuple)) else []


def numbers(values: Iterable[object]) -> list[float]:
    """The finite numbers among them."""
    return [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool) and _is_finite(v)]


def is_numeric(values: Sequence[object]) -> bool:
    """Whether all that is there are numbers."""
    return any(value is not None for value in values) and all(
        value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in values
    )


def text(value: object, span: float = 0.0) -> str:
    """One value, short and on one line.  span: of the numbers around it"""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value, span) if _is_finite(value) else str(value)
    line = " ".join(str(value)[: 4 * _LONGEST].split())
    line = _MIDNIGHT.sub("", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def in_words(values: Sequence[Any]) -> str:
    """``3 to 9, mean 5``, ``a 3, b 1``, ``2024-01-01 to 2024-03-01``; few values one by one."""
    if is_numeric(values):
        if len(values) <= _MOST:
            return ", ".join(text(value, _span(values)) for value in values)
        return spread(finite) if (finite := numbers(values)) else "no values"
    known = [text(value) for value in values if value is not None]
    if known and all(map(_DATE.match, known)):
        return f"{min(known)} to {max(known)}" if len(known) > 1 else known[0]
    counts = Counter(known)
    if len(counts) == len(known):
        return ", ".join(known[:_MOST]) + (f", … {len(known):,} in all" if len(known) > _MOST else "")
    told = ", ".join(f"{name} {count:,}" for name, count in counts.most_common(_MOST))
    return told + (f", … {len(counts):,} different" if len(counts) > _MOST else "")


def spread(known: Sequence[float]) -> str:
    """Range and mean."""
    span = _span(known)
    low, high = number(min(known), span), number(max(known), span)
    return low if low == high else f"{low} to {high}, mean {number(statistics.fmean(known), span)}"


def quartiles(known: Sequence[float]) -> str:
    """What a box plot of these shows."""
    if len(known) < 2:
        return ", ".join(map(number, known))
    lower, median, upper = statistics.quantiles(known, n=4, method="inclusive")
    five = (number(value, _span(known)) for value in (median, lower, upper, min(known), max(known)))
    return "median {}, quartiles {} and {}, {} to {}, n {}".format(*five, len(known))


def parts(known: Sequence[float]) -> str:
    """What a histogram of these shows, which a browser would have divided into bins."""
    low, high = min(known), max(known)
    if low == high:
        return f"all {number(low)}"
    counts = [0] * 10
    for value in known:
        counts[min(int((value - low) / (high - low) * 10), 9)] += 1
    return f"{quartiles(known)}; mean {number(statistics.fmean(known))}; counts in 10 equal parts {str(counts)[1:-1]}"


def points(pairs: Pairs, labels: Sequence[Any] = ()) -> str:
    """A scatter or a line by its points: all of a few, else ranges, ends and how they go together.

    labels: what the points are called, one for each, or nothing
    """
    names = [f" {text(label)}" for label in labels] if len(labels) == len(pairs) else [""] * len(pairs)
    if len(pairs) <= _MOST:
        wide, tall = (_span([pair[i] for pair in pairs]) for i in (0, 1))
        told = zip(pairs, names, strict=True)
        return ", ".join(f"({text(x, wide)}, {text(y, tall)}){name}" for (x, y), name in told)
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    facts = [f"x {in_words(xs)}", f"y {in_words(ys)}"]
    sample = pairs[:: -(-len(pairs) // _SAMPLE)]
    both = [(x, y) for x, y in sample if len(numbers([x, y])) == 2]
    if len(both) > 2 and is_numeric(xs) and is_numeric(ys):
        with suppress(statistics.StatisticsError):
            columns = [list(column) for column in zip(*both, strict=True)]
            together = statistics.correlation(*columns)
            facts.append(f"correlation {together:.3f}")
            if abs(together) > 1 - 1e-9:
                facts[-1] += f", straight with slope {number(statistics.linear_regression(*columns).slope)}"
    known = [(x, y, name) for (x, y), name in zip(pairs, names, strict=True) if numbers([y])]
    if known:
        low, high = min(known, key=lambda point: point[1]), max(known, key=lambda point: point[1])
        facts += [f"{word} y at x {text(at[0])}{at[2]}" for word, at in (("lowest", low), ("highest", high))]
        facts.append(f"first y {text(known[0][1])}, last y {text(known[-1][1])}")
    return "; ".join(facts)


def by_name(pairs: Pairs, of: Callable[[list[float]], float] = math.fsum) -> str:
    """One number for each name, those of equal name taken together.  pairs: (name, value)"""
    groups = grouped(pairs)
    told = [(name, of(known)) for name, values in groups.items() if (known := numbers(values))]
    if len(told) <= _MOST_GROUPS:
        return ", ".join(f"{name}: {number(value)}" for name, value in told)
    low, high = min(told, key=lambda one: one[1]), max(told, key=lambda one: one[1])
    total = math.fsum(value for _, value in told)
    ends = f"highest {high[0]}: {number(high[1])}; lowest {low[0]}: {number(low[1])}"
    return f"{len(told):,} names; {ends}; sum {number(total)}; mean {number(total / len(told))}"


def grouped(pairs: Pairs) -> dict[str, list[Any]]:
    """The values of each name, in the order in which the names appear."""
    groups: dict[str, list[Any]] = {}
    for name, value in pairs:
        groups.setdefault(text(name), []).append(value)
    return groups


def grid(rows: list[Any], columns: list[Any], names: list[Any]) -> str:
    """A heat map: all its numbers as CSV, or their range and extremes.  names: of the rows"""
    lines = [listed(row) for row in rows]
    width = max(map(len, lines), default=0)
    columns = columns if len(columns) == width else list(range(width))
    names = names if len(names) == len(lines) else list(range(len(lines)))
    if len(lines) * width <= _MOST_CELLS:
        body = [",".join([text(name), *("" if v is None else text(v) for v in line)]) for name, line in
                zip(names, lines, strict=True)]  # fmt: skip
        return "\n" + "\n".join(["," + ",".join(map(text, columns)), *body])
    cells = [(float(v), r, c) for r, line in enumerate(lines) for c, v in enumerate(line) if numbers([v])]
    if not cells:
        return "no values"
    low, high = min(cells), max(cells)
    told = [f"{word} at column {text(columns[c])}, row {text(names[r])}"
            for word, (_, r, c) in (("lowest", low), ("highest", high))]  # fmt: skip
    return "; ".join([spread([value for value, _, _ in cells]), *told])


def _span(values: Iterable[object]) -> float:
    """From the least to the greatest number."""
    known = numbers(values)
    return max(known) - min(known) if known else 0.0


def _is_finite(value: object) -> bool:
    try:
        return math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:
        return False  # an integer that no float can hold

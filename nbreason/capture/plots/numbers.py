"""The numbers behind curves, clouds of points and grids of a figure, in few words."""

from __future__ import annotations

from typing import Any

from nbreason.capture.plots.axis import Axis, number

_MOST_POINTS = 12  # written out one by one
_MOST_CELLS = 225  # of a grid, written out: all or none
_SAMPLE = 50_000  # points for a correlation
_PEAKS = 6


def finite(points: Any) -> Any:
    """The points all of whose coordinates are numbers."""
    import numpy as np

    # A sum is much faster to check, and most data are complete.
    return points if np.isfinite(points.sum()) else points[np.isfinite(points).all(axis=1)]


def curve(points: Any, x: Axis, y: Axis, brief: bool = False) -> str:
    """What a line says.  points: n x 2 numbers, in the order in which they are joined; brief: without peaks"""
    import numpy as np

    points = finite(points)
    if len(points) <= _MOST_POINTS:
        slope = _slope(points, x, y) if len(points) == 2 else ""
        return ", ".join(_place(point, x, y) for point in points) + slope
    ends = f"from {_place(points[0], x, y)} to {_place(points[-1], x, y)}"
    if slope := _slope(points, x, y):
        return f"straight {ends}{slope}"
    if not (np.diff(points[:, 0]) >= 0).all():
        return cloud(points, x, y)
    low, high = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    facts = [ends, f"lowest {y.text(low[1])} at {x.text(low[0])}", f"highest {y.text(high[1])} at {x.text(high[0])}"]
    facts.append(f"mean {y.number(points[:, 1].mean())}" if y.numeric else "")
    facts.append("" if brief else peaks_of(points, x))
    return "; ".join(filter(None, facts))


def peaks_of(points: Any, x: Axis) -> str:
    """``peaks at 2, 4.5`` where a curve has a few; else nothing.  points: n x 2 numbers, by x"""
    found = _peaks(points)
    return "peaks at " + ", ".join(map(x.text, found)) if 1 < len(found) <= _PEAKS else ""


def cloud(points: Any, x: Axis, y: Axis) -> str:
    """What a scatter of points says.  points: n x 2 numbers"""
    import numpy as np

    points = finite(points)
    if not len(points):
        return ""
    if len(points) <= _MOST_POINTS:
        return ", ".join(_place(point, x, y) for point in points)
    facts = [f"{letter} {spread(points[:, i], axis)}" for i, (letter, axis) in enumerate((("x", x), ("y", y)))]
    sample = points[:: -(-len(points) // _SAMPLE)]
    if x.numeric and y.numeric and (sample.min(axis=0) < sample.max(axis=0)).all():
        facts.append(f"correlation {np.corrcoef(sample.T)[0, 1]:.3f}")
    return "; ".join(facts)


def spread(values: Any, axis: Axis | None = None) -> str:
    """``0 to 9, mean 4.5``; of one value that value."""
    span = float(values.max() - values.min())
    text = axis.text if axis else lambda value: number(value, span)
    low, high = text(values.min()), text(values.max())
    mean = f", mean {number(values.mean(), span)}" if axis is None or axis.numeric else ""
    return low if low == high else f"{low} to {high}{mean}"


def grid(values: Any, columns: list[str], rows: list[str]) -> str:
    """A heat map: all numbers as lines of CSV under the names of the columns, or their range and extremes.

    values: rows x columns numbers, masked where there are none
    """
    import numpy as np

    values = np.ma.masked_invalid(np.ma.asarray(values, dtype=float))
    if values.size <= _MOST_CELLS:
        span = float(values.max() - values.min()) if values.count() else 0.0
        cells = [["" if value is np.ma.masked else number(value, span) for value in line] for line in values]
        lines = [",".join([row, *line]) for row, line in zip(rows, cells, strict=True)]
        return "\n".join(["," + ",".join(columns), *lines])
    if not values.count():
        return "no values"
    facts = [spread(values)]
    for word, index in (("lowest", values.argmin()), ("highest", values.argmax())):
        row, column = np.unravel_index(index, values.shape)
        facts.append(f"{word} at column {columns[column]}, row {rows[row]}")
    return "; ".join(facts)


def _place(point: Any, x: Axis, y: Axis) -> str:
    return f"({x.text(point[0])}, {y.text(point[1])})"


def _slope(points: Any, x: Axis, y: Axis) -> str:
    """The slope of a straight line, on linear axes of numbers; "" for any other."""
    import numpy as np

    if not (x.numeric and y.numeric and x.scale == y.scale == "linear"):
        return ""
    (x0, y0), (x1, y1) = points[0], points[-1]
    if x0 == x1:
        return ""
    slope = (y1 - y0) / (x1 - x0)
    away = np.abs(points[:, 1] - y0 - slope * (points[:, 0] - x0)).max()
    size = np.ptp(points[:, 1]) or 1.0
    return f", slope {number(slope)}" if away <= 1e-6 * size else ""


def _peaks(points: Any) -> list[float]:
    """Where a curve has maxima that stand out by a tenth of its range."""
    import numpy as np

    heights = points[:, 1]
    rising = np.diff(heights) > 0
    turns = [0, *(np.flatnonzero(rising[1:] != rising[:-1]) + 1).tolist(), len(heights) - 1]
    if len(turns) > 500:
        return []
    step = np.ptp(heights) / 10
    peaks: list[float] = []
    low = high = float(heights[0])
    best, climbing = 0, True
    for turn in turns:
        height = float(heights[turn])
        if climbing:
            if height > high:
                high, best = height, turn
            elif height < high - step:
                if high - low > step or not peaks:
                    peaks.append(float(points[best, 0]))
                low, climbing = height, False
        elif height < low:
            low = height
        elif height > low + step:
            high, best, climbing = height, turn, True
    if climbing and high - low > step:
        peaks.append(float(points[best, 0]))
    return peaks

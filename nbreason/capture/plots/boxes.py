"""Box plots and violins, which matplotlib draws from lines and areas like any other."""

from __future__ import annotations

from typing import Any, NamedTuple

from nbreason.capture.plots.axis import Axis

_MOST = 24  # boxes told one by one
_MOST_LINES = 3_000


class Mark(NamedTuple):
    """One thing that is drawn: ``what`` it is ("scatter of 150 points"), and its numbers."""

    what: str
    details: str = ""

    def __str__(self) -> str:
        between = ":" if self.details.startswith("\n") else ": "
        return f"{self.what}{between}{self.details}" if self.details else self.what


class _Stroke(NamedTuple):
    """A line, or the outline of a box, by its corners.  across: along the axis of categories"""

    artist: Any
    across: tuple[float, float]
    along: tuple[float, float]
    points: int
    joined: bool

    @property
    def centre(self) -> float:
        return (self.across[0] + self.across[1]) / 2


def boxes(lines: list[Any], patches: list[Any], x: Axis, y: Axis, names: Any) -> tuple[list[Mark], list[Any]]:
    """The box plots among these lines and patches, and the artists that they consist of.

    names: from an artist to the entry of the legend that has its colour
    """
    outlines = [patch for patch in patches if _is_outline(patch.get_path().vertices)]
    closed = [line for line in lines if line.get_xydata().shape[0] > 4 and _is_outline(line.get_xydata())]
    if not outlines + closed or len(lines) > _MOST_LINES:
        return [], []
    rest = [line for line in lines if line not in closed]
    upright = _is_upright(rest, closed + outlines)
    strokes = [_stroke(line, line.get_xydata(), upright) for line in rest if len(line.get_xydata())]
    found: dict[str, list[str]] = {}
    taken: list[Any] = []
    for artist in closed + outlines:
        box = _box_of(artist, upright)
        parts = [s for s in strokes if abs(s.centre - box.centre) < 1e-6 * (abs(box.centre) + 1) or _within(s, box)]
        medians = [s for s in parts if s.joined and s.points == 2 and s.along[0] == s.along[1] and
                   box.along[0] <= s.along[0] <= box.along[1] and _within(s, box)]  # fmt: skip
        if not medians:
            continue
        ends = [value for s in parts if s.joined for value in s.along]
        beyond = sum(s.points for s in parts if not s.joined and s not in medians)
        place = (x if upright else y).text(box.centre)
        text = _box(box, medians[0].along[0], ends, beyond, y if upright else x)
        found.setdefault(names(artist), []).append(f"{place} {text}")
        taken += [artist, *(s.artist for s in parts)]
    count = sum(map(len, found.values()))
    if not count:
        return [], []
    shown = [(f'"{name}": ' if name else "") + "; ".join(each[:_MOST]) for name, each in found.items()]
    return [Mark(f"box plot of {count} box{'es' if count > 1 else ''}", "; ".join(shown))], taken


def _box(box: _Stroke, median: float, ends: list[float], beyond: int, axis: Axis) -> str:
    text = f"median {axis.text(median)}, box {axis.text(box.along[0])} to {axis.text(box.along[1])}"
    text += f", whiskers {axis.text(min(ends))} to {axis.text(max(ends))}"
    return text + (f", {beyond} beyond" if beyond else "")


def _is_outline(vertices: Any) -> bool:
    """Whether corners are those of a box, with or without a notch: closed, and upright sides."""
    size = len(vertices)
    return 5 <= size <= 12 and bool((vertices[0] == vertices[size - 1]).all() or (vertices[0] == vertices[-2]).all())


def _is_upright(lines: list[Any], outlines: list[Any]) -> bool:
    """Whether the whiskers are vertical: lines of two points at the middle of a box, and outside it.

    Boxes of equal values have no whiskers; they stand, as most do.
    """
    sides = [(corners.min(axis=0), corners.max(axis=0)) for corners in map(_corners, outlines)]
    found = {0: False, 1: False}  # whiskers with a constant x, with a constant y
    for line in lines:
        points = line.get_xydata()
        if len(points) != 2 or line.get_linestyle() == "None":
            continue
        for across, along in ((0, 1), (1, 0)):
            if points[0, across] != points[1, across]:
                continue
            for low, high in sides:
                at_middle = abs(low[across] + high[across] - 2 * points[0, across]) < 1e-6 * (abs(high[across]) + 1)
                outside = points[:, along].min() < low[along] or points[:, along].max() > high[along]
                found[across] |= bool(at_middle and outside)
    return found[0] or not found[1]


def _corners(outline: Any) -> Any:
    return outline.get_xydata() if hasattr(outline, "get_xydata") else outline.get_path().vertices


def _box_of(outline: Any, upright: bool) -> _Stroke:
    """From the lower to the upper quartile; the sides of a notch may reach further than that."""
    corners = _corners(outline)
    ends = sorted(float(corners[index, 1 if upright else 0]) for index in (0, 2 if len(corners) < 7 else 5))
    return _stroke(outline, corners, upright)._replace(along=(ends[0], ends[1]))


def _stroke(artist: Any, points: Any, upright: bool) -> _Stroke:
    across, along = (points[:, 0], points[:, 1]) if upright else (points[:, 1], points[:, 0])
    joined = getattr(artist, "get_linestyle", str)() not in ("None", "") or not hasattr(artist, "get_xydata")
    return _Stroke(
        artist,
        (float(across.min()), float(across.max())),
        (float(along.min()), float(along.max())),
        len(points),
        joined,
    )


def _within(stroke: _Stroke, box: _Stroke) -> bool:
    room = 1e-6 * (box.across[1] - box.across[0])
    return box.across[0] - room <= stroke.across[0] and stroke.across[1] <= box.across[1] + room


def violin(vertices: Any, lines: list[Any], x: Axis, y: Axis) -> tuple[str, list[Any]]:
    """What an area says if it is a violin, symmetric about one position, and the lines inside it."""
    import numpy as np

    for across, along, places, values in ((0, 1, x, y), (1, 0, y, x)):
        levels, which = np.unique(vertices[:, along].round(9), return_inverse=True)
        left, right = np.full(len(levels), np.inf), np.full(len(levels), -np.inf)
        np.minimum.at(left, which.reshape(-1), vertices[:, across])
        np.maximum.at(right, which.reshape(-1), vertices[:, across])
        middle, size = float(left.min() + right.max()) / 2, float(right.max() - left.min())
        if len(levels) < 10 or size == 0 or np.abs((left + right) / 2 - middle).max() > 1e-4 * size:
            continue
        widest = levels[(right - left).argmax()]
        ends = f"{values.text(levels[0])} to {values.text(levels[-1])}"
        inside = [line for line in lines if _is_at(line.get_xydata()[:, across], middle)]
        return f"{places.text(middle)} {ends}, widest at {values.text(widest)}{_inside(inside, along, values)}", inside
    return "", []


def _is_at(places: Any, middle: float) -> bool:
    return len(places) > 0 and bool((abs(places - middle) < 1e-6 * (abs(middle) + 1)).all())


def _inside(lines: list[Any], along: int, values: Axis) -> str:
    """The box plot that seaborn draws into a violin: a point at the median, lines from quartile to quartile and
    from end to end."""
    places = [line.get_xydata()[:, along] for line in lines]
    median = [place[0] for place in places if len(place) == 1]
    spans = sorted((float(place.max() - place.min()), place.min(), place.max()) for place in places if len(place) == 2)
    text = f", median {values.text(median[0])}" if median else ""
    if len(spans) == 2:
        text += f", quartiles {values.text(spans[0][1])} and {values.text(spans[0][2])}"
    return text

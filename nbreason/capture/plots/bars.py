"""Bars of matplotlib: bar charts, histograms and pies, with their numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from nbreason.capture.plots.axis import Axis, number
from nbreason.capture.plots.boxes import Mark
from nbreason.core.phrases import counted

_MOST_BARS = 30  # written out one by one
_MOST_READ = 2_000


Errors = dict[tuple[bool, float], tuple[float, float]]
"""Error bars: (whether they are upright, where they stand) -> (from, to)."""


def bars(rectangles: list[Any], across: Axis, name: str, upright: bool, errors: Errors, colour: str) -> Mark:
    """A bar chart, or a histogram where the bars touch.

    rectangles: patches of one group; across: the axis they stand on; name: what the group is called
    errors: those at the bars are taken out
    """
    import numpy as np

    named = f' "{name}"' if name else ""
    if len(rectangles) > _MOST_READ:
        return Mark(colour + counted(len(rectangles), "bar") + named)
    sides = np.array([[bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()] for bar in rectangles], dtype=float)
    start, base, width, height = sides.T if upright else sides[:, [1, 0, 3, 2]].T
    if across.numeric and len(sides) > 2 and touching(start, width):
        return histogram([*start.tolist(), float(start[-1] + width[-1])], height, named, colour)
    lying = "" if upright else "horizontal "
    what = f"{len(sides)} {colour}{lying}bar{'s' if len(sides) > 1 else ''}{named}"
    middle = start + width / 2
    stacked = " (on top of others)" if (base != 0).any() and len({*base.tolist()}) > 1 else ""
    if len(sides) > _MOST_BARS:
        low, high = height.argmin(), height.argmax()
        return Mark(what + stacked, f"lowest {number(height[low])} at {across.text(middle[low])}; highest "
                    f"{number(height[high])} at {across.text(middle[high])}; sum {number(height.sum())}")  # fmt: skip
    errors_at = [_error(upright, at, errors) for at in middle]
    told = [
        f"{across.text(at)}: {number(size)}{error}" for at, size, error in zip(middle, height, errors_at, strict=True)
    ]
    return Mark(what + stacked, ", ".join(told))


def histogram(edges: list[float], heights: Any, named: str, colour: str) -> Mark:
    """A histogram.  edges: one more than heights"""
    heights = [float(height) for height in heights]
    reach = max(map(abs, edges))
    edges = [0.0 if abs(edge) < 1e-12 * reach else edge for edge in edges]
    widths = [end - begin for begin, end in pairwise(edges)]
    peak = max(range(len(heights)), key=heights.__getitem__)
    even = max(widths) - min(widths) <= 1e-6 * max(widths)
    size = f" of width {number(widths[0])}" if even else ""
    facts = [f"{number(edges[0])} to {number(edges[-1])}{size}"]
    if len(heights) <= _MOST_BARS:
        at = "" if even else f" between {', '.join(map(number, edges))}"
        facts.append(f"heights{at} {', '.join(map(number, heights))}")
    facts.append(f"highest {number(heights[peak])} from {number(edges[peak])} to {number(edges[peak + 1])}")
    facts.append(f"sum {number(sum(heights))}")
    return Mark(f"{colour}histogram{named} of {counted(len(heights), 'bin')}", "; ".join(facts))


def touching(start: Any, width: Any) -> bool:
    """Whether bars stand side by side without gaps."""
    import numpy as np

    room = 1e-6 * float(np.abs(width).max() or 1)
    return bool((np.abs(start[1:] - start[:-1] - width[:-1]) <= room).all())


def pie(wedges: list[Any]) -> Mark:
    """The shares of a pie."""
    told = []
    for wedge in wedges[:_MOST_BARS]:
        label = " ".join(str(wedge.get_label()).split())
        share = f"{number((wedge.theta2 - wedge.theta1) / 3.6)} %"
        told.append(share if label.startswith("_") else f"{label} {share}".strip())
    return Mark(f"pie of {counted(len(wedges), 'wedge')}", ", ".join(told))


def _error(upright: bool, at: float, errors: Errors) -> str:
    near = next((place for place in errors if place[0] == upright and abs(place[1] - at) < 1e-6 * (abs(at) + 1)), None)
    if near is None:
        return ""
    low, high = errors.pop(near)
    return f" (error bar {number(low)} to {number(high)})"

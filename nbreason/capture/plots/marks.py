"""What is drawn in one panel of matplotlib, by meaning: a box plot, a histogram, a scatter, and its numbers.

Uses the methods that all artists have; matplotlib itself is not imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.plots.axis import number
from nbreason.capture.plots.bars import Errors, bars, histogram, pie
from nbreason.capture.plots.boxes import Mark, boxes, violin
from nbreason.capture.plots.collections import collections, images
from nbreason.capture.plots.numbers import cloud, curve, finite
from nbreason.capture.plots.panel import Panel, label_of
from nbreason.core.phrases import counted

_MOST_LINES = 12  # told one by one
_MOST_TEXTS = 8
_NUMBER = re.compile(r"[-\u2212+$\u20ac]?[\d.,]+\s?%?")  # such as stand at bars, which have told them
_MOST_ROWS = 40
_MOST_READ = 2_000
_MOST_ERRORS = 200


def marks_of(panel: Panel) -> list[Mark]:
    """All that is drawn in a panel; what raises is left out."""
    found: list[Mark] = []
    for describe in (_boxes, _violins, _bars, images, collections, _lines, _patches, _tables, _texts):
        marks: list[Mark] = []
        value_or_none(lambda describe=describe, marks=marks: marks.extend(describe(panel)))  # type: ignore[misc]
        found += [mark for mark in marks if mark.what]
    return found


def _boxes(panel: Panel) -> Iterator[Mark]:
    found, told = boxes(panel.of("Line2D"), panel.of("PathPatch"), panel.x, panel.y, panel.name)
    panel.tell(*told)
    yield from found


def _violins(panel: Panel) -> Iterator[Mark]:
    lines, told = panel.of("Line2D"), []
    for area in panel.of("PolyCollection"):
        paths = area.get_paths()
        text, inside = violin(paths[0].vertices, lines, panel.x, panel.y) if len(paths) == 1 else ("", [])
        if text:
            told.append(f"{panel.quoted(area)} {text}".strip())
            panel.tell(area, *inside)
    if told:
        yield Mark(f"violin plot of {counted(len(told), 'violin')}", "; ".join(told[:24]))
        panel.tell(*(bars for bars in panel.of("LineCollection") if len(bars.get_paths()) in (1, len(told))))


def _bars(panel: Panel) -> Iterator[Mark]:
    errors = _errors(panel)
    for group in panel.axes.containers:
        if not hasattr(group, "datavalues"):
            continue
        shown = [bar for bar in group.patches if bar.get_visible()]
        panel.tell(*group.patches)
        if shown:
            upright = getattr(group, "orientation", "") != "horizontal"
            name = label_of(group) or panel.name(shown[0])
            yield bars(shown, panel.x if upright else panel.y, name, upright, errors, panel.colour(shown[0]))
    lone = [bar for bar in panel.of("Rectangle") if panel.in_data(bar) == (True, True)]
    panel.tell(*lone)
    lone = [bar for bar in lone if bar.get_width() and bar.get_height()]
    if lone:
        yield bars(lone, panel.x, "", True, {}, "")
    if wedges := panel.of("Wedge"):
        panel.tell(*wedges, *panel.of("Text"))
        yield pie(wedges)
    if errors:
        axis = panel.x if next(iter(errors))[0] else panel.y
        told = [f"{axis.text(at)} {number(low)} to {number(high)}" for (_, at), (low, high) in errors.items()]
        yield Mark("error bars", "; ".join(told))


def _errors(panel: Panel) -> Errors:
    """Error bars by direction and position: seaborn draws lines of two points, matplotlib has a container."""
    found: Errors = {}
    for group in panel.axes.containers:
        if hasattr(group, "has_yerr"):
            _, caps, segments = group.lines
            panel.tell(*caps, *segments)
            for segment in [each for lines in segments for each in lines.get_segments()][:_MOST_ERRORS]:
                upright = bool(segment[0, 0] == segment[1, 0])
                ends = sorted(segment[:, 1 if upright else 0].tolist())
                found[upright, float(segment[0, 0 if upright else 1])] = ends[0], ends[1]
        elif hasattr(group, "markerline"):  # stems
            panel.tell(group.baseline, group.stemlines)
    # Those of seaborn stand at bars, or at the points of a line.
    places = [bar.get_x() + bar.get_width() / 2 for bar in panel.of("Rectangle")[:_MOST_ERRORS]]
    lying = [bar.get_y() + bar.get_height() / 2 for bar in panel.of("Rectangle")[:_MOST_ERRORS]]
    for line in panel.of("Line2D"):
        if len(line.get_xydata()) != 2 and line.get_marker() not in ("None", "", None):
            places += line.get_xydata()[:_MOST_ERRORS, 0].tolist()
    for line in panel.of("Line2D"):
        points = line.get_xydata()
        if len(points) != 2 or label_of(line) or panel.in_data(line) != (True, True):
            continue
        for upright, at in ((True, places), (False, lying)):
            across, along = points[:, 0 if upright else 1], points[:, 1 if upright else 0]
            if across[0] == across[1] and along[0] != along[1] and any(abs(across[0] - place) < 1e-6 for place in at):
                found[upright, float(across[0])] = float(along.min()), float(along.max())
                panel.tell(line)
    return found


def _lines(panel: Panel) -> Iterator[Mark]:
    groups: dict[object, list[Any]] = {}
    for line in panel.of("Line2D"):
        size = len(line.get_xydata())
        if size and (finite(line.get_xydata()).size or not all(panel.in_data(line))):  # the empty ones are for legends
            groups.setdefault(label_of(line) or (size, panel.name(line)), []).append(line)
    single = [line for key, lines in groups.items() if isinstance(key, str) or len(lines) <= 4 for line in lines]
    for line in single[:_MOST_LINES]:
        yield _line(panel, line)
    if more := single[_MOST_LINES:]:
        named = ", ".join(filter(None, map(label_of, more[:24])))
        yield Mark(counted(len(more), "more line"), named)
    for key, lines in groups.items():
        if not isinstance(key, str) and len(lines) > 4:
            yield _many(panel, lines)


def _many(panel: Panel, lines: list[Any]) -> Mark:
    """Lines of one length without a name."""
    import numpy as np

    points = np.concatenate([line.get_xydata() for line in lines[:1000]])
    size = counted(len(lines[0].get_xydata()), "point")
    return Mark(f"{len(lines):,} lines of {size} each{panel.quoted(lines[0])}", cloud(points, panel.x, panel.y))


def _line(panel: Panel, line: Any) -> Mark:
    points = line.get_xydata()
    along_x, along_y = panel.in_data(line)
    colour, named = panel.colour(line), panel.quoted(line)
    if hasattr(line, "get_slope"):  # axline
        return Mark(f"{colour}straight line{named}", f"slope {number(line.get_slope())}")
    if not along_y:
        return Mark(f"{colour}vertical line{named}", f"at x {panel.x.text(points[0, 0])}")
    if not along_x:
        return Mark(f"{colour}horizontal line{named}", f"at y {panel.y.text(points[0, 1])}")
    if line.get_linestyle() in ("None", "", " "):
        what = counted(len(points), f"{colour}point")
        return Mark(f"{what}{named}", cloud(points, panel.x, panel.y))
    said = curve(points, panel.x, panel.y, panel.brief)
    return Mark(f"{colour}line{named} of {counted(len(points), 'point')}", said)


def _patches(panel: Panel) -> Iterator[Mark]:
    others: dict[str, int] = {}
    for patch in panel.of("Patch"):
        kind = type(patch).__name__
        if kind == "StepPatch":
            heights, edges, _ = patch.get_data()
            yield histogram(edges.tolist(), heights, panel.quoted(patch), panel.colour(patch))
        elif kind in ("Rectangle", "Polygon") and panel.in_data(patch) != (True, True):
            yield _band(panel, patch)
        elif kind == "Polygon" and (stairs := _stairs(patch.get_xy())):
            yield histogram(*stairs, panel.quoted(patch), panel.colour(patch))
        else:
            others[kind] = others.get(kind, 0) + 1
    if others:
        yield Mark(", ".join(counted(count, _SHAPES.get(kind, "shape")) for kind, count in others.items()))


def _band(panel: Panel, patch: Any) -> Mark:
    """axvspan and axhspan."""
    upright = panel.in_data(patch)[0]
    axis, letter = (panel.x, "x") if upright else (panel.y, "y")
    corners = patch.get_patch_transform().transform(patch.get_path().vertices)[:, 0 if upright else 1]
    ends = f"{axis.text(corners.min())} to {axis.text(corners.max())}"
    return Mark(f"shaded band{panel.quoted(patch)}", f"{letter} {ends}")


_SHAPES = {"FancyArrowPatch": "arrow", "FancyArrow": "arrow", "Circle": "circle", "Ellipse": "ellipse"}


def _stairs(corners: Any) -> tuple[list[float], list[float]] | None:
    """Edges and heights of the outline of a histogram; None for other polygons."""
    if len(corners) < 5:
        return None
    xs, ys = corners[:, 0], corners[:, 1]
    steps = [i for i in range(1, len(xs) - 1, 2) if xs[i] < xs[i + 1] and ys[i] == ys[i + 1]]
    if not steps or len(steps) * 2 + 1 < len(xs) / 2:
        return None
    return [float(xs[i]) for i in steps] + [float(xs[steps[-1] + 1])], [float(ys[i]) for i in steps]


def _tables(panel: Panel) -> Iterator[Mark]:
    for table in panel.axes.tables[:4]:
        cells = {place: " ".join(cell.get_text().get_text().split()) for place, cell in table.get_celld().items()}
        rows, columns = ([*sorted({place[i] for place in cells})] for i in (0, 1))
        lines = [",".join(cells.get((row, column), "") for column in columns) for row in rows[:_MOST_ROWS]]
        yield Mark(f"table of {len(rows)} x {len(columns)} cells", "\n" + "\n".join(lines))


def _texts(panel: Panel) -> Iterator[Mark]:
    found = panel.of("Text")[:_MOST_READ]
    texts = [" ".join(text.get_text().split()) for text in found]
    numbered = any(hasattr(group, "datavalues") for group in panel.axes.containers)
    told = [(text, artist) for text, artist in zip(texts, found, strict=True)
            if text and not (numbered and _NUMBER.fullmatch(text))]  # fmt: skip
    if told:
        more = f", … {len(told)} in all" if len(told) > _MOST_TEXTS else ""
        yield Mark(
            "texts", ", ".join(f'"{text[:200]}"{_at(panel, artist)}' for text, artist in told[:_MOST_TEXTS]) + more
        )


def _at(panel: Panel, text: Any) -> str:
    """Where a text stands, or what it points at; "" if that is not a place of the data."""
    if hasattr(text, "xy") and text.xycoords == "data":
        x, y = text.xy
    elif panel.in_data(text) == (True, True):
        x, y = text.get_position()
    else:
        return ""
    return value_or_none(lambda: f" at ({panel.x.text(float(x))}, {panel.y.text(float(y))})") or ""

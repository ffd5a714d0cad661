"""What matplotlib draws as collections and images: scatters, heat maps, hexbins, surfaces, contours, areas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.plots.axis import Axis, number
from nbreason.capture.plots.boxes import Mark
from nbreason.capture.plots.numbers import cloud, finite, grid, peaks_of, spread
from nbreason.capture.plots.panel import Panel, label_of
from nbreason.core.phrases import counted

_MOST = 12  # of one sort that are told one by one
_MOST_COLOURED = 20_000  # points whose colours are compared


def collections(panel: Panel) -> Iterator[Mark]:
    """The collections of a panel that have not been told."""
    areas = []
    for child in panel.of("Collection", "ContourSet"):
        classes = {cls.__name__ for cls in type(child).__mro__}
        describe = next((describe for name, describe in _DESCRIBED.items() if name in classes), _area)
        mark = value_or_none(lambda child=child, describe=describe: describe(panel, child))  # type: ignore[misc]
        if mark:
            areas.append(mark)
    yield from areas[:_MOST]
    if len(areas) > _MOST:
        yield Mark(f"{len(areas) - _MOST:,} more of these")


def images(panel: Panel) -> Iterator[Mark]:
    """Pictures, and arrays shown as colours."""
    for image in panel.of("_ImageBase")[:4]:
        values = image.get_array()
        if values.ndim != 2:
            yield Mark(f"picture of {' x '.join(map(str, values.shape))}")
            continue
        left, right, bottom, top = image.get_extent()
        first, last = (top, bottom) if image.origin == "upper" else (bottom, top)
        height, width = values.shape
        names = _cells(panel.x, left, right, width), _cells(panel.y, first, last, height)
        yield _heat_map(panel, values, *names)


def _heat_map(panel: Panel, values: Any, columns: list[str], rows: list[str]) -> Mark:
    panel.tell_numbers(values.size)
    text = grid(values, columns, rows)
    return Mark(f"heat map of {len(rows)} x {len(columns)} cells", f"\n{text}" if "\n" in text else text)


def _scatter(panel: Panel, points: Any) -> Mark:
    import numpy as np

    if hasattr(points, "_offsets3d"):
        where = [np.asarray(np.ma.filled(values, np.nan), dtype=float) for values in points._offsets3d]
        text = "; ".join(f"{letter} {spread(each)}" for letter, each in zip("xyz", where, strict=True))
        return Mark(f"3-D scatter of {counted(len(where[0]), 'point')}", text)
    places = points.get_offsets()
    places = np.ma.filled(places.astype(float), np.nan) if np.ma.is_masked(places) else np.ma.getdata(places)
    single = len(points.get_facecolors()) <= 1
    facts = [cloud(places, panel.x, panel.y)]
    values = points.get_array()
    if values is not None and np.ma.asarray(values).count():
        facts.append(f"colours {spread(np.ma.masked_invalid(values))}")
    elif not panel.brief:
        facts.append(_by_colour(panel, points.get_facecolors(), places))
    sizes = points.get_sizes()
    facts.append("sizes differ" if len(sizes) > 1 and sizes.min() != sizes.max() else "")
    named = (panel.quoted(points) if single else "") or (f' "{label_of(points)}"' if label_of(points) else "")
    colour = panel.colour(points) if single else ""
    return Mark(f"{colour}scatter{named} of {counted(len(places), 'point')}", "; ".join(filter(None, facts)))


def _by_colour(panel: Panel, colours: Any, places: Any) -> str:
    """How many points each entry of the legend has, and where the middle of them is."""
    import numpy as np

    if not 1 < len(colours) == len(places) <= _MOST_COLOURED:
        return ""
    kinds, which = np.unique(colours[:, :3].round(3), axis=0, return_inverse=True)
    told = []
    for index, kind in enumerate(kinds[:_MOST]):
        if name := panel.entry(tuple(kind.tolist())):
            chosen = places[which.reshape(-1) == index]
            middle = f" (mean {number(np.nanmean(chosen[:, 0]))}, {number(np.nanmean(chosen[:, 1]))})"
            told.append(f"{name} {len(chosen)}{middle if panel.x.numeric and panel.y.numeric else ''}")
    return f"by colour {', '.join(told)}" if told else ""


def _mesh(panel: Panel, mesh: Any) -> Mark:
    import numpy as np

    corners = mesh.get_coordinates()
    values = np.ma.asarray(mesh.get_array())
    height, width = corners.shape[0] - 1, corners.shape[1] - 1
    if values.size != height * width:  # Gouraud shading has a value at each corner
        height, width = height + 1, width + 1
    columns = [panel.x.text(place) for place in _middles(corners[0, :, 0], width)]
    rows = [panel.y.text(place) for place in _middles(corners[:, 0, 1], height)]
    return _heat_map(panel, values.reshape(height, width), columns, rows)


def _hexagons(panel: Panel, hexagons: Any) -> Mark:
    import numpy as np

    values, places = hexagons.get_array(), hexagons.get_offsets()
    if values is None or len(places) != len(values) or len(places) < 2:
        return _area(panel, hexagons)
    best = places[int(np.ma.argmax(values))]
    where = f"x {_range(places[:, 0], panel.x)}, y {_range(places[:, 1], panel.y)}"
    highest = f"highest at ({panel.x.text(best[0])}, {panel.y.text(best[1])})"
    text = f"{where}; values {spread(values)}, sum {number(values.sum())}; {highest}"
    return Mark(f"hexbin of {counted(len(values), 'hexagon')}", text)


def _area(panel: Panel, area: Any) -> Mark:
    """Anything filled: under a curve, between two, or many shapes such as the countries of a map."""
    import numpy as np

    paths = area.get_paths()
    points = np.concatenate([path.vertices for path in paths[:2000]]) if paths else np.empty((0, 2))
    points = finite(points)
    if not len(points):
        return Mark("")
    text = f"x {_range(points[:, 0], panel.x)}, y {_range(points[:, 1], panel.y)}"
    values = area.get_array()
    if len(paths) > 1 and values is not None and len(values) == len(paths):
        values = np.ma.masked_invalid(values)
        best = paths[int(values.argmax())].vertices
        middle = f"({panel.x.text(best[:, 0].mean())}, {panel.y.text(best[:, 1].mean())})"
        text += f"; colours {spread(values)}; highest around {middle}"
    elif len(paths) == 1:
        top = points[points[:, 1].argmax()]
        places = np.unique(points[:, 0])
        upper = np.full(len(places), -np.inf)
        np.maximum.at(upper, np.searchsorted(places, points[:, 0]), points[:, 1])
        peaks = peaks_of(np.column_stack([places, upper]), panel.x)
        text += f", highest at x {panel.x.text(top[0])}{peaks and '; ' + peaks}"
    what = f"{panel.colour(area)}filled area" if len(paths) == 1 else f"{len(paths):,} shapes"
    return Mark(what + panel.quoted(area), text)


def _surface(panel: Panel, surface: Any) -> Mark:
    import numpy as np

    faces = getattr(surface, "_faces", None)
    corners = np.asarray(faces, dtype=float).reshape(-1, 3) if faces is not None else surface._vec[:3].T
    corners = corners[np.isfinite(corners).all(axis=1)]
    top, bottom = corners[corners[:, 2].argmax()], corners[corners[:, 2].argmin()]
    where = ", ".join(f"{letter} {_range(corners[:, i])}" for i, letter in enumerate("xyz"))
    high, low = (f"({number(corner[0])}, {number(corner[1])})" for corner in (top, bottom))
    return Mark("3-D surface", f"{where}; highest at {high}, lowest at {low}")


def _segments(panel: Panel, lines: Any) -> Mark:
    import numpy as np

    if hasattr(lines, "_segments3d"):
        points = np.concatenate([np.asarray(line, dtype=float) for line in lines._segments3d])
        where = ", ".join(f"{letter} {_range(points[:, i])}" for i, letter in enumerate("xyz"))
        return Mark(f"3-D wire frame of {counted(len(lines._segments3d), 'line')}", where)
    segments = lines.get_segments()
    if not segments:
        return Mark("")
    points = np.concatenate(segments[:2000])
    where = f"x {_range(points[:, 0], panel.x)}, y {_range(points[:, 1], panel.y)}"
    return Mark(counted(len(segments), "line segment") + panel.quoted(lines), where)


def _contours(panel: Panel, contours: Any) -> Mark:
    levels = ", ".join(number(level) for level in contours.levels[:24])
    return Mark("filled contours" if contours.filled else "contours", f"at {levels}")


_DESCRIBED: dict[str, Callable[[Panel, Any], Mark]] = {
    "ContourSet": _contours,
    "PathCollection": _scatter,
    "QuadMesh": _mesh,
    "Quiver": lambda panel, arrows: Mark(counted(len(arrows.get_offsets()), "arrow")),
    "Poly3DCollection": _surface,
    "LineCollection": _segments,
    "PolyCollection": _hexagons,
}


def _range(values: Any, axis: Axis | None = None) -> str:
    text = axis.text if axis else number
    return f"{text(values.min())} to {text(values.max())}"


def _cells(axis: Axis, begin: float, end: float, count: int) -> list[str]:
    """What the middles of cells read, from one edge to the other."""
    return [axis.text(begin + (end - begin) * (index + 0.5) / count) for index in range(count)]


def _middles(edges: Any, count: int) -> list[float]:
    middles = (edges[1:] + edges[:-1]) / 2 if len(edges) == count + 1 else edges
    return [float(place) for place in middles]

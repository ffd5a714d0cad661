"""A chart of Vega-Lite (altair) in words: titles, and each layer by its mark, channels and numbers.

What a browser would aggregate is aggregated here: counts, sums and means by group, and bins.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.plots.axis import number
from nbreason.capture.plots.values import (
    Pairs,
    by_name,
    grid,
    grouped,
    in_words,
    is_numeric,
    listed,
    numbers,
    points,
    quartiles,
    text,
)
from nbreason.core.phrases import counted

_DEEPEST = 6
_MOST_PARTS = 24
_MOST_GROUPS = 8
_TOGETHER = ("layer", "hconcat", "vconcat", "concat")
_GROUPS = ("x", "y", "color", "column", "row", "facet", "xOffset", "yOffset", "shape", "strokeDash", "detail", "theta")
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "count": len,
    "sum": math.fsum,
    "mean": statistics.fmean,
    "average": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "max": max,
    "distinct": lambda known: len(set(known)),
}
_COMPOSITE = ("errorbar", "errorband")
_BETWEEN = " / "
_DATES = {"year": 4, "yearmonth": 7, "yearmonthdate": 10, "utcyear": 4, "utcyearmonth": 7, "utcyearmonthdate": 10}

Spec = dict[str, Any]
Row = dict[str, Any]


def vega_words(spec: object) -> str:
    """A few lines; what cannot be read is left out.  spec: a specification of Vega-Lite"""
    if not isinstance(spec, dict):
        return ""
    datasets = spec.get("datasets")
    return "\n".join(_view(spec, {}, [], datasets if isinstance(datasets, dict) else {}, 0))


def _view(spec: Spec, channels: Spec, rows: list[Row], datasets: Spec, depth: int) -> list[str]:
    """One view, or several together.  channels, rows: those of the view around it"""
    lines = [f'title "{title}"'] if (title := _title(spec.get("title"))) else []
    channels = channels | _dict(spec.get("encoding"))
    if "data" in spec:
        rows, where = _rows(spec["data"], datasets)
        lines += [where] if where else []
    steps = [json.dumps(step, default=str)[:300] for step in listed(spec.get("transform"))[:_MOST_PARTS]]
    if steps:
        lines.append(f"data transformed by {', '.join(steps)}, which was not done here")
        rows = []
    if depth > _DEEPEST:
        return [*lines, "more views inside"]
    for way in _TOGETHER:
        views = [view for view in listed(spec.get(way)) if isinstance(view, dict)]
        if views:
            lines.append(f"{counted(len(views), 'layer' if way == 'layer' else 'chart')}:")
        for view in views[:_MOST_PARTS]:
            lines += _view(view, channels, rows, datasets, depth + 1)
    inner = spec.get("spec")
    if isinstance(inner, dict):
        way = "facet" if "facet" in spec else "repeat"
        lines.append(f"one chart for each {_split(spec.get(way))}:")
        if way == "facet" and "field" in _dict(spec["facet"]):
            channels = channels | {"facet": spec["facet"]}
        lines += _view(inner, channels, rows, datasets, depth + 1)
    if "mark" in spec:
        lines.append(value_or_none(lambda: _unit(spec["mark"], channels, rows)) or "a mark")
    return lines


def _rows(data: object, datasets: Spec) -> tuple[list[Row], str]:
    """The rows of inline data; else none, and where they are.  The path of a file is private."""
    held = _dict(data)
    found = held.get("values", datasets.get(str(held.get("name"))))
    if isinstance(found, (list, tuple)):
        return [row if isinstance(row, dict) else {"data": row} for row in found], ""
    if isinstance(url := held.get("url"), str):
        web = url.lower().startswith(("http:", "https:"))
        return [], f"data from {text(url) if web else '(a file)'}, which was not read"
    return [], ""


def _unit(mark: object, channels: Spec, rows: list[Row]) -> str:
    kind = text(_dict(mark).get("type", mark if isinstance(mark, str) else "mark"))
    shown = {name: channel for name, channel in channels.items() if isinstance(channel, dict)}
    told = [
        _channel(name, channel) for name, channel in shown.items() if name not in ("tooltip", "order", "url", "key")
    ]
    head = f"{kind}: {', '.join(filter(None, told))}".removesuffix(": ")
    numbers_told = "" if not rows else value_or_none(lambda: _numbers(kind, shown, rows)) or ""
    return f"{head}{chr(10) if chr(10) in numbers_told else '; '}{numbers_told}" if numbers_told else head


def _channel(name: str, channel: Spec) -> str:
    """``y mean of tip "Tip"``."""
    if "value" in channel or "datum" in channel:
        return f"{name} {text(channel.get('value', channel.get('datum')))}"
    how = [text(channel[key]) for key in ("aggregate", "timeUnit") if isinstance(channel.get(key), str)]
    how += ["bins"] if channel.get("bin") else []
    title = _title(channel.get("title") or _dict(channel.get("axis")).get("title"))
    scale = _dict(channel.get("scale"))
    facts = [" of ".join([*how, text(channel["field"])]) if "field" in channel else " ".join(how)]
    facts += [f'"{title}"' if title else "", f"({text(scale['type'])} scale)" if "type" in scale else ""]
    facts.append(f"from {' to '.join(map(text, ends))}" if (ends := listed(scale.get("domain"))) else "")
    return " ".join(filter(None, [text(name), *facts]))


def _numbers(kind: str, channels: Spec, rows: list[Row]) -> str:
    grouping = {name: channels[name] for name in _GROUPS if name in channels and _is_group(channels[name], rows)}
    for name in [*grouping]:  # x and its offset may be the same
        if any(grouping[name].get("field") == grouping[other]["field"] for other in grouping if other < name):
            del grouping[name]
    measures = [channel for channel in channels.values() if isinstance(channel.get("aggregate"), str)]
    if kind in _COMPOSITE:
        return ""
    if measures:
        if any(channel["aggregate"] not in _AGGREGATES for channel in measures):
            return ""
        by = list(grouping.values())
        return "; ".join(_aggregated(channel, by, rows, kind == "rect") for channel in measures[:2])
    places = [channels[name].get("field") for name in ("x", "y") if name in channels and "field" in channels[name]]
    if kind == "boxplot" and (measure := [field for field in places if is_numeric([row.get(field) for row in rows])]):
        names = [(_key(list(grouping.values()), row), row.get(measure[0])) for row in rows]
        boxes = list(grouped(names).items())[:_MOST_PARTS]
        return "; ".join(f"{name} {quartiles(numbers(values))}".strip() for name, values in boxes)
    if len(places) < 2:
        fields = [channel["field"] for channel in channels.values() if "field" in channel]
        return "; ".join(f"{text(field)} {in_words([row.get(field) for row in rows])}" for field in fields[:4])
    colours = [c for name, c in grouping.items() if name not in ("x", "y")]
    groups = grouped([(_key(colours, row), (row.get(places[0]), row.get(places[1]))) for row in rows])
    told = [f"{_quoted(name)}{counted(len(pairs), 'point')}: {points(pairs)}" for name, pairs in groups.items()]
    more = [f"{len(told) - _MOST_GROUPS} more groups"] if len(told) > _MOST_GROUPS else []
    return "\n".join([*told[:_MOST_GROUPS], *more])


def _quoted(name: str) -> str:
    return f'"{name}" of ' if name else ""


def _is_group(channel: Spec, rows: list[Row]) -> bool:
    """Whether a channel divides the rows into groups: bins, dates of a calendar unit, and what is no number."""
    if "field" not in channel or "aggregate" in channel:
        return False
    if channel.get("bin") or channel.get("timeUnit") or channel.get("type") in ("nominal", "ordinal"):
        return True
    return not is_numeric([row.get(channel["field"]) for row in rows[:1000]])


def _aggregated(measure: Spec, grouping: list[Spec], rows: list[Row], as_grid: bool) -> str:
    """One number for each group, in the order of numbers or of appearance.  as_grid: of two groupings a heat map"""
    how, field = measure["aggregate"], measure.get("field")
    binned = [_with_bins(channel, rows) for channel in grouping]
    pairs = [(_key(binned, row), row.get(field, 1) if field else 1) for row in rows]
    pairs.sort(key=lambda pair: [_leading(part) for part in str(pair[0]).split(_BETWEEN)])
    if how in ("count", "distinct"):
        known = {
            name: len(set(map(str, group)) if how == "distinct" else group) for name, group in grouped(pairs).items()
        }
        pairs = list(known.items())
    of = math.fsum if how in ("count", "distinct") else _AGGREGATES[how]
    if as_grid and len(binned) == 2:
        return _grid(pairs, of)
    told = by_name(pairs, of)
    return told if binned else told.removeprefix(": ")


def _grid(pairs: Pairs, of: Callable[[list[float]], float]) -> str:
    """Numbers of pairs of groups.  pairs: ("column / row", value)"""
    cells = {name: of(known) for name, values in grouped(pairs).items() if (known := numbers(values))}
    columns, rows = ([*dict.fromkeys(name.split(_BETWEEN)[i] for name in cells)] for i in (0, 1))
    rows.sort(key=_leading)
    lines = [[cells.get(f"{column}{_BETWEEN}{row}") for column in columns] for row in rows]
    return f"cells:{grid(lines, columns, rows)}"


def _leading(part: str) -> tuple[float, str]:
    try:
        return float(part.partition(" to ")[0]), part
    except ValueError:
        return 0.0, ""


def _with_bins(channel: Spec, rows: list[Row]) -> Spec:
    """The channel with the edges of its bins, chosen as Vega-Lite does: round steps, at most ten bins."""
    if not channel.get("bin"):
        return channel
    known = numbers(row.get(channel["field"]) for row in rows)
    wish = _dict(channel["bin"])
    if not known:
        return channel
    low, high = min(known), max(known)
    most = int(wish.get("maxbins", 6 if channel.get("type") == "ordinal" else 10))
    step = wish.get("step") or _step((high - low) or 1.0, most)
    return channel | {"edges": (math.floor(low / step + 1e-9) * step, step)}


def _step(span: float, most: int) -> float:
    step = 10.0 ** (round(math.log10(span)) - math.ceil(math.log10(most)))
    while math.ceil(span / step) > most:
        step *= 10
    for divisor in (5, 2):
        if span / (step / divisor) <= most:
            step /= divisor
    return step


def _key(channels: list[Spec], row: Row) -> str:
    """The group of a row."""
    return _BETWEEN.join(_part(channel, row.get(channel["field"])) for channel in channels)


def _part(channel: Spec, value: object) -> str:
    if "edges" in channel and isinstance(value, (int, float)):
        first, step = channel["edges"]
        begin = first + math.floor((value - first) / step + 1e-9) * step
        return f"{number(begin)} to {number(begin + step)}"
    if unit := channel.get("timeUnit"):
        return str(value)[: _DATES[str(unit)]]  # a KeyError for units that are no beginning of a date
    return text(value)


def _split(by: object) -> str:
    held = _dict(by)
    fields = [held.get("field"), *(_dict(held.get(way)).get("field") for way in ("row", "column"))]
    listed_fields = listed(by) or [item for way in ("row", "column", "layer") for item in listed(held.get(way))]
    return ", ".join(text(field) for field in (*fields, *listed_fields) if field) or "value"


def _title(title: object) -> str:
    title = _dict(title).get("text", title if not isinstance(title, dict) else None)
    lines = listed(title)
    return text(" ".join(map(str, lines)) if lines else title) if title else ""


def _dict(value: object) -> Spec:
    return value if isinstance(value, dict) else {}

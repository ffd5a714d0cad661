"""A figure of plotly in words: its title and axes, and each trace by its type, name and numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import fmean
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
    parts,
    points,
    quartiles,
    text,
)
from nbreason.core.phrases import counted

_MOST_TRACES = 24
_MOST_GROUPS = 12
_MOST_TEXTS = 8

Trace = dict[str, Any]


def plotly_words(spec: object) -> str:
    """A few lines; what cannot be read is left out.  spec: ``{"data": [traces], "layout": {…}, "frames": […]}``"""
    figure = spec if isinstance(spec, dict) else {}
    layout: Trace = held if isinstance(held := figure.get("layout"), dict) else {}
    traces = [trace for trace in listed(figure.get("data")) if isinstance(trace, dict)]
    lines: list[str] = [*(value_or_none(lambda: _layout(layout)) or [])]
    for trace in traces[:_MOST_TRACES]:
        kind = str(trace.get("type", "scatter"))
        told: str | None = value_or_none(lambda trace=trace: _trace(trace))  # type: ignore[misc]
        lines.append(told or text(kind))
    if len(traces) > _MOST_TRACES:
        names = [text(trace.get("name")) for trace in traces[_MOST_TRACES:] if trace.get("name")]
        more = ", ".join(names[:_MOST_TRACES])
        lines.append(f"{counted(len(traces) - _MOST_TRACES, 'more trace')}{more and ': ' + more}")
    if frames := listed(figure.get("frames")):
        called = [frame.get("name") for frame in frames if isinstance(frame, dict)]
        lines.append(f"an animation of {counted(len(frames), 'frame')}: {in_words(called)}; above is the first")
    return "\n".join(lines)


def _layout(layout: Trace) -> list[str]:
    lines = [f'title "{title}"'] if (title := _title(layout)) else []
    for name in sorted(layout):
        axis = layout[name]
        if name[1:5] == "axis" and isinstance(axis, dict) and (told := _axis(axis)):
            # Panels beside each other mostly say the same.
            first = f"{name[0]} axis {told}"
            lines += [first] if first not in lines and not name[5:] else []
            lines += [f"{name[0]} axis {name[5:]} {told}"] if name[5:] and first not in lines else []
    if legend := _title(layout.get("legend")):
        lines.append(f'legend "{legend}"')
    if colours := _title((layout.get("coloraxis") or {}).get("colorbar")):
        lines.append(f'colour bar "{colours}"')
    notes = [text(note.get("text")) for note in listed(layout.get("annotations")) if isinstance(note, dict)]
    if notes:
        lines.append("texts: " + ", ".join(f'"{note}"' for note in notes[:_MOST_TEXTS]))
    for shape in listed(layout.get("shapes"))[:_MOST_TEXTS]:
        ends = [text(shape.get(key)) for key in ("x0", "y0", "x1", "y1")]
        lines.append(f"{text(shape.get('type', 'shape'))} from ({ends[0]}, {ends[1]}) to ({ends[2]}, {ends[3]})")
    return lines


def _axis(axis: Trace) -> str:
    facts = [f'"{title}"' if (title := _title(axis)) else "", "(log scale)" if axis.get("type") == "log" else ""]
    if limits := listed(axis.get("range")):
        shown = [10**value for value in numbers(limits)] if axis.get("type") == "log" else limits
        facts.append(" to ".join(map(text, shown)))
    return " ".join(filter(None, facts))


def _title(holder: Any) -> str:
    """A title is its text, or holds it."""
    title = holder.get("title") if isinstance(holder, dict) else None
    title = title.get("text") if isinstance(title, dict) else title
    return text(title) if title else ""


def _trace(trace: Trace) -> str:
    kind = str(trace.get("type") or "scatter")
    name = text(trace.get("name") or "")
    mode = f" ({text(trace['mode'])})" if trace.get("mode") else ""
    details = _TYPES.get(kind.removesuffix("gl"), _any)(trace)
    subplot = text(trace.get("xaxis") or "")
    panel = f" in panel {subplot[1:]}" if subplot[1:] else ""
    head = f"{text(kind)}{mode}" + (f' "{name}"' if name else "") + panel
    return f"{head} {details}" if details.startswith("of ") else f"{head}: {details}" if details else head


def _pairs(trace: Trace, first: str = "x", second: str = "y") -> Pairs:
    """(x, y) of each point; where one is missing, its number counts the points, as plotly does."""
    xs, ys = listed(trace.get(first)), listed(trace.get(second))
    return list(zip(xs or range(len(ys)), ys or range(len(xs)), strict=False))


def _scatter(trace: Trace) -> str:
    pairs = _pairs(trace)
    marker = trace.get("marker") if isinstance(trace.get("marker"), dict) else {}
    labels = listed(trace.get("hovertext")) or listed(trace.get("text"))
    facts = [f"of {counted(len(pairs), 'point')}: {points(pairs, labels)}"]
    for what in ("size", "color"):
        if len(values := listed(marker.get(what))) > 1 and is_numeric(values):  # type: ignore[union-attr]
            facts.append(f"{'colours' if what == 'color' else 'sizes'} {in_words(values)}")
    return "; ".join(facts)


def _bar(trace: Trace) -> str:
    lying = trace.get("orientation") == "h"
    pairs = _pairs(trace, "y", "x") if lying else _pairs(trace)
    if spans := value_or_none(lambda: _spans(pairs, listed(trace.get("base")))):
        return f"of {counted(len(spans), 'bar')}: {'; '.join(spans[:_MOST_TRACES])}"
    return f"of {counted(len(grouped(pairs)), 'horizontal bar' if lying else 'bar')}: {by_name(pairs)}"


def _spans(pairs: Pairs, begins: list[Any]) -> list[str]:
    """Bars from one date to another, as of a project's plan: they begin at a date and are so many milliseconds long."""
    told = []
    for (name, length), begin in zip(pairs, begins, strict=True):
        start = datetime.fromisoformat(str(begin)[:19])
        end = start + timedelta(milliseconds=length)
        told.append(f"{text(name)}: {text(start.isoformat())} to {text(end.isoformat())}")
    return told


def _histogram(trace: Trace) -> str:
    lying = not listed(trace.get("x")) or trace.get("orientation") == "h"
    values = listed(trace.get("y" if lying else "x"))
    if weights := listed(trace.get("x" if lying else "y")):
        how = text(trace.get("histfunc", "sum"))
        of: Callable[[list[float]], float] = _HISTFUNC.get(how, math.fsum)
        return f"{how} of {counted(len(values), 'value')}: {by_name(list(zip(values, weights, strict=False)), of)}"
    if is_numeric(values) and numbers(values):
        return f"of {counted(len(values), 'value')}: {parts(numbers(values))}"
    return f"of {counted(len(values), 'value')}: {by_name([(value, 1) for value in values])}"


_HISTFUNC: dict[str, Callable[[list[float]], float]] = {"avg": fmean, "min": min, "max": max, "count": len}


def _box(trace: Trace) -> str:
    if medians := listed(trace.get("median")):
        names = listed(trace.get("x")) or range(len(medians))
        ends = zip(listed(trace.get("q1")), listed(trace.get("q3")), strict=False)
        told = zip(names, medians, ends, strict=False)
        return "; ".join(f"{text(n)} median {text(m)}, quartiles {text(a)} and {text(b)}" for n, m, (a, b) in told)
    lying = trace.get("orientation") == "h" or not listed(trace.get("y"))
    values, names = listed(trace.get("x" if lying else "y")), listed(trace.get("y" if lying else "x"))
    if not names:
        return quartiles(numbers(values))
    groups = grouped(list(zip(names, values, strict=False)))
    told_groups = [f"{name} {quartiles(numbers(group))}" for name, group in list(groups.items())[:_MOST_GROUPS]]
    more = [f"{len(groups) - _MOST_GROUPS} more"] if len(groups) > _MOST_GROUPS else []
    return "; ".join([*told_groups, *more])


def _pie(trace: Trace) -> str:
    labels, values = listed(trace.get("labels")), listed(trace.get("values"))
    pairs = list(zip(labels, values or [1] * len(labels), strict=False))
    total = sum(numbers(value for _, value in pairs))
    groups = grouped(pairs)
    if trace.get("type") != "pie" or len(groups) > _MOST_GROUPS or not total:
        return f"of {counted(len(groups), 'part')}: {by_name(pairs)}"
    sums = {name: sum(numbers(group)) for name, group in groups.items()}
    told = [f"{name} {number(value)} ({value / total:.1%})" for name, value in sums.items()]
    return f"of {counted(len(groups), 'part')}: {', '.join(told)}"


def _heat_map(trace: Trace) -> str:
    rows = listed(trace.get("z"))
    widths = [len(listed(row)) for row in rows[:1]]
    body = grid(rows, listed(trace.get("x")), listed(trace.get("y")))
    return f"of {len(rows)} x {widths[0] if widths else 0} cells:{body if body.startswith(chr(10)) else ' ' + body}"


def _map(trace: Trace) -> str:
    if places := listed(trace.get("locations")):
        told = by_name(list(zip(places, listed(trace.get("z")), strict=False)), fmean)
        return f"of {counted(len(places), 'place')}: {told}"
    where = f"latitude {in_words(listed(trace.get('lat')))}; longitude {in_words(listed(trace.get('lon')))}"
    return f"of {counted(len(listed(trace.get('lat'))), 'point')}: {where}"


def _prices(trace: Trace) -> str:
    told = [f"{key} {in_words(listed(trace.get(key)))}" for key in ("x", "open", "high", "low", "close")]
    close = numbers(listed(trace.get("close")))
    ends = f"; first close {number(close[0])}, last close {number(close[-1])}" if close else ""
    return f"of {counted(len(close), 'point')}: {'; '.join(told)}{ends}"


def _table(trace: Trace) -> str:
    header = [text(listed(cell) or cell) for cell in listed((trace.get("header") or {}).get("values"))]
    columns = [listed(column) for column in listed((trace.get("cells") or {}).get("values"))]
    rows = list(zip(*columns, strict=False))
    more = [f"… {len(rows):,} rows in all"] if len(rows) > _MOST_TRACES else []
    return "\n".join(["", ",".join(header), *(",".join(map(text, row)) for row in rows[:_MOST_TRACES]), *more])


def _sankey(trace: Trace) -> str:
    labels = listed((trace.get("node") or {}).get("label"))
    ends = [[text(labels[int(i)]) for i in listed((trace.get("link") or {}).get(key))] for key in ("source", "target")]
    flows = listed((trace.get("link") or {}).get("value"))
    return by_name([(f"{a} to {b}", flow) for a, b, flow in zip(*ends, flows, strict=False)])


def _indicator(trace: Trace) -> str:
    delta = (trace.get("delta") or {}).get("reference")
    facts = [_title(trace), text(trace.get("value")), "" if delta is None else f"reference {text(delta)}"]
    return ", ".join(filter(None, facts))


def _dimensions(trace: Trace) -> str:
    shown = [dimension for dimension in listed(trace.get("dimensions")) if isinstance(dimension, dict)]
    return "; ".join(f"{text(one.get('label'))} {in_words(listed(one.get('values')))}" for one in shown[:_MOST_TRACES])


def _any(trace: Trace) -> str:
    """A type that has no words of its own: all its arrays."""
    told = [f"{text(key)} {in_words(values)}" for key, value in trace.items()
            if key not in ("customdata", "ids", "hovertext") and (values := listed(value))]  # fmt: skip
    return "; ".join(told[:_MOST_GROUPS])


_TYPES: dict[str, Callable[[Trace], str]] = {
    "scatter": _scatter,
    "bar": _bar,
    "funnel": _bar,
    "waterfall": _bar,
    "histogram": _histogram,
    "histogram2d": _scatter,
    "histogram2dcontour": _scatter,
    "box": _box,
    "violin": _box,
    "pie": _pie,
    "sunburst": _pie,
    "treemap": _pie,
    "icicle": _pie,
    "funnelarea": _pie,
    "heatmap": _heat_map,
    "contour": _heat_map,
    "surface": _heat_map,
    "choropleth": _map,
    "choroplethmap": _map,
    "choroplethmapbox": _map,
    "scattermap": _map,
    "scattermapbox": _map,
    "scattergeo": _map,
    "densitymap": _map,
    "candlestick": _prices,
    "ohlc": _prices,
    "table": _table,
    "sankey": _sankey,
    "indicator": _indicator,
    "parcoords": _dimensions,
    "parcats": _dimensions,
    "splom": _dimensions,
}

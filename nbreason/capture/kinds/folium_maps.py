"""Maps of folium, which only a browser can draw: where they are, and what lies on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.html_displays import words_of
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.plots.values import in_words, listed, text
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "pictures",
        "maps of folium",
        "no picture, in words: middle, zoom, layers, and of the first 30 markers and shapes place, popup and tooltip; "
        "of GeoJSON the number of features and their properties",
    ),
)

_MOST = 30
_DEEPEST = 4


def matches(value: object) -> bool:
    """Maps; not what lies on them."""
    return is_a(value, "folium", "Map")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    zoom = value_or_none(lambda: value.options.get("zoom"))
    lines = ["A folium map in words; only a browser can draw it."]
    lines.append(f"Middle {_place(value.location)}" + (f", zoom {zoom}" if zoom is not None else ""))
    items = list(islice(_items(value), 100_000))
    counts = Counter(type(item).__name__ for item in items)
    lines += [f"On it: {', '.join(f'{kind} {count:,}' for kind, count in counts.most_common(12))}"] if counts else []
    items.sort(key=lambda item: counts[type(item).__name__])  # a layer of regions before hundreds of markers
    lines += [line for item in items[:_MOST] if (line := value_or_none(lambda item=item: _item(item)))]  # type: ignore[misc]
    lines += _extent(items[_MOST:])
    return text_block(value, name, "map", "\n".join(lines), limits)


def _extent(items: list[Any]) -> list[str]:
    """Where those are that are not told one by one."""
    found = [value_or_none(lambda item=item: listed(item.location)) for item in items]  # type: ignore[misc]
    places = [place for place in found if place]
    if not places:
        return []
    latitude, longitude = in_words([place[0] for place in places]), in_words([place[1] for place in places])
    return [f"{len(items):,} more: latitude {latitude}; longitude {longitude}"]


def _items(layer: Any, depth: int = 0) -> Iterator[Any]:
    """What lies on a map or in a group; not its tiles, controls, popups."""
    for child in list(layer._children.values()):
        if type(child).__name__ in ("FeatureGroup", "MarkerCluster", "LayerGroup") and depth < _DEEPEST:
            yield from _items(child, depth + 1)
        elif type(child).__module__.startswith("folium") and type(child).__name__ not in _NOT_ITEMS:
            yield child


_NOT_ITEMS = frozenset({"TileLayer", "LayerControl", "Icon", "Popup", "Tooltip", "FitBounds", "GeoJsonTooltip"})


def _item(item: Any) -> str:
    """``- Marker at 45.1, 7.2: Here``."""
    kind = type(item).__name__
    collection = getattr(item, "data", None)
    if isinstance(collection, dict):  # GeoJSON
        features = [feature for feature in listed(collection.get("features")) if isinstance(feature, dict)]
        rows = [feature.get("properties") or {} for feature in features]
        keys = list(dict.fromkeys(key for row in rows[:100] for key in row))[:12]
        told = "; ".join(f"{text(key)} {in_words([row.get(key) for row in rows])}" for key in keys)
        return f"- {kind} of {counted(len(features), 'feature')}: {told}"
    places = listed(getattr(item, "location", None)) or listed(getattr(item, "locations", None))
    where = f" at {_place(places)}" if places and not isinstance(places[0], (list, tuple)) else ""
    where = where or (f" of {counted(len(places), 'point')}" if places else "")
    words = filter(None, (_words(child) for child in list(item._children.values())[:4]))
    return f"- {kind}{where}: {'; '.join(words)}".removesuffix(": ")


def _words(child: Any) -> str:
    """The text of a popup or tooltip."""
    if type(child).__name__ == "Tooltip":
        return words_of(str(child.text))[:200]
    if type(child).__name__ == "Popup":
        held = [getattr(inner, "data", "") for inner in child.html._children.values()]
        return words_of(" ".join(map(str, held)))[:200]
    return ""


def _place(place: Any) -> str:
    return ", ".join(f"{float(side):.5g}" for side in listed(place)[:2])

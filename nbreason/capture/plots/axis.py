"""One axis of a panel of matplotlib: its label, its range, and how a position on it reads."""

from __future__ import annotations

import math
import re
import sys
from typing import Any

from nbreason.capture.attempt import value_or_none

_MOST_CATEGORIES = 40
_LONGEST_NAME = 80
_WORDS = ("FixedFormatter", "StrCategoryFormatter", "FuncFormatter")  # what may name categories
_WORD = re.compile(r"[^\W\d]{2}")
_DATES = ("AutoDateFormatter", "ConciseDateFormatter", "DateFormatter")


def number(value: float, span: float = 0.0) -> str:
    """A number read off a figure: four significant digits, whole numbers and what is before the point in full.

    span: of the numbers around it, of which a thousandth is told apart; 0 if that is not known
    """
    value = float(value) + 0.0  # no -0
    if abs(value) < 1e9 and value == int(value):
        return f"{value:.0f}"
    if span and abs(value) < 1e-9 * span:
        return "0"
    digits = math.ceil(math.log10(abs(value) / span)) + 3 if span and 0 < abs(value) < math.inf else 0
    if 1e4 <= abs(value) < 1e9 and digits <= 9:
        return f"{value:.{max(digits - len(str(int(abs(value)))), 0)}f}"
    return f"{value:.{min(max(digits, 4), 12)}g}"


class Axis:
    """How positions on one axis read: as numbers, dates or categories.

    categories: the names at the ticks, by position; {} where ticks are numbers or dates
    """

    def __init__(self, axes: Any, letter: str) -> None:
        self._axes, self._letter = axes, letter
        self._axis = getattr(axes, f"{letter}axis")
        self._formatter = type(self._axis.get_major_formatter()).__name__
        self.scale: str = self._axis.get_scale()
        low, high = getattr(axes, f"get_{letter}lim")()
        self._span = abs(float(high) - float(low)) if self.scale == "linear" else 0.0
        self._named: dict[float, str] = value_or_none(self._categories) or {}
        self.categories = {at: name for at, name in self._named.items() if min(low, high) <= at <= max(low, high)}
        self.numeric = not self.categories and not self._is_time()

    def text(self, value: float) -> str:
        """A position as the axis shows it."""
        if self._named:
            nearest = min(self._named, key=lambda position: abs(position - value))
            return self._named[nearest] if abs(nearest - value) < 0.5 else number(value)
        if self._is_time():
            return value_or_none(lambda: self._moment(value)) or number(value)
        return self.number(value)

    def number(self, value: float) -> str:
        """A number in units of the axis, with the digits that its range asks for."""
        return number(value, self._span)

    def line(self, label: str, name: str, brief: bool) -> str:
        """``x axis "minutes" 0 to 100``; "" for an axis without a label and ticks.

        name: ``x``, ``right y``; brief: without the range
        """
        named = f'{name} axis "{" ".join(label.split())}"' if label else f"{name} axis"
        if self.categories:
            shown = list(self.categories.values())
            more = f", … {len(shown)} in all" if len(shown) > _MOST_CATEGORIES else ""
            return f"{named}: {', '.join(shown[:_MOST_CATEGORIES])}{more}"
        scaled = "" if self.scale == "linear" else f" ({self.scale} scale)"
        limits = None if brief else self._limits()
        if limits is None:
            return named + scaled if label or scaled else ""
        return f"{named}{scaled} {self.text(limits[0])} to {self.text(limits[1])}"

    def _limits(self) -> tuple[float, float] | None:
        """The range that is shown; None where the axis is hidden or has no ticks."""
        if not getattr(self._axes, "_axis3don", self._axes.axison) or not self._axis.get_visible():
            return None
        if type(self._axis.get_major_locator()).__name__ in ("FixedLocator", "NullLocator") and not len(
            self._axis.get_majorticklocs()
        ):
            return None
        low, high = getattr(self._axes, f"get_{self._letter}lim")()
        return float(low), float(high)

    def _categories(self) -> dict[float, str]:
        if self._formatter not in _WORDS:
            return {}
        places = [float(place) for place in self._axis.get_majorticklocs()[:400]]
        shown = self._axis.get_major_formatter().format_ticks(places)
        named = {place: " ".join(text.split())[:_LONGEST_NAME] for place, text in zip(places, shown, strict=False)}
        named = {place: text for place, text in named.items() if text}
        fixed = type(self._axis.get_major_locator()).__name__ == "FixedLocator"
        if self._formatter == "FuncFormatter" and not fixed and not all(map(_WORD.match, named.values())):
            return {}  # numbers with a unit
        return {} if all(_is_number(text, place) for place, text in named.items()) else named

    def _is_time(self) -> bool:
        return self._formatter in _DATES or self._formatter.startswith("TimeSeries_")

    def _moment(self, value: float) -> str:
        """A date; its time of day only where few days are shown and it is not midnight."""
        formatter = self._axis.get_major_formatter()
        if "Timedelta" in self._formatter:
            return str(formatter(value, 0))
        if self._formatter.startswith("TimeSeries_"):  # pandas counts its periods
            frequency = getattr(self._axes, "freq", None) or formatter.freq
            return str(sys.modules["pandas"].Period(ordinal=int(value), freq=frequency))
        moment = sys.modules["matplotlib.dates"].num2date(value)
        is_day = moment.hour == moment.minute == 0 or self._span > 14
        return f"{moment:%Y-%m-%d}" if is_day else f"{moment:%Y-%m-%d %H:%M}"


def _is_number(text: str, place: float) -> bool:
    """Whether a tick says where it is."""
    try:
        return abs(float(text.replace("\N{MINUS SIGN}", "-")) - place) <= 1e-2 * (abs(place) or 1)
    except ValueError:
        return False

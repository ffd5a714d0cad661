"""Whether a fact can be read off a text: its number stands there, to at least three digits, where its names name it."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.bench.facts import Fact

_NUMBER = re.compile(r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+(?!\d|,\d)|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
_CSV = re.compile(r"^ *(?:Rows \(.*\):|Columns.*:|.*DataFrame \d+ x \d+>.*|.* rows:|Grid.*:|.*heat ?map.*:)$")
_FIELDS = re.compile(r"\S {2,}\S")
_QUARTILES = ("25%", "50% median", "75%")


class Place(NamedTuple):
    """A value in a text with what names it.  column: header of its column, if it stands in a table of all values"""

    value: str
    names: tuple[str, ...]
    column: str = ""


class Reading:
    """The places of a text."""

    def __init__(self, text: str) -> None:
        self._lines = _flat_json(text) or text.split("\n")
        self.places = list(self._places())

    def tells(self, fact: Fact, value: Any = None) -> bool:
        """Whether the fact can be read off; value: another than its own, as a control."""
        if value is not None:
            return self._stands(value, fact.named)
        if any(self._stands(*one) for one in ((fact.value, fact.named), *fact.either)):
            return True
        if fact.shown is None:
            return False
        column, tell = fact.shown
        cells = [place.value for place in self.places if place.column == column]
        try:
            return bool(cells) and _same(str(tell(cells)), fact.value)
        except ValueError:
            return False

    def _stands(self, value: Any, named: tuple[str, ...]) -> bool:
        values = value if isinstance(value, (tuple, list)) else (value,)
        for at, place in enumerate(self.places):
            if _same(place.value, values[0]) and _named(place.names, named):
                numbers = [other.value for other in self.places[at : at + 4 * len(values)]]
                if _follow(numbers, values):
                    return True
        return isinstance(value, str) and any(
            _named(self._names(row, found.start(), found.end()), named)
            for row, line in enumerate(self._lines)
            for found in re.finditer(_word(value), line)
        )

    def _places(self) -> Iterator[Place]:
        header: list[str] = []
        depth, heading = 0, ""
        for row, line in enumerate(self._lines):
            above = self._lines[row - 1] if row else ""
            indent = len(line) - len(line.lstrip())
            if _CSV.match(above) and line.strip() and not line.lstrip().startswith("- "):
                header, depth, heading = _cells(line), indent, above
                continue
            cells = _cells(line) if header else []
            if header and len(cells) == len(header) and indent == depth and not line.startswith("</data"):
                for at, cell in enumerate(cells):
                    others = tuple(cells[:at] + cells[at + 1 :])
                    yield Place(cell, (header[at], heading, *others), header[at])
                continue
            header = []
            for found in _NUMBER.finditer(line):
                yield Place(found.group(), self._names(row, found.start(), found.end()), self._column(row, found.end()))

    def _names(self, row: int, start: int, end: int) -> tuple[str, ...]:
        """What names the text between two positions of a line."""
        line = self._lines[row]
        names = [_heading(self._lines, row), *_labels(line, start), _after(line, end)]
        if _FIELDS.search(line):
            names += [one for one in re.split(r" {2,}", line[:start].strip()) if not _NUMBER.fullmatch(one)]
            names += [line.split()[0], self._column(row, end)]
        return tuple(names)

    def _column(self, row: int, end: int) -> str:
        """The header of a column that is aligned at the right, as pandas and statsmodels print it."""
        if not _FIELDS.search(self._lines[row]):
            return ""
        for above in reversed(self._lines[max(row - 70, 0) : row]):
            if not above.strip():
                return ""
            ends_here = len(above) >= end and above[end - 1 : end].strip() and not above[end : end + 1].strip()
            label = re.split(r" {2,}", above[:end])[-1] if ends_here else ""
            if label and not _NUMBER.fullmatch(label.split()[-1]) and label.strip("=-. \\") and label != "NaN":
                return label.strip()
        return ""


def _labels(line: str, start: int) -> Iterator[str]:
    """The head of the line, the beginning of the clause, the label just before and those of the brackets around."""
    before = line[:start]
    yield before.partition(":")[0].rpartition(";")[2] if ":" in before else ""
    clause = before.rpartition(";")[2] if ";" in before else before.partition(":")[2]
    yield re.split(r"[\d\[({'\"]", clause)[0]
    if clause.strip().startswith("quartiles"):
        place = len(_NUMBER.findall(clause))
        yield _QUARTILES[place] if place < 3 else ""
    depth, at = 0, len(before)
    label = ""
    while at:
        at -= 1
        letter = before[at]
        if letter in "])}":
            depth += 1
        elif letter in "[({":
            if depth:
                depth -= 1
            else:  # the label of what opens here is outside
                yield label
                label = ""
                continue
        elif letter in ",;" and not depth:
            yield label
            rest = before[: at + 1]
            opening = _opening(rest)
            if letter == ";" or opening is None:
                return
            at, label = opening + 1, ""
            continue
        label = letter + label
    yield label


def _opening(text: str) -> int | None:
    """Where the innermost bracket that is still open at the end of the text opens."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        if text[at] in "])}":
            depth += 1
        elif text[at] in "[({":
            if not depth:
                return at
            depth -= 1
    return None


def _after(line: str, end: int) -> str:
    return re.split(r"[,;:)\]}\d]| {2,}", line[end : end + 40])[0]


def _heading(lines: list[str], row: int) -> str:
    """The lines above that this one stands under: those that end in a colon or are indented less."""
    indent = len(lines[row]) - len(lines[row].lstrip())
    found = []
    for above in reversed(lines[max(row - 60, 0) : row]):
        own = len(above) - len(above.lstrip())
        if above.strip() and (own < indent or (own == indent and above.rstrip().endswith(":"))):
            found.append(re.sub(r"^Columns \(.*\):$", "Columns:", above))  # what holds for all names none
            indent = own
            if not own and above.rstrip().endswith(":"):
                break
    return "\n".join(found)


def _cells(line: str) -> list[str]:
    return next(csv.reader([line.strip()]), [])


def _word(word: str) -> str:
    return rf"(?<![\w.]){re.escape(word)}(?!\w|\.\d)"


def _named(names: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return all(
        any(re.search(_word(one), name, re.IGNORECASE) for one in word.split(" or ") for name in names)
        for word in wanted
    )


def _follow(texts: list[str], values: Any) -> bool:
    """Whether the values follow each other among the texts, with nothing but indexes between them."""
    found = iter(texts)
    return all(any(_same(text, value) for text in found) for value in values)


def _same(text: str, value: Any) -> bool:
    """Whether a number in a text is this one, to three digits at least; a string must be the same."""
    if isinstance(value, str):
        return text.strip("'\"") == value
    number = text.replace(",", "") if _NUMBER.fullmatch(text) else text
    try:
        shown, value = float(number), float(value)
    except ValueError:
        return False
    if shown == value or not math.isfinite(shown):
        return shown == value
    mantissa, _, exponent = number.lower().partition("e")
    digits = len(mantissa.replace(".", "").lstrip("-0"))
    if digits < 3 or (digits == 3 and "." not in mantissa and not exponent):
        return False
    decimals = len(mantissa.partition(".")[2])
    return abs(shown - value) <= 0.501 * 10.0 ** (int(exponent or 0) - decimals)


def _flat_json(text: str) -> list[str]:
    """Of JSON a line for each value: its path and the value."""
    try:
        tree = json.loads(text)
    except ValueError:
        return []

    def walk(node: Any, path: str) -> Iterator[str]:
        if isinstance(node, dict):
            for key, inner in node.items():
                yield from walk(inner, f"{path} / {key}")
        elif isinstance(node, list):
            for at, inner in enumerate(node):
                yield from walk(inner, f"{path} / {at}")
        else:
            yield f"{path}: {node}"

    return list(walk(tree, ""))

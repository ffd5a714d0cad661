"""What HTML shows: pictures inside it, frames of an animation, charts that its scripts draw."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import islice

from nbreason.capture.drawings import chart_in_words, svg_part, vega_part
from nbreason.capture.images import CannotAttach, first_middle_last, frame_name, frames, from_bytes
from nbreason.capture.limits import Limits
from nbreason.capture.mime_bundles import DATA_URI, LARGE_SVG
from nbreason.capture.plots.plotly_specs import plotly_words
from nbreason.core.characters import clean
from nbreason.core.parts import Part

_MOST_PICTURES = 8
_MOST_CALLS = 20  # places at which a specification may begin
_MOST_SCRIPT = 20_000_000  # characters
_FRAMES = re.compile(r"frames\[\d+\]\s*=")
_VEGA_CALL = re.compile(r"\}\)\(\s*(?=\{)|vegaEmbed\([^,{]{1,200},\s*(?=\{)")  # then comes the specification
_PLOTLY_CALL = re.compile(r"Plotly\.newPlot\(\s*[\"'][^\"']*[\"'],\s*(?=\[)")  # then come traces and layout


def html_parts(html: str, source: str, alt: str, limits: Limits) -> list[Part]:
    """The pictures embedded in HTML, or the chart its scripts draw.  Raises CannotAttach if it has neither."""
    return [*_pictures(html, source, alt)] or [*_charts(html, source, alt, limits)] or _nothing(source)


def words_of(html: str) -> str:
    """The text of HTML, a line for each row of a table; without scripts and styles."""
    reader = _Words()
    reader.feed(html[:_MOST_SCRIPT])
    lines = (re.sub(r"[ \t\r\f\v\u00a0]+", " ", line).strip(" |") for line in clean("".join(reader.found)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pictures(html: str, source: str, alt: str) -> Iterator[Part]:
    """All pictures, of an animation three frames; those that are damaged are left out beside others."""
    found = [match.group(1) for match in DATA_URI.finditer(html)]
    frame_count = len(_FRAMES.findall(html))
    if 1 < frame_count <= len(found):
        found = found[-frame_count:]
        chosen = [(frame_name(source, at, frame_count), found[at]) for at in first_middle_last(frame_count)]
    elif len(found) == 1:
        chosen = [(source, found[0])]
    else:
        chosen = [
            (f"{source}, picture {at} of {len(found)}", each) for at, each in enumerate(found[:_MOST_PICTURES], 1)
        ]
    for number, (name, each) in enumerate(chosen):
        try:
            yield from frames(from_bytes(_decoded(each), name, "" if number else alt))
        except CannotAttach:
            if len(chosen) == 1:
                raise


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data.replace("\\", ""))
    except ValueError:
        return b""


def _charts(html: str, source: str, alt: str, limits: Limits) -> Iterator[Part]:
    decoder = json.JSONDecoder()
    for call in islice(_VEGA_CALL.finditer(html[:_MOST_SCRIPT]), _MOST_CALLS):
        try:
            yield vega_part(decoder.raw_decode(html, call.end())[0], source, limits)
            return
        except (ValueError, RecursionError):
            continue
    for call in islice(_PLOTLY_CALL.finditer(html[:_MOST_SCRIPT]), _MOST_CALLS):
        try:
            traces, end = decoder.raw_decode(html, call.end())
            layout, _ = decoder.raw_decode(html, html.index("{", end))
        except (ValueError, RecursionError):
            continue
        words = plotly_words({"data": traces, "layout": layout})
        yield chart_in_words(words, source, "plotly figure", "only a browser can draw it", limits)
        return
    drawing = LARGE_SVG.search(html, 0, _MOST_SCRIPT)
    end = html.find("</svg>", drawing.end()) if drawing else -1
    if drawing and end >= 0:
        yield svg_part(html[drawing.start() : end + len("</svg>")], source, alt, limits)


def _nothing(source: str) -> list[Part]:
    raise CannotAttach(f"{source} has no picture that can be sent.")


class _Words(HTMLParser):
    """Collects the text of HTML."""

    _BLOCKS = frozenset({"p", "div", "tr", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "dt", "dd", "pre"})
    _SILENT = frozenset({"script", "style", "svg", "head", "template"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self._SILENT
        if not self._silent:
            self.found.append("\n" if tag in self._BLOCKS else " | " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(self._silent - (tag in self._SILENT), 0)
        if tag in self._BLOCKS and not self._silent:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(unescape(data).replace("\n", " "))

"""An answer for a terminal: headings, wrapped lists, tables that fit, code in colour, links as text (address).

    layout(text, width, colour)   Markdown in, lines for a terminal out

The input is the sanitised HTML of the page, so both read Markdown alike.  No control sequence of an answer comes
through, not even from a character reference; the only ones in the output are those of `_CODES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from nbreason.render.markdown import convert, to_plain
from nbreason.render.wrapping import Cell, Run, breadth, table_lines, wrap

# Codes that are readable on dark and light terminals: no yellow, no dark blue, no white.
_CODES = {
    "strong": "1",
    "em": "3",
    "code": "36",
    "del": "9",
    "a": "4",
    "th": "1",
    "quiet": "2",
    "h1": "1;4",
    "h2": "1;4",
    "h3": "1",
    "h4": "1",
    "h5": "1",
    "h6": "1",
    "nbr-k": "35",
    "nbr-t": "36",
    "nbr-b": "36",
    "nbr-f": "1",
    "nbr-a": "36",
    "nbr-m": "35",
    "nbr-s": "32",
    "nbr-n": "36",
    "nbr-c": "2;3",
    "nbr-gd": "31",
    "nbr-gi": "32",
}
# Without colour, Markdown's own marks show emphasis.
_MARKS = {"strong": "**", "em": "*", "code": "`", "del": "~~"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NARROWEST = 20
_DEFINITION = re.compile(r"^( {0,3})\[(?=[^\[\]\n]+\]:)", re.M)


def layout(text: str, width: int = 80, colour: bool = True) -> str:
    """Lay out Markdown in lines of at most `width` columns; code is not wrapped."""
    if _DEFINITION.match(text):
        # A link target or footnote on its own: the text that refers to it is printed already, so show it.
        text = _DEFINITION.sub(r"\1\\[", text)
    page = _Page(max(width, _NARROWEST), colour)
    page.feed(convert(to_plain(text)))
    page.close()
    page.flush()
    return "\n".join(page.lines)


class _Page(HTMLParser):
    """Reads the sanitised HTML of an answer and writes `lines`."""

    def __init__(self, width: int, colour: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.width = width
        self.colour = colour
        self._runs: list[Run] = []
        self._styles: list[str] = []  # names in _CODES, the innermost last
        self._spans: list[str] = []  # the style of each open span, or "" or "skipped"
        self._margins: list[list[str]] = []  # [before the next line, before the lines after it] of items and quotes
        self._lists: list[int | None] = []  # the next number, or None for bullets
        self._link: tuple[str, int] = ("", 0)
        self._gap = False
        self._code = False
        self._maths = False
        self._align = ""
        self._rows: list[list[Cell]] | None = None

    # What comes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        kind = values.get("class", "")
        if tag in _HEADINGS:
            self.flush()
            self._gap = bool(self.lines)
            self._styles.append(tag)
            if not self.colour:
                self._say("#" * int(tag[1]) + " ")
        elif tag in ("p", "div", "summary"):
            self.flush()
            self._maths = kind == "arithmatex"
        elif tag in ("ul", "ol"):
            self.flush()
            self._lists.append(int(values.get("start") or 1) if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "blockquote":
            self.flush()
            self._write([])
            self._margins.append(["│ ", "│ "])
        elif tag == "pre":
            self.flush()
            self._code = True
        elif tag == "hr":
            self.flush()
            self._write(["─" * (self.width - self._margin_width())])
            self._gap = True
        elif tag == "br":
            self._say("\n")
        elif tag == "span":
            self._spans.append("skipped" if kind == "nbr-host" else kind if kind in _CODES else "")
            self._styles += [kind] if kind in _CODES else []
        elif tag == "a":
            self._link = (values.get("href", ""), len(self._runs))
            self._styles.append(tag)
        elif tag == "table":
            self.flush()
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th"):
            self._align = kind.removeprefix("nbr-")
            self._styles += ["th"] if tag == "th" else []
        elif tag in _MARKS and not self._code:
            self._mark(tag)
            self._styles.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS:
            self.flush()
            self._styles.remove(tag)
            self._gap = True
        elif tag in ("p", "div", "summary"):
            self.flush()
            self._gap, self._maths = True, False
        elif tag in ("ul", "ol"):
            self.flush()
            self._lists.pop()
            self._gap = self._gap or not self._lists
        elif tag in ("li", "blockquote"):
            self.flush()
            self._margins.pop()
            self._gap = self._gap or tag == "blockquote"
        elif tag == "pre":
            self._code_block()
        elif tag == "span" and self._spans:
            style = self._spans.pop()
            if style and style != "skipped":
                self._styles.remove(style)
        elif tag == "a":
            self._styles.remove("a")
            self._address()
        elif tag in ("td", "th") and self._rows is not None:
            self._rows[-1].append(Cell(tuple(self._runs), self._align))
            self._runs = []
            self._styles = [style for style in self._styles if style != "th"]
        elif tag == "table":
            self._table()
        elif tag in _MARKS and not self._code:
            self._styles.remove(tag)
            self._mark(tag)

    def handle_data(self, data: str) -> None:
        data = to_plain(data)  # a character reference may have been an escape
        if "skipped" not in self._spans and (data.strip() or self._runs or self._code):
            self._say(data if self._code or self._maths else re.sub(r"[ \t\n]+", " ", data))

    # What is written

    def flush(self) -> None:
        """End the paragraph that is open, if there is one."""
        runs, self._runs = self._runs, []
        if any(text.strip() for text, _ in runs):
            self._write(wrap(runs, self.width - self._margin_width(), self._codes))

    def _say(self, text: str) -> None:
        self._runs.append((text, tuple(self._styles)))

    def _mark(self, tag: str) -> None:
        if not self.colour:
            self._say(_MARKS[tag])

    def _item(self) -> None:
        self.flush()
        number = self._lists[-1] if self._lists else None
        mark = "• " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1
        self._margins.append([mark, " " * len(mark)])

    def _address(self) -> None:
        """Behind a link its address, unless the link is its own address."""
        address, begun = self._link
        shown = "".join(text for text, _ in self._runs[begun:]).strip()
        address = to_plain(address)
        if address and shown not in (address, address.removeprefix("mailto:")):
            self._say(f" ({address.removeprefix('mailto:')})")

    def _code_block(self) -> None:
        runs, self._runs, self._code = self._runs, [], False
        lines = [""]
        for text, styles in runs:
            first, *others = text.split("\n")
            lines[-1] += self._codes(first, styles)
            lines += [self._codes(other, styles) for other in others]
        while lines and not lines[-1].strip():
            lines.pop()
        self._gap = self._gap or not self._lists
        self._write(["    " + line for line in lines])
        self._gap = True

    def _table(self) -> None:
        rows, self._rows = self._rows or [], None
        if rows:
            self._write(table_lines(rows, self.width - self._margin_width(), self._codes))
            self._gap = True

    def _codes(self, text: str, styles: Sequence[str]) -> str:
        """Text in its styles."""
        codes = ";".join(_CODES[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m" if codes and self.colour and text.strip() else text

    def _margin_width(self) -> int:
        return sum(breadth(rest) for _, rest in self._margins)

    def _write(self, lines: Sequence[str]) -> None:
        if self._gap and self.lines:
            self.lines.append("".join(rest for _, rest in self._margins).rstrip())
        self._gap = False
        for line, margin in zip(lines, self._margin(), strict=False):
            self.lines.append((margin + line).rstrip())

    def _margin(self) -> Iterator[str]:
        """The margin of each line: the marks of new items once, then as much space."""
        while True:
            margin = "".join(first for first, _ in self._margins)
            for entry in self._margins:
                entry[0] = entry[1]
            yield margin

"""From a row of pieces to elements."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from nbreason.render.delimiters import Piece

# Serialisers recurse; a thousand nested emphases are one emphasis to the eye.
MAX_DEPTH = 16

# What a front end's MathJax would take for maths in plain text: a dollar, and \( \[ \begin \ref.
_MATHS_MARK = re.compile(r"(\$|\\(?=[()\[\]]|begin|end|ref|eqref))")


class Builder:
    """Appends pieces to an element."""

    def __init__(self, parent: Element) -> None:
        self.open = [parent]
        self.tags: list[tuple[str, bool]] = []
        self.text: list[str] = []

    def add(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            for _ in piece.ends:
                self._end()
            if piece.element is not None:
                self._flush()
                self.open[-1].append(piece.element)
            elif piece.text:
                self.text.append(piece.text)
            for tag, attributes in piece.starts:
                self._start(tag, attributes)
        self._flush()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        # A link in a link (an address in a link's text, say) and what is too deep keeps its text only.
        nested = tag == "a" and any(element.tag == "a" for element in self.open[1:])
        shown = not nested and len(self.open) <= MAX_DEPTH
        self.tags.append((tag, shown))
        if shown:
            self._flush()
            self.open.append(SubElement(self.open[-1], tag, attributes))

    def _end(self) -> None:
        if self.tags and self.tags.pop()[1]:
            self._flush()
            self.open.pop()

    def _flush(self) -> None:
        if self.text:
            append_text(self.open[-1], "".join(self.text))
            self.text.clear()


def append_text(parent: Element, text: str) -> None:
    """Append text that is not maths, and keep MathJax from typesetting what looks like it.

    Each mark gets a span of its own: in MathJax 2, which knows no `mathjax_ignore`, no two of them then
    stand in one text, and one alone is not maths.
    """
    if "$" not in text and "\\" not in text:
        _append(parent, text)
        return
    for index, part in enumerate(_MATHS_MARK.split(text)):
        if index % 2:
            SubElement(parent, "span", {"class": "mathjax_ignore"}).text = part
        elif part:
            _append(parent, part)


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


_VOID = frozenset(("br", "hr"))


def serialise(root: Element) -> str:
    """HTML of an element.

    Python-Markdown's own serialiser leaves `&lt;` in a text as it is, so that it would show as `<`.
    """
    out: list[str] = []
    _write(root, out)
    return "".join(out)


def _write(element: Element, out: list[str]) -> None:
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in element.items())
    out.append(f"<{element.tag}{attributes}>")
    if element.tag not in _VOID:
        out.append(html.escape(element.text or "", quote=False))
        for child in element:
            _write(child, out)
        out.append(f"</{element.tag}>")
    out.append(html.escape(element.tail or "", quote=False))

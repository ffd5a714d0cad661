"""HTML of a tree.

Python-Markdown's own serialiser leaves `&lt;` in a text as it is, so that it would show as `<`.
Blocks stand on lines of their own, as in the examples of the specification.
"""

from __future__ import annotations

import html
from xml.etree.ElementTree import Element

_VOID = frozenset(("br", "hr", "img", "input"))
# Blocks stand on lines of their own, and what is in these as well.
_HOLDERS = frozenset(("blockquote", "div", "ol", "table", "tbody", "thead", "tr", "ul"))
_BLOCKS = _HOLDERS | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "td", "th"}


def to_html(root: Element) -> str:
    """HTML, with `<br>`."""
    return _serialise(root, ">")


def to_xhtml(root: Element) -> str:
    """HTML, with `<br />`."""
    return _serialise(root, " />")


def _serialise(root: Element, void_end: str) -> str:
    out = [""]
    _write(root, out, void_end)
    return "".join(out)


def _write(element: Element, out: list[str], void_end: str) -> None:
    tag, text = element.tag, element.text
    holder = tag in _HOLDERS and not text
    attributes = "".join(f' {name}="{_escape(value)}"' for name, value in element.items())
    if tag in _BLOCKS:
        _new_line(out)
    out.append(f"<{tag}{attributes}{void_end if tag in _VOID else '>'}")
    if holder:
        out.append("\n")
    if text:
        out.append(_escape(text))
    for child in element:
        _write(child, out, void_end)
    if holder:
        _new_line(out)
    if tag not in _VOID:
        out.append(f"</{tag}>")
    if tag in _BLOCKS:
        out.append("\n")
    if element.tail:
        out.append(_escape(element.tail))


def _new_line(out: list[str]) -> None:
    if not out[-1].endswith("\n"):
        out.append("\n")


def _escape(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")

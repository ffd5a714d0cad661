"""Formulas as elements: of class `arithmatex`, which MathJax typesets, or as code of class `tex-source`."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown.util import AtomicString


def typeset(tag: str, tex: str, display: bool, environment: bool = False) -> Element:
    """A formula to typeset; an environment has no delimiters."""
    begin, end = ("", "") if environment else ("\\[", "\\]") if display else ("\\(", "\\)")
    element = Element(tag, {"class": "arithmatex"})
    element.text = AtomicString(f"{begin}{tex.strip()}{end}")
    return element


def source(text: str) -> Element:
    """A formula as code: it is unfinished, or it may not be typeset."""
    code = Element("code", {"class": "tex-source"})
    code.text = AtomicString(text)
    return code

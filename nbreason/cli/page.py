"""An executed notebook as one HTML file that needs no network: no script, no style sheet, no font from outside."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from jinja2 import DictLoader
from latex2mathml.converter import convert
from nbconvert import HTMLExporter

TEMPLATE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
"""
FORMULA = re.compile(r'<(span|div) class="arithmatex">\s*\\([(\[])(.*?)\\[)\]]\s*</\1>', re.DOTALL)


def self_contained(notebook: Any) -> str:
    """The page.  Formulas of answers become MathML, which browsers draw without a script."""
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        extra_loaders=[DictLoader({"self-contained.html.j2": TEMPLATE})], template_file="self-contained.html.j2"
    )
    page, _ = exporter.from_notebook_node(notebook)
    return FORMULA.sub(_mathml, page)


def _mathml(found: re.Match[str]) -> str:
    latex = unescape(found[3]).strip()
    try:
        return str(convert(latex, display="block" if found[2] == "[" else "inline"))
    except Exception:  # a formula that cannot be converted is shown as source
        return f"<code>{escape(latex)}</code>"

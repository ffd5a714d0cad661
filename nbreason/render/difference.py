"""A correction as a coloured difference: the whole cell, each line with a sign and a colour."""

from __future__ import annotations

from html import escape

from nbreason.core.correction import Correction
from nbreason.render.code import STYLE
from nbreason.render.markdown import to_plain

_COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m"}
_CLASSES = {"-": "nbr-gd", "+": "nbr-gi"}


def difference_html(correction: Correction) -> str:
    """The difference as HTML with its style sheet; our labextension reads both versions from its lines."""
    lines = []
    for sign, text in correction.difference:
        line = escape(f"{sign} {to_plain(text)}", quote=False)
        lines.append(f'<span class="{_CLASSES[sign]}">{line}</span>' if sign in _CLASSES else line)
    return (
        f'<style>{STYLE}</style><div class="nbreason mathjax_ignore">'
        f'<pre class="nbr-code nbr-diff"><code>{chr(10).join(lines)}</code></pre></div>'
    )


def difference_text(correction: Correction, colour: bool = False) -> str:
    """The difference as lines of text, for a terminal."""
    lines = [(sign, f"{sign} {to_plain(text)}") for sign, text in correction.difference]
    return "\n".join(f"{_COLOURS[sign]}{line}\x1b[0m" if colour and sign in _COLOURS else line for sign, line in lines)

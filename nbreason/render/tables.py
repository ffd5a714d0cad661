"""Small tables of our own words: for `%nbreason`, in a notebook and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbreason.render.bundle import MUTED, Bundle

LEFT = 'style="margin: 0.3em 0"'


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> Bundle:
    """A table with an optional line below it; cells are plain text."""
    head = "".join(f'<th style="text-align: left">{escape(header)}</th>' for header in headers)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align: left">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    below = f'<div style="{MUTED}">{escape(note)}</div>' if note else ""
    html = f"<table {LEFT}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
    return Bundle({"text/html": html, "text/plain": columns([headers, *rows], note)}, {"nbreason": {}})


def pairs(rows: Sequence[tuple[str, str]], note: str = "") -> Bundle:
    """Names and values, one pair a line."""
    body = "".join(
        f'<tr><th style="text-align: left">{escape(name)}</th><td style="text-align: left">{escape(value)}</td></tr>'
        for name, value in rows
    )
    below = f'<div style="{MUTED}">{escape(note)}</div>' if note else ""
    return Bundle(
        {"text/html": f"<table {LEFT}><tbody>{body}</tbody></table>{below}", "text/plain": columns(rows, note)},
        {"nbreason": {}},
    )


def columns(rows: Sequence[Sequence[str]], note: str = "") -> str:
    """Rows aligned in columns of plain text."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *([note] if note else [])])

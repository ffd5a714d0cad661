"""Small tables for `%nbreason`, in a notebook and in a terminal.

Cells may hold text from others (questions, file names): terminals obey none of it and pages do not typeset it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbreason.render.bundle import MUTED, Bundle
from nbreason.render.markdown import one_line
from nbreason.render.wrapping import Cell, hanging, screen_width, table_lines, unpainted

Rows = Sequence[Sequence[str]]
LEFT = 'style="text-align: left"'


def table(headers: Sequence[str], rows: Rows, note: str = "") -> Bundle:
    """A table with an optional line below it; cells are plain text."""
    body = "".join(_row(row, ["td"] * len(row)) for row in rows)
    return _bundle(
        f"<thead>{_row(headers, ['th'] * len(headers))}</thead><tbody>{body}</tbody>",
        columns([headers, *rows], head=True),
        note,
    )


def pairs(rows: Sequence[tuple[str, str]], note: str = "") -> Bundle:
    """Names and values, one pair a line."""
    body = "".join(_row(row, ("th", "td")) for row in rows)
    return _bundle(f"<tbody>{body}</tbody>", columns(rows, head=False), note)


def columns(rows: Rows, head: bool) -> str:
    """Rows as aligned columns of plain text, wrapped to the terminal; empty columns are left out."""
    filled = [column for column in zip(*rows, strict=True) if any(column)]
    cells = [[Cell(((one_line(word), ()),)) for word in row] for row in zip(*filled, strict=True)]
    return "\n".join(table_lines(cells, screen_width(), unpainted, head))


def _row(words: Sequence[str], tags: Sequence[str]) -> str:
    cells = zip(words, tags, strict=True)
    return f"<tr>{''.join(f'<{tag} {LEFT}>{escape(one_line(word))}</{tag}>' for word, tag in cells)}</tr>"


def _bundle(inner: str, plain: str, note: str) -> Bundle:
    note = one_line(note)
    below = f'<div style="{MUTED}">{escape(note)}</div>' if note else ""
    html = f'<div class="mathjax_ignore"><table style="margin: 0.3em 0">{inner}</table>{below}</div>'
    lines = [plain, *([hanging(note, screen_width())] if note else [])]
    return Bundle({"text/html": html, "text/plain": "\n".join(lines)}, {"nbreason": {}})

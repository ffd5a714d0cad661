"""``%nbreason figures``: what ``--figs`` can attach."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nbreason.core.parts import Image
from nbreason.core.phrases import counted
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import MUTED, Bundle, line_bundle
from nbreason.render.markdown import one_line
from nbreason.render.pictures import image_tag
from nbreason.render.tables import table

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook

THUMBNAIL = "max-width: 10em; max-height: 6em; background: #fff"


@subcommand("", "the figures that can be attached, with thumbnails")
def figures(notebook: Notebook, rest: str) -> Bundle:
    """The figures that can be attached, with thumbnails."""
    notebook.figures.flush()
    found = notebook.figures.list()
    if not found:
        return line_bundle("This notebook has shown no figure yet.")
    rows = [(f"--figs {figure.label}", size(figure.size), figure.mime, figure.alt) for figure in found]
    plain = table(("", "size", "type", ""), rows).data["text/plain"]
    cells = "".join(
        f"<tr><td>{thumbnail(figure)}</td>"
        + "".join(f'<td style="text-align: left">{escape(one_line(word))}</td>' for word in row)
        + "</tr>"
        for figure, row in zip(found, rows, strict=True)
    )
    note = f'<div style="{MUTED}">{counted(len(found), "figure")}; --figs alone is the last one.</div>'
    return Bundle(
        {"text/html": f'<table class="mathjax_ignore"><tbody>{cells}</tbody></table>{note}', "text/plain": plain},
        {"nbreason": {}},
    )


def size(pixels: tuple[int, int] | None) -> str:
    """``640 × 480``."""
    return f"{pixels[0]} × {pixels[1]}" if pixels else "–"


def thumbnail(figure: Any) -> str:
    """A small picture of a figure, or nothing where it cannot be drawn here."""
    from nbreason.capture.images import CannotAttach

    try:
        part = figure.part()
    except CannotAttach:
        return ""
    return image_tag(part, figure.label, THUMBNAIL) if isinstance(part, Image) else ""

"""``%nbreason figures``: what ``--figs`` can attach."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from nbreason.core.parts import Image, Part
from nbreason.core.phrases import counted
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import MUTED, Bundle, line_bundle
from nbreason.render.markdown import one_line
from nbreason.render.pictures import image_tag
from nbreason.render.tables import table

if TYPE_CHECKING:
    from nbreason.notebook.figures import Figure
    from nbreason.notebook.notebook import Notebook

LONGEST = 120  # characters about one figure
# A line that begins with what is drawn: no title, axis, legend, row of a grid, or sentence.
_DRAWN = re.compile(
    r"(?!title |[Ff]igure|[xyz] axis|right y axis|legend|colour bar|texts|panel \d|in each|,|A |In\[)\D{3}|\d+ \D"
)
_IN_EACH = re.compile(r"^in each .*?[:;] ([a-z][^;:\n]*? of [\d,]+ \w+)", re.MULTILINE)
THUMBNAIL = "max-width: 10em; max-height: 6em; background: #fff"


@subcommand("", "the figures that can be attached, with thumbnails")
def figures(notebook: Notebook, rest: str) -> Bundle:
    """The figures that can be attached, with thumbnails."""
    notebook.figures.flush()
    found = notebook.figures.list()
    if not found:
        return line_bundle("This notebook has shown no figure yet.")
    seen = [(figure, first_part(figure)) for figure in found]
    rows = [(f"--figs {figure.label}", words(part), size(figure.size)) for figure, part in seen]
    plain = table(("", "", "size"), rows).data["text/plain"]
    cells = "".join(
        f'<tr><td>{thumbnail(part, label)}</td><td style="text-align: left"><b>{escape(one_line(label))}</b><br>'
        f'{escape(one_line(said))}<br><span style="{MUTED}">{pixels}</span></td></tr>'
        for (_, part), (label, said, pixels) in zip(seen, rows, strict=True)
    )
    note = f'<div style="{MUTED}">{counted(len(found), "figure")}; --figs alone is the last one.</div>'
    return Bundle(
        {"text/html": f'<table class="mathjax_ignore"><tbody>{cells}</tbody></table>{note}', "text/plain": plain},
        {"nbreason": {}},
    )


def size(pixels: tuple[int, int] | None) -> str:
    """``640 × 480``."""
    return f"{pixels[0]} × {pixels[1]}" if pixels else "–"


def first_part(figure: Figure) -> Part | None:
    """What is sent of a figure; of several pictures the first, and None of one that is damaged."""
    from nbreason.capture.images import CannotAttach

    try:
        return figure.parts()[0]
    except CannotAttach:
        return None


def words(part: Part | None) -> str:
    """What is in a figure: its title and what is drawn, short enough for a list."""
    if part is None:
        return "damaged"
    text = part.alt if isinstance(part, Image) else re.sub(r"^<data .*>\n|\n</data>$", "", part.text)
    unread = re.match(r"In\[\d+\] showed ([^,]+), which", text)
    return f"{unread[1]}; only the page has it" if unread else words_of(text)


def words_of(text: str) -> str:
    """The same of the words about a figure."""
    title = re.search(r'^(?:figure|title) "(.+?)"', text, re.MULTILINE | re.IGNORECASE)
    drawn = [line.partition(":")[0] for line in text.split("\n") if _DRAWN.match(line)]
    drawn += _IN_EACH.findall(text)
    said = "; ".join([*([title[1]] if title else []), *dict.fromkeys(drawn)]) or text.partition("\n")[0]
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def thumbnail(part: Part | None, label: str) -> str:
    """A small picture of a figure, or nothing where it cannot be drawn here."""
    return image_tag(part, label, THUMBNAIL) if isinstance(part, Image) else ""

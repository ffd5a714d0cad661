"""An answer as a MIME bundle: sanitised HTML, plain text, and its provenance in the metadata.

There is no ``text/markdown``: front ends run whatever HTML a live Markdown output holds.  The Markdown source
is in the metadata, for programs that convert notebooks.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from nbreason import __version__
from nbreason.core.citations import footnotes
from nbreason.core.correction import Correction
from nbreason.core.events import Answer
from nbreason.render.difference import difference_html, difference_text
from nbreason.render.line import static_line, status_words
from nbreason.render.markdown import convert, one_line, page, to_plain
from nbreason.render.tex import Typesetter
from nbreason.render.wrapping import hanging, screen_width

MUTED = (
    "color: var(--jp-ui-font-color2, #616161); font-family: var(--jp-ui-font-family, sans-serif);"
    " font-size: var(--jp-ui-font-size1, 13px); line-height: 1.5"
)

FRAME = (
    "margin-top: 0.5em; padding: 0.2em 0.6em; border: 1px solid var(--jp-brand-color1, #1976d2); border-left-width: 4px"
)
"""Around what nbreason says itself.  No answer can paint it: it is outside of the answer's box, beyond whose edges
nothing is painted, and no border inside has this colour."""

PLAIN_SHAPES = ("text", "json")
"""Formats of answers that are not rendered as Markdown while they stream."""

PLAIN = "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; font-family: inherit; margin: 0"

LONGEST_RAW = 2_000
"""Characters that are shown of a reply in an unknown format."""

HELP = "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; margin: 0"
HELP_WIDTH = 100
"""Columns; longer lines are tiring to read."""


@dataclass(frozen=True)
class Bundle:
    """What IPython's display functions take with ``raw=True``."""

    data: dict[str, str]
    metadata: dict[str, Any]


def answer_bundle(answer: Answer) -> Bundle:
    """An answer with its status line, as it is saved in the notebook."""
    line = static_line(answer)
    notices = [one_line(notice) for notice in answer.notices]
    thinking = folded("thinking", answer.reasoning) if answer.reasoning.strip() else ""
    sources = footnotes(answer.citations)
    cited = page(f"Sources:\n\n{sources}") if sources else ""
    text = difference_text(answer.value) if isinstance(answer.value, Correction) else to_plain(answer.text)
    said = (text, raw_excerpt(answer), to_plain(sources), *notices, line)
    plain = "\n".join(part for part in said if part)
    return Bundle(
        {"text/html": thinking + body(answer) + cited + foot(*notices, line), "text/plain": plain},
        {"nbreason": provenance(answer)},
    )


def foot(*lines: str) -> str:
    """What we say below an answer, as HTML."""
    below = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return f'<div class="nbreason-line mathjax_ignore" style="{MUTED}; {FRAME}">{below}</div>'


def body(answer: Answer) -> str:
    """The HTML of the answer's text, by its format; a correction as its difference."""
    if isinstance(answer.value, Correction):
        return difference_html(answer.value)
    if answer.raw:
        return f'<pre style="{PLAIN}" class="mathjax_ignore">{escape(raw_excerpt(answer))}</pre>'
    if answer.format == "text":
        return f'<pre style="{PLAIN}" class="mathjax_ignore">{escape(to_plain(answer.text))}</pre>'
    if answer.format == "json" and "```" not in answer.text:
        return page(f"```json\n{answer.text.strip()}\n```")
    return page(answer.text)


def raw_excerpt(answer: Answer) -> str:
    """The beginning of a reply in an unknown format, as plain text; empty for any other."""
    text = to_plain(answer.raw)
    cut = "" if len(text) <= LONGEST_RAW else f"\n… {len(text):,} characters; %nbreason export FILE.md has all of them"
    return text[:LONGEST_RAW] + cut


def fragment(text: str, shape: str, typesetter: Typesetter) -> str:
    """The HTML of a piece of a streaming answer, without a style sheet.

    shape: the requested format; typesetter: has room for the formulas that the earlier pieces leave
    """
    if shape in PLAIN_SHAPES:
        return f'<pre style="{PLAIN}" class="mathjax_ignore">{escape(to_plain(text))}</pre>'
    return f'<div class="nbreason mathjax_process" dir="auto">{typesetter.apply(convert(text))}</div>'


def line_bundle(text: str, **known: str) -> Bundle:
    """A muted line of our own.  known: what programs find in its metadata"""
    text = one_line(text)
    html = f'<div class="mathjax_ignore" style="{MUTED}">{escape(text)}</div>'
    return Bundle({"text/html": html, "text/plain": hanging(text, screen_width())}, {"nbreason": known})


def text_bundle(text: str) -> Bundle:
    """Text of ours such as help: long lines are wrapped with a hanging indent."""
    text = hanging(to_plain(text), min(screen_width(), HELP_WIDTH))
    html = f'<pre class="mathjax_ignore" style="{HELP}">{escape(text, quote=False)}</pre>'
    return Bundle({"text/html": html, "text/plain": text}, {"nbreason": {}})


def folded(title: str, text: str) -> str:
    """Text that opens on a click."""
    return f'<details style="{MUTED}"><summary>{escape(title)}</summary>{page(text)}</details>'


def provenance(answer: Answer) -> dict[str, Any]:
    """What is written into the output's metadata: where the answer came from."""
    usage = answer.usage
    return {
        "requested_model": answer.requested_model,
        "reported_model": answer.reported_model,
        "effort": answer.effort,
        "parameters": dict(answer.parameters),
        "request_hash": answer.request_hash,
        "asked_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(answer.asked_at)),
        "seconds": round(answer.seconds, 3),
        "finish": answer.finish,
        "usage": asdict(usage),
        "cost": str(answer.cost) if answer.cost else None,
        "cost_source": answer.cost_source,
        "rates": dict(answer.rates),
        "request_id": answer.request_id,
        "response_id": answer.response_id,
        "citations": [cited.url for cited in answer.citations],
        "version": answer.version or __version__,
        "status": status_words(answer),
        "markdown": answer.text,
    }

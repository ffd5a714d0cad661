"""Markdown as models write it, to HTML that is safe to show.

    to_html(text)   a sanitised fragment
    convert(text)   the same with every formula marked, also those that are not to be typeset
    page(text)      the same in a wrapper, with our style sheet
    to_plain(text)  the source for terminals, without anything that a terminal would obey
    one_line(text)  the same on one line, for words of ours that may hold those of others

`nbreason.commonmark` reads it, `for_page.py` fits the tree to our pages, and `safe.py` has the last word.
"""

from __future__ import annotations

import re
from typing import cast

import markdown

from nbreason.commonmark import CommonMark
from nbreason.commonmark.parser import Parser
from nbreason.render import code
from nbreason.render.for_page import ForPage
from nbreason.render.safe import sanitise
from nbreason.render.tex import Typesetter

_SURROGATE = re.compile("[\ud800-\udfff]")

OPTIONS = ("tables", "strikethrough", "tasklists", "footnotes", "details", "addresses", "maths")


def reader() -> markdown.Markdown:
    """A new reader, for one text."""
    commonmark = CommonMark(**dict.fromkeys(OPTIONS, True))
    return markdown.Markdown(extensions=[commonmark, ForPage()], output_format="html")


def to_html(text: str) -> str:
    """Markdown in, a sanitised HTML fragment out, for any text at all."""
    typesetter = Typesetter()
    return typesetter.apply(convert(text)) + typesetter.note()


def convert(text: str) -> str:
    """Markdown in, sanitised HTML out in which every formula is marked: for terminals, and for a Typesetter."""
    return sanitise(reader().convert(text)).strip()


def block_starts(lines: list[str]) -> list[int]:
    """The lines on which the blocks begin that stand in no other, as far as no later line will change that."""
    blocks = cast(Parser, reader().parser)
    blocks.parseDocument(lines)
    return [n for n in blocks.starts if blocks.undecided is None or n < blocks.undecided]


def page(text: str) -> str:
    """Markdown in, a sanitised fragment with its own style sheet out."""
    return f'<style>{code.STYLE}</style><div class="nbreason mathjax_process" dir="auto">{to_html(text)}</div>'


_ESCAPES = re.compile(
    "\x1b[\\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"  # a string sent to the terminal, and its end
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor, screen
    "|\x1b[ -/]*[0-~]"
)
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def to_plain(text: str) -> str:
    """Markdown in, the same text out without anything that a terminal would obey."""
    text = _SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPES.sub("", text).replace("\u2028", "\n").replace("\u2029", "\n")
    return _UNSHOWN.sub("", text)


def one_line(text: str) -> str:
    """Any text in, one line out without anything that a terminal would obey."""
    return " ".join(to_plain(text).split())

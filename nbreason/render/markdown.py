"""Markdown as models write it, to HTML that is safe to show.

    to_html(text)   a sanitised fragment
    page(text)      the same in a wrapper, with our style sheet
    to_plain(text)  the source for terminals, without anything that a terminal would obey
    one_line(text)  the same on one line, for words of ours that may hold those of others

`markdown` does the work, with an extension of ours: a preprocessor reads the containers by CommonMark's rules
(`containers.py`), a tree processor fills in the text (`tree.py`), and `safe.py` has the last word.
"""

from __future__ import annotations

import re

import markdown
from markdown.extensions import Extension

from nbreason.render import code
from nbreason.render.build import serialise
from nbreason.render.containers import Containers, Document
from nbreason.render.safe import sanitise
from nbreason.render.tree import Marks

_MARKS = re.compile("[\x00\x02\x03]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class AsModelsWrite(Extension):
    """Teaches Python-Markdown to read CommonMark, tables, maths, tasks and footnotes, and no raw HTML."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        document = Document()
        # Ours do what these did, except for raw HTML, which is text: `html_block` and the inline patterns go.
        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        for name in ("code", "setextheader", "reference"):
            md.parser.blockprocessors.deregister(name)
        for name in ("inline", "prettify", "unescape"):
            md.treeprocessors.deregister(name)
        md.preprocessors.register(Containers(md, document), "nbreason_containers", 30)
        md.treeprocessors.register(Marks(md, document), "nbreason_marks", 20)


def to_html(text: str) -> str:
    """Markdown in, a sanitised HTML fragment out, for any text at all."""
    text = _SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _MARKS.sub("\ufffd", text)
    md = markdown.Markdown(extensions=[AsModelsWrite()])
    md.serializer = serialise
    return sanitise(md.convert(text)).strip()


def page(text: str) -> str:
    """Markdown in, a sanitised fragment with its own style sheet out."""
    return f'<style>{code.STYLE}</style><div class="nbreason" dir="auto">{to_html(text)}</div>'


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

"""CommonMark for Python-Markdown: an extension that stands on its own.

    markdown.markdown(text, extensions=["nbreason.commonmark"])
    markdown.markdown(text, extensions=[CommonMark(tables=True, maths=True)])

Without options it reads CommonMark 0.31.2, except that raw HTML is always shown as text.
It takes linear time on any input.

    extension.py   the extension, its options, the order of the rules
    parser.py      blocks: reads line by line; blocks/ has a file for each kind of block
    inline.py      the text in a block; inlines/ has a file for each kind of markup
"""

from __future__ import annotations

from typing import Any

from nbreason.commonmark.extension import CommonMark

__all__ = ["CommonMark", "makeExtension"]


def makeExtension(**kwargs: Any) -> CommonMark:  # noqa: N802
    """Entry point for Python-Markdown when it is given this package's name; the options are those of `CommonMark`."""
    return CommonMark(**kwargs)

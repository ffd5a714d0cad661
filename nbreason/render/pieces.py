"""Where an answer that is still being written can be cut, so that the part before is final.

    finished(text)            how much of the text no later text will change
    blocks(text)              the finished blocks one by one, and the rest
    without_bare_mark(text)   the text without a last line of which only a mark has arrived

The cuts are found by the reader that the page itself is made with, so both agree on what a block is.  A piece is
rendered with an empty line behind it, which says that its last formula is not still being written.  Two things reach
over a cut, and are right in the whole answer only: link targets and footnotes that are defined elsewhere.
"""

from __future__ import annotations

import itertools
import re

from nbreason.render.markdown import block_starts


def starts(text: str) -> list[int]:
    """Where the blocks of a text begin whose beginning is certain; only whole lines count."""
    lines = text[: text.rfind("\n") + 1].split("\n")
    offsets = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    return sorted({offsets[number] for number in block_starts(lines)})


def finished(text: str) -> int:
    """The length of what is finished: all blocks but the last."""
    return next(iter(starts(text)[-1:]), 0)


def blocks(text: str) -> tuple[list[str], str]:
    """The finished blocks of a text, and the rest, which is not finished or not known to be."""
    cuts = starts(text)
    if not cuts:
        return [], text
    edges = [0, *(cut for cut in cuts if cut)]
    return [text[a:b] for a, b in itertools.pairwise(edges)], text[edges[-1] :]


# White space behind a mark belongs to the mark: two runs of it side by side could be shared out in as many ways as it
# is long.
_BEGUN = re.compile(r"[ \t>]*(?:(?:[-=*+_#]+|[0-9]{1,9}[.)]?)[ \t]*)?\Z")


def without_bare_mark(text: str) -> str:
    """The text without a last line of which only a mark has arrived: an item, or the line under a heading?"""
    last = text.rfind("\n") + 1
    return text[:last] if _BEGUN.match(text, last) else text

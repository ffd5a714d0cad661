"""Where an answer that is still being written can be cut, so that the part before is final.

    finished(text)            how much of the text no later text will change
    blocks(text)              the finished blocks one by one, and the rest
    without_begun(text)       the text without what has only begun at its end: a formula, a table's head, a bare mark

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


def without_begun(text: str) -> str:
    """The text without what has only begun at its end, and would look different a moment later."""
    return _closed(_without_bare_mark(_without_table_head(_without_formula(text))))


_DETAILS = re.compile(r"^[ \t>]*<(/?)details\b", re.M | re.I)


def _closed(text: str) -> str:
    """The text with an end for what opens on a click and has none yet."""
    marks = [bool(mark[1]) for mark in _DETAILS.finditer(_FENCED.sub(_blank, text))]
    return text + "\n\n</details>\n" * (marks.count(False) - marks.count(True))


_FENCED = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[^\n]*\n(?:.*?^[ \t>]*\1[`~]*[ \t]*$|.*\Z)", re.M | re.S
)
_CODE_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]+\1(?!`)")
_MATHS = re.compile(r"\\\\|\\\$|\$\$|\$|\\[()\[\]]|\\(begin|end)\{[a-z]+\*?\}|\n[ \t>]*\n")
_ENDS = {"$$": "$$", "$": "$", "\\(": "\\)", "\\[": "\\]"}
_AMOUNT = re.compile(r"\$(?:[ \n]|\d[\d.,]*(?:[A-Za-z]{2}|[ \n]+(?:[A-Za-z]{2}|[A-Za-z][ \n])|[;:!?)]))")
_BEGUN_MACRO = re.compile(r"\\(?:b(?:e(?:g(?:in?)?)?)?|begin\{[a-z]{0,12}\*?)?\Z")
_HELD_BACK = {"$": 200, "\\)": 400}
"""Characters that are held back at most for a formula in a line; it may be none."""
_HELD_BACK_OTHERS = 8_000


def _without_formula(text: str) -> str:
    """The text without a formula at its end that has begun and may still end."""
    bare = _CODE_SPAN.sub(_blank, _FENCED.sub(_blank, text))
    begin, end = 0, ""
    for token in _MATHS.finditer(bare):
        mark = token[0]
        if not end:
            end = _ENDS.get(mark) or (mark.replace("begin", "end") if token[1] == "begin" else "")
            begin = token.start()
            if mark == "$" and _AMOUNT.match(bare, begin):
                end = ""
        elif mark == end or (mark[0] == "\n" and end in ("$", "$$", "\\)")):
            end = ""
    if end and len(text) - begin <= _HELD_BACK.get(end, _HELD_BACK_OTHERS):
        return text[:begin].rstrip(" \t")
    return _BEGUN_MACRO.sub("", text) if bare[-1:] not in ("", " ") else text


def _blank(code: re.Match[str]) -> str:
    return " " * len(code[0])


_ROW = re.compile(r"[ \t>]*(?:\||[\w .%*-]{1,40}\|(?:[ \t]|\Z))")
_DELIMITERS = re.compile(r"[ \t>|:-]*")


def _without_table_head(text: str) -> str:
    """The text without the first line of a table, as long as the line below it has not come."""
    lines = text.rsplit("\n", 3)[-3:]
    rows = [_ROW.match(line) is not None for line in lines]
    if rows[-1] and not any(rows[:-1]):
        return text[: -len(lines[-1])]
    if rows[-2:-1] == [True] and not any(rows[:-2]) and _DELIMITERS.fullmatch(lines[-1]):
        return text[: -len(lines[-2]) - 1 - len(lines[-1])]
    return text


# White space behind a mark belongs to the mark: two runs of it side by side could be shared out in as many ways as it
# is long.
_BEGUN = re.compile(r"[ \t>]*(?:(?:[-=*+_#]+|[0-9]{1,9}[.)]?)[ \t]*)?\Z")


def _without_bare_mark(text: str) -> str:
    """The text without a last line of which only a mark has arrived: an item, or the line under a heading?"""
    last = text.rfind("\n") + 1
    return text[:last] if _BEGUN.match(text, last) else text

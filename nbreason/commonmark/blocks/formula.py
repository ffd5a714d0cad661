r"""Display formulas that begin a line: `$$…$$`, `\[…\]`, and environments such as `\begin{align}`.

A formula is one only if it ends, on a line of the same container; what looks like one and does not end is text.  Only
in the last paragraph of a text it is perhaps still being written: there it is shown as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import SubElement

from nbreason.commonmark import formulas
from nbreason.commonmark.blocks.paragraph import Paragraph
from nbreason.commonmark.line import Line
from nbreason.commonmark.parser import Parser, Rule

# Environments that MathJax typesets wherever they stand; any other \begin is text.
_BEGIN = re.compile(
    r"\$\$|\\\[|\\begin\{((?:equation|align|alignat|gather|multline|eqnarray|flalign|cases|split)\*?)\}"
)
# What may follow the end of a formula and belongs to it: punctuation, and its number.
_TAIL = re.compile(
    r"[ \t]*([.,;:!?。，；：]?)[ \t]*"
    r"((?:\((?:Eq\.? ?|[A-Z]\.?)?[0-9]{1,4}(?:[.–-][0-9]{1,4}){0,3}[a-z]?\)|\(\*{1,3}\)|\[[0-9]{1,4}\])[.,;]?)?$"
)
# A line that is in no formula.
_OTHER = re.compile(r"#{1,6}[ \t]|`{3}|~{3}|\$\$|\\\[")


class _Formula:
    """A formula while it is read.

    lines: its lines without the delimiters; those of an environment are part of it
    after: what follows on its last line; last: the number of that line
    """

    def __init__(self, match: re.Match[str], line: Line) -> None:
        self.begin = match[0]
        self.environment = bool(match[1])
        self.end = f"\\end{{{match[1]}}}" if match[1] else "\\]" if self.begin == "\\[" else "$$"
        self.lines: list[str] = []
        self.after = ""
        self.last = line.number
        self.ended = self.take(line.trimmed[len(self.begin) :], line.number)

    def take(self, text: str, number: int) -> bool:
        """Take a line, and say whether the formula ends on it."""
        before, end, after = text.rstrip(" \t").partition(self.end)
        self.lines.append(before)
        self.after, self.last = after, number
        return bool(end)

    @property
    def alone(self) -> bool:
        """Whether nothing follows the delimiter on the first line."""
        return not self.lines[0].strip()

    @property
    def tex(self) -> str:
        """The lines without those that are blank, which TeX does not allow in a formula."""
        last = len(self.lines) - 1
        return "\n".join(line for number, line in enumerate(self.lines) if line.strip() or number in (0, last))


def rule(accept: Callable[[str, bool], bool]) -> Rule:
    """The rule, for formulas that `accept(tex, True)` lets through; others are shown as code."""

    def formula(parser: Parser, line: Line) -> bool:
        match = line.match(_BEGIN)
        found = _read(parser, line, match) if match else None
        if not found:
            return False
        line.end()
        parent = parser.begin().element
        number, parser.number = parser.number, found.last
        tail = _TAIL.match(found.after)
        after = found.after if tail else ""
        tex = f"{found.begin}{found.tex}{found.end}" if found.environment else found.tex
        if not found.ended:
            shown = found.begin + found.tex if found.environment else found.tex
            SubElement(parent, "pre").append(formulas.source(shown.strip()))
        elif not accept(tex, True):
            SubElement(parent, "pre").append(formulas.source(f"{found.begin}{found.tex}{found.end}{after}"))
        elif found.environment:
            parent.append(formulas.typeset("div", tex + after, True, True))
        else:
            stop, label = (tail[1], tail[2]) if tail else ("", "")
            label = f" \\qquad {label}" if label else ""
            parent.append(formulas.typeset("div", f"{tex}{stop}".rstrip() + label, True))
        if found.ended and not tail:
            parser.open(Paragraph(Line(found.after, found.last)), line, number)
        return True

    return formula


def _read(parser: Parser, line: Line, match: re.Match[str]) -> _Formula | None:
    """The formula that begins on this line, if it ends, or may be unfinished."""
    found = _Formula(match, line)
    if found.ended:
        return found if found.lines[0].strip("$ \t") and _TAIL.match(found.after) else None
    may_be_blank, blank = found.alone and found.end != "$$", False
    last = line.number
    for inner in parser.following():
        blank = blank or inner.blank
        if blank and not may_be_blank:
            return None
        if found.take(inner.trimmed, inner.number):
            found.ended = True
            return found if found.alone or _TAIL.match(found.after) else None
        if inner.match(_OTHER) or inner.trimmed.startswith(found.begin):
            return None
        last = inner.number
    if last + 1 < len(parser.lines) or not found.alone:
        return None
    if parser.undecided is None:
        parser.undecided = line.number
    return None if blank else found

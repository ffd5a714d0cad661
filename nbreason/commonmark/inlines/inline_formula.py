r"""Formulas in a line, `$…$`, `$$…$$`, `\(…\)`, `\[…\]`: what is a formula, and what is money or brackets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nbreason.commonmark import formulas
from nbreason.commonmark.inline import InlineParser, Rule

_TO_DOLLAR = re.compile(r"(?:[^\\$]|\\.)*", re.S)
_TO_PARENTHESIS = re.compile(r"(?:[^\\]|\\[^)])*?\\\)", re.S)
_TO_BRACKET = re.compile(r"(?:[^\\]|\\[^\]])*?\\\]", re.S)
_TEX = re.compile(r"[\\^_={}+<>|*/]")
_MONEY = re.compile(
    r"\d(?:[\d.,]*\s*[-–—/+,:;(=.]$"
    r"|(?s:.*)\s(?:to|and|or|per|for|is|vs|the|of|at|from|each|was|than|an?|in)(?:\s|$))"
)
# What stands in brackets that somebody escaped: the number of a source, words, or what is left out of a quotation.
_BRACKETED = re.compile(
    r"\d+(?:\s?[,;–-]\s?\d+)*$|[^\w]*$"
    r"|.*(?:[^\W\d_]{4}|[^\W\d_]{2}\s+[^\W\d_]{2}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])",
    re.S,
)
_NAME_END = re.compile(r"[A-Za-z0-9_)\]]")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula found in a text: its TeX, whether it is displayed, and where it ends."""

    tex: str
    display: bool
    end: int


class Finder:
    """Finds the formula that begins at a place of one text; no stretch of it is searched twice for an end.

    missing: the ends that do not come any more; link_text: up to where brackets are the text of a link
    """

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self.link_text = 0

    def at(self, text: str, position: int) -> Formula | None:
        two = text[position : position + 2]
        if two == "$$":
            return self._double(text, position)
        if two[0] == "$":
            return self._single(text, position)
        if two == "\\(":
            return self._between(text, position, "\\)", _TO_PARENTHESIS, False)
        if two == "\\[":
            return self._between(text, position, "\\]", _TO_BRACKET, True)
        return None

    def _double(self, text: str, position: int) -> Formula | None:
        end = -1 if "$$" in self.missing else text.find("$$", position + 2)
        if end < 0:
            self.missing.add("$$")
            return None
        tex = text[position + 2 : end]
        if not tex.strip() or "`" in tex:
            return None
        return Formula(tex, True, end + 2)

    def _single(self, text: str, position: int) -> Formula | None:
        """`$…$`: the next dollar decides, so that a price never reaches for the end of a later formula."""
        match = _TO_DOLLAR.match(text, position + 1) if "$" not in self.missing else None
        if match is None or not text.startswith("$", match.end()):
            self.missing.add("$")
            return None
        tex, end = match[0], match.end()
        after = text[end + 1 : end + 2]
        if not tex or tex[0].isspace() or tex[-1].isspace() or after.isdigit() or after == "$" or "`" in tex:
            return None
        before = text[position - 1 : position] if position else ""
        amount = before.isascii() and before.isalpha() and tex[0].isdigit()  # US$5
        if before.isdigit() or before == "$" or amount or is_money(tex):
            return None
        return Formula(tex, False, end + 1)

    def _between(self, text: str, position: int, end: str, pattern: re.Pattern[str], display: bool) -> Formula | None:
        if display and position < self.link_text:
            return None
        match = pattern.match(text, position + 2) if end not in self.missing else None
        if match is None:
            self.missing.add(end)
            return None
        tex = match[0][:-2]
        if display and text.startswith("(", match.end()):
            self.link_text = match.end()
            return None
        if not tex.strip() or (display and _only_brackets(text, position, tex)):
            return None
        return Formula(tex, display, match.end())


def _only_brackets(text: str, position: int, tex: str) -> bool:
    """Whether `\\[…\\]` in a line is text in brackets that somebody escaped; what looks like TeX never is.

    A task's box, an index (`a\\[i\\]`), a source, words.
    """
    if _TEX.search(tex):
        return False
    box = position == 0 and tex in ("x", "X")
    index = position > 0 and _NAME_END.match(text, position - 1) is not None
    return box or index or _BRACKETED.match(tex) is not None


def is_money(tex: str) -> bool:
    """Whether what stands between two dollars begins with an amount and goes on in prose."""
    return bool(_MONEY.match(tex)) and not re.search(r"[\\^_{}]", tex)


def rule(accept: Callable[[str, bool], bool]) -> Rule:
    """The rule, for formulas that `accept(tex, display)` lets through; others are shown as code."""

    def formula(parser: InlineParser) -> bool:
        found = parser.states.of(Finder).at(parser.text, parser.position)
        if not found:
            return False
        written = parser.text[parser.position : found.end]
        allowed = accept(found.tex, found.display)
        element = formulas.typeset("span", found.tex, found.display) if allowed else formulas.source(written)
        parser.show(element, found.end, written)
        return True

    return Rule(r"[$\\]", formula)

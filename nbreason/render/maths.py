"""Maths: what is a formula, what is money, and how a formula is handed to MathJax."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

# Macros that reach out of their formula: links, styles, ids, files, macros. With one, it is shown as code.
_REACHING = re.compile(
    r"\\(?:href|url|class|style|cssId|data|require|includegraphics|mmlToken|toolTip|texttip|mathtip|unicode|csname"
    r"|def|gdef|edef|xdef|let|newcommand|renewcommand|providecommand|newenvironment|renewenvironment"
    r"|DeclareMathOperator|input|include|action|bbox|tex|HTML)(?![A-Za-z])"
)
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
    """A formula found in a text: its TeX, whether it stands by itself, and where it ends."""

    tex: str
    display: bool
    end: int


class Finder:
    """Finds the formula that begins at a place of one text; what has no end is searched for once only."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.missing: set[str] = set()

    def at(self, position: int) -> Formula | None:
        two = self.text[position : position + 2]
        if two == "$$":
            return self._double(position)
        if two[0] == "$":
            return self._single(position)
        if two == "\\(":
            return self._between(position, "\\)", _TO_PARENTHESIS, False)
        if two == "\\[":
            return self._between(position, "\\]", _TO_BRACKET, True)
        return None

    def _double(self, position: int) -> Formula | None:
        end = -1 if "$$" in self.missing else self.text.find("$$", position + 2)
        if end < 0:
            self.missing.add("$$")
            return None
        tex = self.text[position + 2 : end]
        if not tex.strip() or "`" in tex:
            return None
        return Formula(tex, True, end + 2)

    def _single(self, position: int) -> Formula | None:
        """`$…$`: the next dollar decides, so that a price never reaches for the end of a later formula."""
        text = self.text
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

    def _between(self, position: int, end: str, pattern: re.Pattern[str], display: bool) -> Formula | None:
        match = pattern.match(self.text, position + 2) if end not in self.missing else None
        if match is None:
            self.missing.add(end)
            return None
        tex = match[0][:-2]
        if not tex.strip() or (display and self._only_brackets(position, tex, match.end())):
            return None
        return Formula(tex, display, match.end())

    def _only_brackets(self, position: int, tex: str, end: int) -> bool:
        """Whether `\\[…\\]` in a line is text in brackets that somebody escaped; what looks like TeX never is.

        A link's text, a task's box, an index (`a\\[i\\]`), a source, words.
        """
        if self.text.startswith("(", end):
            return True
        if _TEX.search(tex):
            return False
        box = position == 0 and tex in ("x", "X")
        index = position > 0 and _NAME_END.match(self.text, position - 1) is not None
        return box or index or _BRACKETED.match(tex) is not None


def is_money(tex: str) -> bool:
    """Whether what stands between two dollars begins with an amount and goes on in prose."""
    return bool(_MONEY.match(tex)) and not re.search(r"[\\^_{}]", tex)


def element(tex: str, display: bool, block: bool, environment: bool = False) -> Element:
    """The element that MathJax typesets; as code if the formula could reach out of itself."""
    if _REACHING.search(tex):
        return source(tex, block)
    tag = "div" if block else "span"
    result = Element(tag, {"class": "arithmatex"})
    begin, end = ("", "") if environment else ("\\[", "\\]") if display else ("\\(", "\\)")
    result.text = AtomicString(f"{begin}{tex.strip()}{end}")
    return result


def source(tex: str, block: bool) -> Element:
    """A formula as code: it is unfinished, or it is not one to typeset."""
    code = Element("code")
    code.text = AtomicString(tex.strip())
    if not block:
        return code
    pre = Element("pre")
    pre.append(code)
    return pre

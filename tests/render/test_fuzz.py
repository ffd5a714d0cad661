"""Random texts made of what Markdown, HTML, TeX and terminals take for marks, on the page and in the terminal."""

from __future__ import annotations

import html
import os
import random
import re
import time

import pytest

from nbreason.answers.inert import inert
from nbreason.core.events import Answer
from nbreason.render.bundle import answer_bundle
from nbreason.render.markdown import to_html
from nbreason.render.pieces import blocks
from nbreason.render.terminal import layout
from nbreason.render.tex import typesettable
from tests.render.markup import violations
from tests.render.test_safe import HTML_PAYLOADS, MARKDOWN_PAYLOADS
from tests.render.test_tex import FORMULA, PAINTING, REACHING, TEXTBOOK

MARKS = [
    *"*_`~[]()!<>|#-+.:$\\&{}^=\"' \n\t01ab",
    *("**", "``", "```", "\n```\n", "~~~", "$$", "\n$$\n", "\\(", "\\)", "\\[", "\\]", "\\begin{align}"),
    *("\\end{align}", "\n\n", "\n- ", "\n  - ", "\n> ", "\n1. ", "\n# ", "\n|a|b|\n|-|-|\n|", "|\n", "\n---\n"),
    *("\n===\n", "[^1]", "\n[^1]: ", "[a](", "![a](", "https://x.example", "javascript:", "mailto:a@x.example", "]("),
    *("\n[a]: ", "&lt;", "&#27;", "&#x9b;", "<a href=", "<img src=x onerror=y>", "</a>", "<!--", "<script>", "<br>"),
    *("<div", "\x1b[31m", "\x9b", "\x00", "\x02", "\x03", "\u202e", "\u2028", "\ud800", "\udfff", "é", "平"),
    *("\u0301", "\u2024", "\uff0e", "\r", "\r\n", "    ", " " * 20, "x" * 50, "\\frac{1}{2}", "\\def\\sin{42}"),
    *("\\color{white}", "\\kern-99em", "\\\\[99em]", "\\text{", "\\rule{1em}{99em}"),
]
PIECES = [
    *MARKS,
    *HTML_PAYLOADS,
    *MARKDOWN_PAYLOADS,
    *PAINTING,
    *REACHING,
    *TEXTBOOK[::10],
]  # fmt: skip
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
TEXTS = int(os.environ.get("NBREASON_TEST_TEXTS", "800"))  # of each seed


def a_text(dice: random.Random) -> str:
    marks = MARKS if dice.random() < 0.7 else PIECES
    return "".join(dice.choice(marks) for _ in range(dice.randrange(1, 40)))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(32))
def test_any_text_is_safe_on_the_page_in_a_terminal_and_in_an_export(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(TEXTS):
        text = a_text(dice)
        begun = time.process_time()
        page, terminal = to_html(text), layout(text, dice.choice((20, 80)), colour=False)
        done, rest = blocks(text)
        inert(text)
        assert time.process_time() - begun < 2, ascii(text)
        assert violations(page) == [], ascii(text)
        assert not OBEYED.search(terminal), ascii(text)
        assert "".join([*done, rest]) == text, ascii(text)
        for _, formula in FORMULA.findall(page):
            tex = html.unescape(formula)
            assert typesettable(tex if tex.startswith("\\begin") else tex[2:-2]), ascii(text)
    assert not OBEYED.search(answer_bundle(Answer(text)).data["text/plain"])

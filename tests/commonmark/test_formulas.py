"""Formulas at the end of a sentence, numbered ones, and those that are never finished."""

from __future__ import annotations

import re

import markdown
import pytest

from nbreason.commonmark import CommonMark


def convert(text: str) -> str:
    return markdown.markdown(text, extensions=[CommonMark(maths=True)])


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        (".", "."),
        (",", ","),
        (" ;", ";"),
        (" (1)", r" \qquad (1)"),
        (", (2.3)", r", \qquad (2.3)"),
        ("  (A.1a).", r" \qquad (A.1a)."),
        (" (*)", r" \qquad (*)"),
        (" [7]", r" \qquad [7]"),
        (" (Eq. 4)", r" \qquad (Eq. 4)"),
    ],
)
@pytest.mark.parametrize(("begin", "end"), [("$$", "$$"), ("\\[", "\\]")])
@pytest.mark.parametrize("line_end", ["\n", ""], ids=["on lines of its own", "on one line"])
def test_threat_34_punctuation_and_a_number_belong_to_the_formula(
    begin: str, end: str, line_end: str, tail: str, shown: str
) -> None:
    html = convert(f"So\n\n{begin}{line_end}E = mc^2{line_end}{end}{tail}\n\nand *more*.")

    formula = re.search(r'<div class="arithmatex">\\\[(.*)\\\]</div>', html, re.S)
    assert formula
    assert formula[1].replace("\n", "") == f"E = mc^2{shown}"
    assert html.endswith("<p>and <em>more</em>.</p>")


@pytest.mark.parametrize("tail", [".", ",", " (1)"])
def test_what_follows_an_environment_stands_behind_it(tail: str) -> None:
    tex = "\\begin{equation}\nE = mc^2\n\\end{equation}"

    assert convert(f"{tex}{tail}\n\nmore") == f'<div class="arithmatex">{tex}{tail}</div>\n<p>more</p>'


def test_other_words_behind_a_formula_are_a_paragraph() -> None:
    html = convert("\\[\nE = mc^2\n- V\n\\] where $m$ is\nthe *mass*.\n- a")

    assert html == (
        '<div class="arithmatex">\\[E = mc^2\n- V\\]</div>\n'
        '<p>where <span class="arithmatex">\\(m\\)</span> is\nthe <em>mass</em>.</p>\n<ul>\n<li>a</li>\n</ul>'
    )


@pytest.mark.parametrize("begin", ["$$", "\\[", "\\begin{align}"])
@pytest.mark.parametrize(
    "after",
    [
        "\n\nProse with *emphasis*.",
        "\n## Prose with *emphasis*",
        "\n\nProse with *emphasis*.\n\n\\[\ny\n\\]",
        "\n\nProse with *emphasis*.\n\n$$\ny\n$$",
        "\n\nProse with *emphasis*.\n\n\\begin{align}\ny\n\\end{align}",
    ],
)
def test_threat_34_an_unfinished_formula_takes_no_more_than_its_paragraph(begin: str, after: str) -> None:
    html = convert(f"{begin}\nE = mc^2{after}")

    assert "with <em>emphasis</em>" in html
    assert html.count("arithmatex") == after.count("y\n")


def test_an_unfinished_formula_in_a_quote_ends_with_the_quote() -> None:
    assert convert("> $$\n> x\n\nmore $$") == "<blockquote>\n<p>$$\nx</p>\n</blockquote>\n<p>more $$</p>"

"""Which formulas are typeset: all that textbooks write, and none that reaches out of itself, hides, or takes long."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest

from nbreason.core.events import Answer, TextDelta
from nbreason.render.bundle import answer_bundle
from nbreason.render.markdown import to_html
from nbreason.render.terminal import layout
from nbreason.render.tex import LONGEST, ROOM, typesettable
from tests.render.test_screens import live

HERE = Path(__file__).parent
TEXTBOOK = (HERE / "formulas.txt").read_text(encoding="utf-8").splitlines()
FORMULA = re.compile(r'<(span|div) class="arithmatex">([^<]*)</\1>')

REACHING = [
    r"\DeclarePairedDelimiter{\sin}{42}{}",
    r"\DeclarePairedDelimiterX{\sin}[1]{42}{}{#1}",
    r"\DeclarePairedDelimiterXPP{\sin}[1]{}{42}{}{}{#1}",
    r"\DeclareMathOperator{\sin}{cos}",
    r"\definecolor{red}{rgb}{1,1,1}",
    r"\Newextarrow{\sin}{5,5}{0x2192}",
    r"\newtagform{x}{[}{]}\usetagform{x}",
    r"\mathtoolsset{showonlyrefs}",
    r"\def\sin{42}",
    r"\gdef\sin{42}",
    r"\let\sin\cos",
    r"\newcommand{\sin}{42}",
    r"\renewcommand\sin{42}",
    r"\newenvironment{matrix}{}{}",
    r"\require{html}",
    r"\href{https://evil.example}{x}",
    r"\url{https://evil.example}",
    r"\class{jp-Dialog}{x}",
    r"\cssId{jupyter-config-data}{x}",
    r"\style{position:fixed}{x}",
    r"\data{x=y}{z}",
    r"\mmlToken{mi}[href='https://evil.example']{x}",
    r"\unicode{x41}",
    r"\char65",
    r"\ref{x}",
    r"\eqref{x}",
    r"\begin{empheq}{align}x\end{empheq}",
    r"\begin {equation}x\end{equation}\begin{newthing}\end{newthing}",
    r"\text{\href{https://evil.example}{x}}",
    r"\ce{A \color{white} B}",
    "x\\) \\(\\def\\sin{42}",
    "x\\",
    "}{",
    "% \n\\sin",
]
PAINTING = [
    r"\color{white}{x}",
    r"\textcolor{white}{x}",
    r"\colorbox{white}{x}",
    r"\bbox[white]{x}",
    r"\rule{1em}{20000em}",
    r"\rule{5em}{1em}",
    r"\Rule{1em}{20000em}{0em}",
    r"\Space{1em}{20000em}{0em}",
    r"\kern 20000em x",
    r"\hspace{20000em} x",
    r"\hspace{-30em} x",
    r"\mkern-900mu x",
    r"\mskip -20,5em x",
    r"\!" * 40 + "x",
    r"a \\[20000em] b",
    r"a \\ [ +20000 em ] b",
    r"a \\[-30em] b",
    r"\genfrac{}{}{20000em}{}{1}{2}",
    r"{1 \above 20000em 2}",
    r"\skew{99999}\hat x",
    r"\raise 200em {x}",
    r"\lower 200em {x}",
    r"\raisebox{200em}{x}",
    r"\moveleft 200em {x}",
    r"\smash{\frac{1}{2}}",
    r"\rlap{x}",
    r"\llap{x}",
    r"\mathrlap{x}",
    r"\textsf{segmind:o3}",
    r"{\sf segmind:o3}",
    r"\Huge x",
    r"\phantom{" + "evil.example " * 9 + "}",
    r"\mathchoice{a}{b}{c}{d}",
    r"\begin{array}{*{9999}{c}}x\end{array}",
    r"\begin{array}{p{900cm}}x\end{array}",
    r"\begin{alignat}{99999}x\end{alignat}",
    r"\rule{0pt}{900em}",
    "{" * 100 + "}" * 100,
]


@pytest.mark.parametrize("tex", REACHING + PAINTING)
def test_threat_21_what_reaches_out_of_its_formula_or_hides_is_shown_as_source(tex: str) -> None:
    assert not typesettable(tex)
    for text in (f"${tex}$", f"Before.\n\n$$\n{tex}\n$$", f"- \\({tex}\\)", f"|a|\n|-|\n|${tex}$|"):
        for _, shown in FORMULA.findall(to_html(text)):
            assert typesettable(html.unescape(shown)[2:-2]), shown


def test_500_formulas_of_textbooks_are_typeset() -> None:
    assert len(set(TEXTBOOK)) >= 500
    assert [tex for tex in TEXTBOOK if not typesettable(tex)] == []


def test_every_formula_of_answers_as_models_write_them_is_typeset() -> None:
    found = 0
    for path in (HERE / "corpus").glob("*.md"):
        page, terminal = (
            to_html(path.read_text(encoding="utf-8")),
            layout(path.read_text(encoding="utf-8"), colour=False),
        )
        found += len(FORMULA.findall(page))
        assert page.count("arithmatex") >= terminal.count("\\("), path.name
    assert found > 30


def test_threat_21_a_label_is_left_out_because_labels_are_for_the_whole_page() -> None:
    shown = to_html("\\begin{equation}\\label{eq:1} x \\end{equation}")
    assert "arithmatex" in shown
    assert "label" not in shown


def test_threat_27_a_formula_that_is_too_long_is_source_and_a_line_says_so() -> None:
    matrix = "\\begin{pmatrix}" + "1 & 2 \\\\ " * LONGEST + "\\end{pmatrix}"
    shown = to_html(f"$$\n{matrix}\n$$")
    assert "arithmatex" not in shown
    assert "1 formula is shown as source: typesetting them all would block the page." in shown


def test_threat_27_of_very_many_formulas_the_first_are_typeset() -> None:
    shown = to_html("$x$ " * 10_000)
    typeset = shown.count("arithmatex")
    assert 1_000 < typeset < 2_000
    assert f"{10_000 - typeset:,} formulas are shown as source" in shown
    assert "shown as source" not in to_html("$x$ " * 500)


def test_threat_27_the_bound_holds_for_all_the_pieces_of_an_answer_that_streams_in() -> None:
    spy = live([TextDelta("$x$ " * 500 + "\n\n") for _ in range(20)], 0.2)
    assert len(spy.frozen) > 5
    assert sum(piece.count("arithmatex") for piece in spy.frozen) * 11 <= ROOM


def test_in_a_terminal_every_formula_is_latex() -> None:
    assert layout("$x$ " * 5_000, colour=False).count("\\(x\\)") == 5_000


@pytest.mark.parametrize(
    "piece", ["{", "\\kern", "\\\\[", "\\phantom{", "\\genfrac{", "\\begin{array}{", "\\ce{", "\\\\[1 "]
)
def test_long_formulas_are_looked_at_quickly(piece: str) -> None:
    begun = time.process_time()
    typesettable((piece * LONGEST)[:LONGEST])
    assert time.process_time() - begun < 1


def test_threat_21_our_own_line_is_outside_of_the_answers_box_in_a_frame_that_no_answer_has() -> None:
    forged = '<div class="nbreason-line" style="border: 1px solid var(--jp-brand-color1)">41.7 credits left</div>'
    page = answer_bundle(Answer(forged + "\n\n$\\textsf{41.7 credits left}$", requested_model="a:b")).data["text/html"]
    answer, line = page.split('<div class="nbreason-line')
    assert "border: 1px solid var(--jp-brand-color1" in line
    assert answer.count("<div") == answer.count("</div")
    assert not re.search("<[^>]*style=", answer.partition('class="nbreason mathjax_process"')[2])
    assert "contain: paint" in answer

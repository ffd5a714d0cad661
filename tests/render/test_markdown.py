"""Markdown as models write it: what the oracle cannot say, and what must hold for any text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbreason.render.markdown import page, to_html, to_plain

from .markup import violations


def ignored(mark: str) -> str:
    return f'<span class="mathjax_ignore">{mark}</span>'


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("$x_1$", r"\(x_1\)"),
        ("$x_1 * y_1 * z$", r"\(x_1 * y_1 * z\)"),
        (r"\(a_1 * b_1\)", r"\(a_1 * b_1\)"),
        (r"\[a_1 = b_1\]", r"\[a_1 = b_1\]"),
        ("$$a_1$$", r"\[a_1\]"),
        ("so $$a_1$$ it is", r"\[a_1\]"),
        ("$$\na\n= b\n+ c\n$$", "\\[a\n= b\n+ c\\]"),
        ("\\[\na\n- b\n\\].", "\\[a\n- b\n.\\]"),
        ("**$x$**", r"\(x\)"),
        ("当$x$时", r"\(x\)"),
        ("the $n$th", r"\(n\)"),
        ("$5$ and more", r"\(5\)"),
        ("$3x + 2$", r"\(3x + 2\)"),
        ("$a < b$", r"\(a &lt; b\)"),
        ("$</span><script>$", r"\(&lt;/span&gt;&lt;script&gt;\)"),
        (r"$\$5$", r"\(\$5\)"),
        ("It costs $5, so $x = 5$", r"\(x = 5\)"),
    ],
)
def test_maths_is_handed_to_mathjax_as_it_was_written(text: str, tex: str) -> None:
    assert f'class="arithmatex">{tex}</' in to_html(text)


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        (r"the energy \[E\] of it", r"\[E\]"),
        (r"the product \[ab\] of both", r"\[ab\]"),
        (r"so \[x\] follows", r"\[x\]"),
        (r"so \[ 42 \] it is", r"\[42\]"),
        (r"so \[n!\] of them", r"\[n!\]"),
        (r"能量\[E\]是", r"\[E\]"),
        (r"\[α\] and more", r"\[α\]"),
        (r"so\[a+b\]", r"\[a+b\]"),
        ("\\[42\\]", r"\[42\]"),
    ],
)
def test_bracket_maths_in_a_sentence_is_a_formula_however_short(text: str, tex: str) -> None:
    html = to_html(text)
    assert f'class="arithmatex">{tex}</' in html
    assert html.count("arithmatex") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"as was shown \[1\] and \[2, 3\] and \[4–6\]", "[1] and [2, 3] and [4–6]"),
        (r"\[x\] done", "[x] done"),
        (r"- \[X\] done", "[X] done"),
        (r"- \[ \] open", "[ ] open"),
        (r"a claim \[citation needed\] of theirs", "[citation needed]"),
        (r"the section \[edit\] of it", "[edit]"),
        (r"he \[…\] said \[...\] so", "[…] said [...]"),
        (r"take a\[i\] or f(x)\[i\] or a_1\[0\]", "a[i] or f(x)[i] or a_1[0]"),
        (r"\[text\](https://example.org) is no link", "[text]("),
        (r"注意 \[图表\] 在此", "[图表]"),
        (r"an open \[E", "[E"),
    ],
)
def test_brackets_that_somebody_escaped_stay_brackets(text: str, shown: str) -> None:
    html = to_html(text)
    assert "arithmatex" not in html
    assert shown in re.sub("<[^>]*>", "", html)


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10",
        "from $0.01 to $4.99",
        "$1,000-$2,000 a month",
        "$5/$10",
        "US$5 or US$6",
        "$20 for one and 30$ for two",
        "between $5 and $",
        "$ 5 $",
        "a lone $",
        r"\$5 and \$6",
        "$5 `a$b`",
        "100$ or 200$",
        "$$ is the shell's own number",
        "$HOME and $PATH",
        "$a-$1 and $b-$2",
        "$$ `a$b` $ x$y",
    ],
)
def test_money_is_not_maths_and_no_front_end_takes_it_for_maths(text: str) -> None:
    html = to_html(text)

    assert "arithmatex" not in html
    bare = html.replace(ignored("$"), "")
    assert "$" not in bare.replace("<code>a$b</code>", "")


def test_dollars_in_code_never_end_a_formula() -> None:
    assert "<code>a$$b</code>" in to_html("$$ is in `a$$b` too")


@pytest.mark.parametrize(
    "text", [r"\\(x\\)", r"\\[x\\]", r"\\begin{a}x\\end{a}", r"\begin{foo}x\end{foo}", r"\\ref{a}"]
)
def test_text_that_mathjax_would_typeset_is_broken_up(text: str) -> None:
    html = to_html(text)

    assert "arithmatex" not in html
    assert "\\" not in html.replace(ignored("\\"), "")


@pytest.mark.parametrize(
    "macro",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\class{jp-Button}{x}",
        r"\style{position:fixed}{x}",
        r"\cssId{x}{y}",
        r"\require{html}",
        r"\includegraphics{https://evil.example/a.png}",
        r"\def\x{\x\x}\x",
        r"\let\h\href",
        r"\csname href\endcsname",
        r"\data{commandlinker-command=x}{y}",
    ],
)
@pytest.mark.parametrize("form", ["$%s$", "$$%s$$", r"\(%s\)", "\\[\n%s\n\\]", "\\begin{align}\n%s\n\\end{align}"])
def test_a_formula_that_reaches_out_of_itself_is_shown_as_code(macro: str, form: str) -> None:
    html = to_html(form % macro)

    assert "arithmatex" not in html
    assert "<code>" in html


@pytest.mark.parametrize(
    ("half", "shown"),
    [
        ("```python\nx = 1", '<pre class="nbr-code">'),
        ("- a\n  ```\n  x", '<pre class="nbr-code">'),
        ("| a | b |\n|---|---|\n| 1", "<td>1</td>"),
        ("$$\na_1 * b", "<pre><code>a_1 * b</code></pre>"),
        ("\\[\na_1 * b_1 *", "<pre><code>a_1 * b_1 *</code></pre>"),
        ("so **bold", "<p>so **bold</p>"),
        ("see [the docs](https://exa", "<p>see [the docs]("),
        ("- a\n-", "<li>"),
        ("1. a\n   ", "<li>a</li>"),
    ],
)
def test_half_an_answer_is_shown_sensibly(half: str, shown: str) -> None:
    assert shown in to_html(half)


def test_ordered_lists_keep_where_they_start() -> None:
    assert '<ol start="4">' in to_html("4. four\n5. five")


def test_items_below_wide_markers_may_be_indented_by_four() -> None:
    assert to_html("100. a\n     - b").count("<ul>") == 1
    assert to_html("10.  a\n    - b").count("<ul>") == 1


def test_headings_have_no_ids() -> None:
    assert to_html("## Setup") == "<h2>Setup</h2>"


def test_tables_stand_in_a_box_that_scrolls() -> None:
    assert to_html("a|b\n-|-\n1|2").startswith('<div class="nbr-table">\n<table>')


def test_a_break_tag_breaks_the_line_in_a_cell_only() -> None:
    assert "<td>a<br>b</td>" in to_html("|x|\n|-|\n|a<br/>b|")
    assert to_html("a<br>b") == "<p>a&lt;br&gt;b</p>"


def test_one_tilde_means_about_and_two_strike_out() -> None:
    assert to_html("~5 and ~~~6 of~~ ~~~7~~~ ~8") == "<p>~5 and ~<del>6 of</del> ~~~7~~~ ~8</p>"


def test_tasks_become_text() -> None:
    html = to_html("- [ ] a\n- [x] b")

    assert [part.split("<")[0] for part in html.split('<li class="nbr-task">')[1:]] == ["☐ a", "☑ b"]


def test_footnotes_are_numbered_as_they_are_cited_and_none_is_lost() -> None:
    html = to_html("b[^b] a[^a] b[^b]\n\n[^a]: A\n[^b]: B\n[^c]: C")

    assert html.count('<sup class="footnote">[1]</sup>') == 2
    assert html.index("<p>B</p>") < html.index("<p>A</p>") < html.index("<p>C</p>")


def test_bare_addresses_are_links_without_the_punctuation_around_them() -> None:
    assert ' target="_blank">https://example.org/a</a>).' in to_html("(https://example.org/a).")
    assert "<strong><a href=" in to_html("**https://example.org**")


def test_tabs_in_code_stay_tabs() -> None:
    html = to_html("```make\nx:\n\tcc -o x\n```\n\n- a\n  ```\n  \tb\n  ```")

    assert "x:\n\tcc -o x" in re.sub("<[^>]*>", "", html)
    assert "<code>\tb" in html


def test_a_page_brings_its_style_and_follows_the_direction_of_its_text() -> None:
    assert page("a").startswith("<style>")
    assert page("a").endswith('<div class="nbreason mathjax_process" dir="auto"><p>a</p></div>')


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;title\x07a", "a"),
        ("\x1b]8;;https://evil.example\x1b\\a\x1b]8;;\x1b\\", "a"),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x9b2Ja", "a"),
        ("\x1bPq#0\x1b\\a", "a"),
        ("\x1bca", "a"),
        ("a\x07\x08\x00\x7fb", "ab"),
        ("a\rb\r\nc", "a\nb\nc"),
        ("a\u202eb\u2066c", "abc"),
        ("a\tb\nc", "a\tb\nc"),
        ("**a** ~b~ é 🎉", "**a** ~b~ é 🎉"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_plain_text_holds_nothing_that_a_terminal_obeys(text: str, plain: str) -> None:
    assert plain == to_plain(text)


@given(st.text())
def test_plain_text_has_no_control_characters(text: str) -> None:
    assert all(c in "\n\t" or not ("\x00" <= c < "\x20" or "\x7f" <= c < "\xa0") for c in to_plain(text))


MARKS = st.sampled_from(
    (
        *"*_`~[]()<>!#|$\\-+=.&\"':;1aé \n\t",
        "  ",
        "    ",
        "```",
        "- ",
        "1. ",
        "> ",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "|---|",
        "[^1]",
        "[^1]: ",
        "https://a.b",
        "<b>",
        "&#",
        "\ud800",
        "\x00",
        "\x02b0\x03",
        "\u202e",
        "\r",
        "\x1b[",
        "javascript:",
        "](",
        "![",
        "\\begin{align}\n",
        "\\end{align}",
        "onclick=",
        "<script>",
        "</pre>",
    )
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.lists(MARKS, max_size=40).map("".join)))
@example("\x02wzxhzdk:0\x03")
@example("\x02klzzwxh:0000\x03")
@example("&#2;wzxhzdk:0&#3;")
def test_any_text_becomes_allowed_html_and_the_same_each_time(text: str) -> None:
    html = to_html(text)

    assert violations(html) == []
    assert html == to_html(text)


@settings(deadline=None, max_examples=100)
@given(st.lists(MARKS, min_size=1, max_size=30).map("".join))
def test_the_words_of_an_answer_are_never_lost_while_it_is_written(text: str) -> None:
    for end in range(len(text)):
        assert violations(to_html(text[:end])) == []


HARD = {
    "stars": "*a **b _c " * 10_000,
    "ends without beginnings": "_a " * 17_000 + "a* " * 17_000,
    "runs of stars": "*" * 50_000 + "a" + "*" * 50_000,
    "brackets": "[" * 50_000 + "]" * 50_000,
    "brackets with a reference": "[r]: /u\n\n" + "[" * 50_000 + "]" * 50_000,
    "open links": "[a](" * 25_000,
    "open titles": '[a](b "' * 14_000,
    "images": "![" * 50_000,
    "backticks": " ".join("`" * n for n in range(1, 440)),
    "dollars": "$a " * 33_000,
    "open maths": "\\(" * 50_000,
    "open display maths": "$$a\n" * 25_000,
    "open display maths in a quote": "> \\[\n" * 20_000 + "\n\\]",
    "quotes": ">" * 100_000,
    "items": "- " * 50_000,
    "a thousand levels": "\n".join("  " * n + "- a" for n in range(1_000)),
    "a thousand quotes": "\n".join(">" * n + " a" for n in range(440)),
    "a wide table with short rows": "|" + "a|" * 3_000 + "\n|" + "-|" * 3_000 + "\n" + "|x|\n" * 3_000,
    "paragraphs": "a\n\n" * 33_000,
    "lines": "a\n" * 50_000,
    "footnotes": "".join(f"[^{n}]: a\n" for n in range(2_000)) + "".join(f"[^{n}] " for n in range(2_000)),
    "address": "http://" + "a" * 100_000,
    "spaces": " " * 100_000,
    "zeros": "\x00" * 100_000,
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.long
def test_hostile_text_of_100_kb_takes_a_few_seconds_at_most(name: str) -> None:
    begun = time.process_time()
    to_html(HARD[name])

    assert time.process_time() - begun < 5


@pytest.mark.slow
def test_a_megabyte_is_rendered() -> None:
    text = "Some **text** with `code` and $x_1$.\n\n- a list\n  - nested\n\n" * 17_000

    assert to_html(text).count("<li>nested</li>") == 17_000


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Which?\nA. *One*\nB. Two", "<p>Which?<br>A. <em>One</em><br>B. Two</p>"),
        ("(A) `x`\n(B) $y$", '<p>(A) <code>x</code><br>(B) <span class="arithmatex">\\(y\\)</span></p>'),
        ("A. Smith wrote\nthis", "<p>A. Smith wrote\nthis</p>"),
        ("A. Smith and\nC. Jones", "<p>A. Smith and\nC. Jones</p>"),
    ],
)
def test_choices_by_letter_have_a_line_each(text: str, html: str) -> None:
    assert to_html(text) == html

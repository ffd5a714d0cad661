"""Tables and lines of our own words: readable in 80 columns, and nothing in them that a terminal or a page obeys."""

from __future__ import annotations

import re

import pytest

from nbreason.core.events import Answer
from nbreason.render.bundle import Bundle, answer_bundle, line_bundle, text_bundle
from nbreason.render.line import static_line
from nbreason.render.tables import pairs, table
from nbreason.render.wrapping import breadth, hanging

HOSTILE = "\x1b]0;PWNED\x07\x1b[31mred\x1b[0m \x9b5m\u202etxt\x08 \ud800 a\rb\nc\td"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
WORDS = "Why does this histogram of the waiting times have two peaks and not one or three of them? "


@pytest.fixture(autouse=True)
def eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def text(bundle: Bundle) -> str:
    return bundle.data["text/plain"]


@pytest.mark.parametrize(
    "bundle",
    [
        table((HOSTILE, "b"), [(HOSTILE, "1")], HOSTILE),
        pairs([(HOSTILE, HOSTILE)], HOSTILE),
        line_bundle(HOSTILE),
        answer_bundle(Answer("x", requested_model=HOSTILE, effort=HOSTILE, notices=(HOSTILE,), replayed=True)),
    ],
    ids=["table", "pairs", "line", "answer"],
)
def test_nothing_comes_through_that_a_terminal_would_obey(bundle: Bundle) -> None:
    """Questions hold data, and an imported conversation is a stranger's."""
    for shown in bundle.data.values():
        assert not OBEYED.search(re.sub(r"<style>.*?</style>", "", shown, flags=re.S))
        assert "PWNED" not in shown
        assert "red" in shown
        assert "\ufffd" in shown


def test_the_line_under_an_answer_obeys_nothing_either() -> None:
    assert not OBEYED.search(static_line(Answer("x", requested_model=HOSTILE, effort=HOSTILE)))


@pytest.mark.parametrize(
    "bundle",
    [
        table(("$a$", "b"), [("$\\href{javascript:alert(1)}{x}$", "1")], "$0.00; $0.01"),
        pairs([("$a$", "$b$")], "\\(x\\)"),
        line_bundle("It took $0.01, and $0.02 are left."),
        answer_bundle(Answer("x", requested_model="a:b", notices=("It took $0.01 of $0.02.",))),
    ],
    ids=["table", "pairs", "line", "answer"],
)
def test_dollars_in_our_own_words_are_not_maths(bundle: Bundle) -> None:
    """A front end would typeset them, links in formulas included."""
    html = re.sub(r"<style>.*?</style>", "", bundle.data["text/html"], flags=re.S)
    assert ["mathjax_ignore"] == re.findall(r'class="[^"]*(mathjax_ignore)[^"]*"', html)
    assert not re.search(r"[$\\]", html.partition("mathjax_ignore")[0])


def test_a_table_has_a_head_and_its_columns_are_aligned() -> None:
    rows = [("rehearsal:o3", "1,204"), ("segmind:o3", "5")]
    assert text(table(("model", "in"), rows, "two models")).splitlines() == [
        "model         in",
        "────────────  ─────",
        "rehearsal:o3  1,204",
        "segmind:o3    5",
        "two models",
    ]


def test_pairs_have_no_head() -> None:
    assert text(pairs([("model", "rehearsal:o3"), ("notebook", "a.ipynb")])).splitlines() == [
        "model     rehearsal:o3",
        "notebook  a.ipynb",
    ]


def test_a_cell_is_one_line() -> None:
    assert text(pairs([("a", "one\n two\r\n\tthree")])) == "a  one two three"


ASKS = [("12", WORDS, "rehearsal:o3-mini", "1,204", "388", "0.4 play credits", "2026-01-31 12:04", "pinned")] * 3
HEAD = ("", "question", "model", "in", "out", "cost", "asked", "")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("make", [lambda: table(HEAD, ASKS, WORDS), lambda: pairs([("kept in", WORDS)], WORDS)])
def test_no_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int, make: object) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = text(make())  # type: ignore[operator]
    assert max(map(breadth, shown.splitlines())) <= width
    assert WORDS.split()[-1] in shown


def test_names_and_numbers_are_not_broken_where_there_is_room() -> None:
    shown = text(table(HEAD, ASKS))
    assert all(word in shown for word in ("rehearsal:o3-mini", "2026-01-31", "1,204", "histogram"))


def test_a_word_that_is_too_long_is_broken_at_a_joint_and_only_that_one() -> None:
    shown = text(table(("model", "key"), [("aimlapi-responses:o3-mini", "set AIMLAPI_API_KEY " + "x" * 44)]))
    assert max(map(breadth, shown.splitlines())) <= 80
    assert [line[-5:] for line in text(table(("kept in",), [("/home/some/body" * 8,)])).splitlines()[2:]] == [
        "body/",
        "/body",
    ]


def test_a_column_that_is_empty_is_left_out_of_the_text() -> None:
    assert text(table(("a", ""), [("1", "")])).splitlines() == ["a", "─", "1"]


def test_rows_of_one_line_stand_together_and_longer_ones_apart() -> None:
    lines = text(table(("a", "b"), [("1", "x"), ("2", "y"), ("3", WORDS), ("4", "z")])).splitlines()
    assert [line[:1] for line in lines] == ["a", "─", "1", "2", "", "3", " ", "", "4"]


def test_in_a_notebook_it_is_a_real_table() -> None:
    html = table(HEAD, ASKS).data["text/html"]
    assert (html.count("<tr>"), html.count("<th "), html.count("<td ")) == (4, 8, 24)
    assert WORDS.strip() in html


HELP = """\
Ask a model.

  -m, --model P:NAME  model to ask, provider:model or an alias from the settings of this notebook and others
  %%reason --figs
A line that is longer than the terminal is wide, and has nothing to hang below, goes on at its own indent."""


def test_help_hangs_below_what_it_explains() -> None:
    assert hanging(HELP, 60).splitlines() == [
        "Ask a model.",
        "",
        "  -m, --model P:NAME  model to ask, provider:model or an",
        "                      alias from the settings of this",
        "                      notebook and others",
        "  %%reason --figs",
        "A line that is longer than the terminal is wide, and has",
        "nothing to hang below, goes on at its own indent.",
    ]


def test_help_that_fits_stays_as_it_is() -> None:
    assert hanging(HELP, 200) == HELP


def test_help_keeps_its_columns_in_a_notebook() -> None:
    shown = text_bundle(HELP + "\n  --max  < $5 & \x1b[31mred").data
    assert shown["text/plain"].startswith(hanging(HELP, 80))
    assert shown["text/html"].startswith('<pre class="mathjax_ignore" style="')
    assert "word-break: normal" in shown["text/html"]
    assert "\n  --max  &lt; $5 &amp; red</pre>" in shown["text/html"]


def test_where_there_is_no_room_beside_a_head_its_words_go_below() -> None:
    assert max(map(len, hanging(HELP, 30).splitlines())) <= 30
    assert hanging("  --long-option VALUE  some words", 24).splitlines() == [
        "  --long-option VALUE",
        "      some words",
    ]

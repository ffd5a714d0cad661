"""Answers in a terminal: readable at 80 columns, and nothing in them that a terminal would obey."""

from __future__ import annotations

import io
import re
import time

import pytest

from nbreason.core.events import Answer, Draft, Event, Finished, Notice, Sending, Started, TextDelta
from nbreason.render.screens import TerminalScreen, watch
from nbreason.render.terminal import layout
from nbreason.render.wrapping import breadth
from tests.render.test_screens import live

CODES = re.compile(r"\x1b\[[\d;]*m")
LONG = "words " * 40


def plain(text: str, width: int = 80) -> str:
    return layout(text, width, colour=False)


def test_paragraphs_and_items_are_wrapped_and_indented() -> None:
    assert plain("- one two three four five six\n  1. seven eight nine ten", 20).splitlines() == [
        "• one two three four",
        "  five six",
        "  1. seven eight",
        "     nine ten",
    ]


@pytest.mark.parametrize("text", [LONG, f"- {LONG}", f"> - {LONG}", f"# {LONG}", f"|a|b|\n|-|-|\n|{LONG}|{LONG}|"])
def test_no_line_is_wider_than_the_terminal(text: str) -> None:
    for width in (30, 80):
        assert max(breadth(line) for line in CODES.sub("", layout(text, width)).splitlines()) <= width


def test_headings_are_bold_and_code_is_coloured() -> None:
    shown = layout("# Peaks\n\n```python\nreturn 1\n```")
    assert "\x1b[1;4mPeaks\x1b[0m" in shown
    assert "\x1b[35mreturn \x1b[0m" in shown


def test_without_colour_there_are_no_codes_and_emphasis_keeps_its_marks() -> None:
    shown = plain("# Peaks\n\nTwo **groups**, `x` and *y*.\n\n```python\nreturn 1\n```")
    assert "\x1b" not in shown
    assert shown.splitlines() == ["# Peaks", "", "Two **groups**, `x` and *y*.", "", "    return 1"]


def test_a_link_stands_with_its_address() -> None:
    assert plain("[here](https://example.org/a) <https://example.org>") == (
        "here (https://example.org/a) https://example.org"
    )


def test_link_targets_and_footnotes_that_stand_alone_are_not_lost() -> None:
    """In a terminal what they belong to is printed already."""
    assert "https://example.org" in plain("[1]: https://example.org")
    assert "the note" in plain("[^1]: the note")


def test_maths_stays_latex() -> None:
    assert plain("Is \\(x_1\\) or $y_2$ larger?") == "Is \\(x_1\\) or \\(y_2\\) larger?"


def test_tables_are_aligned_by_what_is_seen() -> None:
    rows = plain("|name|n|\n|:--|--:|\n|平均|1|\n|**x**|22|").splitlines()
    assert rows == ["name    n", "─────  ──", "平均    1", "**x**  22"]


def test_a_wide_table_wraps_its_cells() -> None:
    rows = plain("|a|b|\n|-|-|\n|1|one two three four five six|", 20).splitlines()
    assert rows[2:] == ["1  one two three", "   four five six"]


def test_a_table_with_more_columns_than_fit_is_shown_row_by_row() -> None:
    wide = "|" + "a|" * 30 + "\n|" + "-|" * 30 + "\n|" + "b|" * 30
    lines = plain(wide, 60).splitlines()
    assert lines[0].startswith("a │ a │ a")
    assert max(map(len, lines)) <= 60
    assert sum(line.count("b") for line in lines) == 30


@pytest.mark.parametrize(
    "text",
    [
        "|" + "a|" * 5000 + "\n|" + "-|" * 5000 + "\n" + "|x|\n" * 5000,
        "|" + "a|" * 2000 + "\n|" + "-|" * 2000 + "\n|" + "x" * 40_000 + "|" * 1999 + "y" * 40_000 + "|",
        "|a|b|\n|-|-|\n|" + "x" * 50_000 + "|\n" + "|x|\n" * 12_000,
    ],
    ids=["5000 x 5000", "long cells at both ends", "one long cell"],
)
@pytest.mark.long
def test_threat_26_a_table_takes_time_by_the_cells_that_it_has(text: str) -> None:
    begun = time.process_time()
    shown = plain(text)
    assert time.process_time() - begun < 5
    assert len(shown) < 10 * len(text)


def test_threat_28_half_a_character_is_shown_as_such_while_it_streams() -> None:
    text = "a \ud800 b https://x.example/\udfff\n\n[a]: \ud800x\n\n\udfff"
    assert "a \ufffd b" in streamed(text, 1, Tty())
    assert "a \ufffd b" in "".join(live([TextDelta(text), TextDelta("\n\n" + text)], 1.0).tails)


@pytest.mark.parametrize(
    "text",
    ["\x1b[31mred", "&#27;[31mred", "&#x1b;]0;title&#7;", "\x9b31m", "`\x1b[2J`", "```\n\x1b]52;c;aGk=\x07\n```",
     "[x](https://example.org/\x1b[2J)", "|\x1b[5m|\n|-|\n|&#155;0m|", "\u202egnp.exe"],
)  # fmt: skip
def test_nothing_comes_through_that_a_terminal_would_obey(text: str) -> None:
    shown = CODES.sub("", layout(text))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


# Streaming


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


TEXT = "# Peaks\n\nTwo groups.\n\n- one\n- two\n\n```python\nx = 1\n\ny = 2\n```\n\nThe end."


def streamed(text: str, size: int, out: io.StringIO, colour: bool | None = False) -> str:
    answer = Answer(requested_model="rehearsal:o3", text=text, finish="stop")
    events: list[Event] = [Sending(Answer(requested_model="rehearsal:o3")), Started()]
    events += [TextDelta(text[at : at + size]) for at in range(0, len(text), size)]
    screen = TerminalScreen(out, 80, colour)
    clock = iter(range(100_000))
    watch([*events, Finished("stop")], screen, lambda: next(clock) / 10)
    screen.end(answer)
    return out.getvalue()


def seen(output: str) -> str:
    """What stands in the terminal at the end: a line that was cleared is gone."""
    return re.sub(r"[^\n]*\r\x1b\[2K", "", output)


@pytest.mark.parametrize("size", [1, 2, 7, 40, 1000])
def test_every_chunking_prints_the_same(size: int) -> None:
    whole = plain(TEXT)
    assert seen(streamed(TEXT, size, Tty())).startswith(whole + "\n\nrehearsal:o3 · ")


def test_finished_blocks_are_printed_before_the_answer_ends() -> None:
    out = Tty()
    screen = TerminalScreen(out, 80, False)
    draft = Draft()
    screen.show(TextDelta("Two groups.\n\nAnd\na ha"), draft, 0.5)
    assert "Two groups." in seen(out.getvalue())
    assert "a ha" not in out.getvalue()


def test_a_clock_ticks_while_nothing_comes() -> None:
    out = Tty()
    screen, draft = TerminalScreen(out, 80, False), Draft(Answer(requested_model="segmind:o3"))
    screen.show(None, draft, 0.2)
    screen.show(None, draft, 61.0)
    assert "segmind:o3 · 00:00 connecting …" in out.getvalue()
    assert out.getvalue().endswith("segmind:o3 · 01:01 thinking …")


def test_into_a_file_goes_the_markdown_as_it_comes() -> None:
    assert streamed(TEXT, 7, io.StringIO()).startswith(TEXT + "\n\nrehearsal:o3")


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    assert not CODES.search(streamed(TEXT, 7, Tty(), colour=None))


def test_a_notice_and_the_line_are_wrapped_and_obeyed_by_nothing() -> None:
    out = Tty()
    screen = TerminalScreen(out, 40, False)
    draft = Draft(Answer(requested_model="a:b"))
    screen.show(Notice("\x1b]0;PWNED\x07" + "older turns " * 20), draft, 0.0)
    screen.end(Answer("x", requested_model="a:b", effort="\x1b[31mhigh", finish="stop"))
    shown = seen(out.getvalue())
    assert "\x1b" not in shown
    assert "PWNED" not in shown
    assert max(map(len, shown.splitlines())) <= 40


def test_a_notice_stands_on_a_line_of_its_own() -> None:
    out = Tty()
    screen = TerminalScreen(out, 80, False)
    screen.show(Notice("2 older turns are left out."), Draft(), 0.0)
    assert "2 older turns are left out.\n" in out.getvalue()

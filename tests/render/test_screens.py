"""Which screen shows an answer, and what it is told; the panel itself is looked at in a browser."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nbreason.core.events import Answer, Draft, Event, ReasoningDelta, Sending, Started, TextDelta
from nbreason.render.bundle import Bundle
from nbreason.render.phase import Phase
from nbreason.render.screens import (
    LiveScreen,
    QuietScreen,
    TerminalScreen,
    cut_of,
    screen_for,
    uses_live_panel,
    watch,
)


def shell(cell: str | None = "id", kernel: bool = True, **names: object) -> Any:
    parent = {"metadata": {"cellId": cell} if cell else {}}
    return SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent) if kernel else None, user_ns=names)


@pytest.mark.parametrize(
    ("where", "live", "is_live"),
    [
        (shell(), "auto", True),
        (shell(), "off", False),
        (shell(cell=None), "auto", False),
        (shell(cell=None), "on", True),
        (shell(cell=None, __vsc_ipynb_file__="/x.ipynb"), "auto", True),
        (shell(kernel=False), "on", False),
    ],
)
def test_a_live_panel_is_shown_where_somebody_watches(where: Any, live: str, is_live: bool) -> None:
    assert uses_live_panel(where, live) is is_live


def test_without_a_kernel_it_is_a_terminal_and_nobody_watching_gets_one_output() -> None:
    assert isinstance(screen_for(shell(kernel=False), "auto", lambda: None), TerminalScreen)
    assert isinstance(screen_for(shell(cell=None), "auto", lambda: None), QuietScreen)


def test_a_quiet_screen_publishes_once_at_the_end() -> None:
    shown: list[Bundle] = []
    screen = QuietScreen(shown.append)
    watch([TextDelta("a"), TextDelta("b")], screen)
    assert shown == []
    screen.end(Answer(text="ab", requested_model="a:b"))
    assert len(shown) == 1
    screen.end(None)
    assert len(shown) == 1


def test_phases_follow_each_other() -> None:
    """A provider that keeps silent is said to think after a second."""
    phase, seen = Phase(), []
    events: list[Event | None] = [
        None,
        None,
        Started(),
        ReasoningDelta("hm"),
        TextDelta("so"),
        ReasoningDelta("hm"),
        None,
    ]
    for number, event in enumerate(events):
        if phase.update(event, number * 0.9):
            seen.append((number, phase.name))
    assert seen == [(0, "connecting"), (2, "thinking"), (4, "answering")]
    silent = Phase()
    silent.update(None, 0.0)
    silent.update(None, 1.0)
    assert silent.name == "thinking"


class PanelSpy:
    """Notes what a panel is told."""

    def __init__(self) -> None:
        self.frozen: list[str] = []
        self.tails: list[str] = []
        self.said: list[str] = []
        self.thoughts: list[str] = []

    def freeze(self, html: str) -> None:
        self.frozen.append(html)

    def show_tail(self, html: str) -> None:
        self.tails.append(html)

    def show_thinking(self, text: str) -> None:
        self.thoughts.append(text)

    def announce(self, words: str) -> None:
        self.said.append(words)

    def show_status(self, *args: object) -> None:
        pass


def live(events: list[Event | None], step: float) -> PanelSpy:
    """What a live screen tells its panel when an event comes each `step` seconds."""
    spy, draft = PanelSpy(), Draft()
    screen = LiveScreen(lambda: None, panel=spy)  # type: ignore[arg-type]
    for number, event in enumerate(events):
        if event:
            draft.add(event)
        screen.show(event, draft, number * step)
    return spy


BLOCK = "word " * 60 + "\n\n"


def test_a_long_answer_is_sent_in_pieces_that_are_never_sent_again() -> None:
    spy = live([TextDelta(BLOCK) for _ in range(40)], 0.2)
    assert len(spy.frozen) > 5
    assert max(map(len, spy.tails)) < 2 * LiveScreen.FREEZE
    assert sum(html.count("word") for html in spy.frozen) + spy.tails[-1].count("word") == 40 * 60


def test_the_tail_is_sent_eight_times_a_second_at_most() -> None:
    spy = live([TextDelta("x ") for _ in range(200)], 0.01)
    assert len(spy.tails) <= 2 / LiveScreen.TICK + 1


def test_a_tail_that_cannot_be_cut_is_sent_less_often_as_it_grows() -> None:
    spy = live([TextDelta("```\n"), *(TextDelta("x = 1\n" * 2000) for _ in range(50))], 0.12)
    assert spy.frozen == []
    assert sum(map(len, spy.tails)) <= LiveScreen.RATE * 50 * 0.12 + 2 * len(spy.tails[-1])


@pytest.mark.parametrize("begun", ["-", "  -", "--", "=", "> -", "*", "1", "  1.", "##", "   "])
def test_a_line_that_has_just_begun_is_not_shown_as_what_it_will_not_be(begun: str) -> None:
    """The hyphen of the next item, for instance, would make a heading of the line above it."""
    shown = live([TextDelta("- one\n- two\n"), TextDelta(begun)], 1.0).tails
    assert shown[0] == shown[1]
    assert live([TextDelta("x = 1\n"), TextDelta(begun + " a b")], 1.0).tails[-1] != shown[0]


def test_words_that_have_just_begun_are_shown() -> None:
    assert "tw" in live([TextDelta("one\ntw")], 1.0).tails[-1]
    assert "-5" in live([TextDelta("one\n-5")], 1.0).tails[-1]
    assert ">-</pre>" in live([Sending(Answer(format="text")), TextDelta("-")], 1.0).tails[-1]


def test_text_and_json_are_cut_at_lines() -> None:
    assert [cut_of("a\nb", shape) for shape in ("text", "json", "")] == [2, 2, 0]
    spy = live([Sending(Answer(format="text")), *(TextDelta("<b> line\n" * 50) for _ in range(10))], 0.2)
    assert "&lt;b&gt; line" in spy.frozen[0]


def test_of_the_thinking_only_the_end_is_sent_and_once_a_second() -> None:
    spy = live([ReasoningDelta("thought " * 100) for _ in range(50)], 0.1)
    assert len(spy.thoughts) <= 6
    assert max(map(len, spy.thoughts)) <= LiveScreen.THOUGHTS + 2
    assert spy.said == [" is thinking"]

"""The words of the dashboard; the widget itself is looked at in a browser."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from nbreason.render.dashboard import Dashboard, Facts, dashboard_html, snapshot, summary

ASK = ("Why?", "segmind:o3", "1,204", "388", "6.2 s", "0.3 credits")
HOSTILE = "\x1b]0;PWNED\x07\x1b[31mred \ud800 $\\href{javascript:alert(1)}{x}$"


def test_before_the_first_ask_it_says_so() -> None:
    blank = Facts("segmind:o3")
    assert summary(blank) == ["segmind:o3", "Credits left: shown after the first answer, if the provider reports them"]
    assert "Nothing has been asked in this notebook yet." in dashboard_html(blank)


def test_while_the_first_answer_comes_it_does_not_say_that_nothing_was_asked() -> None:
    asking = Facts("segmind:o3", running=1)
    assert summary(asking)[0] == "segmind:o3 · 1 running"
    assert "Nothing has been asked" not in dashboard_html(asking)
    assert "The first answer is being written." in dashboard_html(asking)
    assert "The first answer is being written." in snapshot(asking).data["text/plain"]


def test_credits_that_no_answer_has_told_are_not_reported() -> None:
    assert summary(Facts("ollama:x", asks=(ASK,)))[1] == "Credits left: not reported"


def test_what_is_known_is_told_while_an_answer_comes() -> None:
    shown = snapshot(Facts("segmind:o3", ("segmind: 99.7 credits left",), asks=(ASK,), running=1)).data["text/plain"]
    assert "segmind: 99.7 credits left" in shown
    assert "Why?" in shown
    assert "being written" not in shown


def test_nothing_in_it_is_obeyed_by_a_terminal_or_a_page() -> None:
    facts = Facts(HOSTILE, (HOSTILE,), (HOSTILE, 0.5), ((HOSTILE,) * 5,), ((HOSTILE,) * 6,))
    for shown in (dashboard_html(facts), *snapshot(facts).data.values()):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown)
        assert "PWNED" not in shown
    for shown in (dashboard_html(facts), snapshot(facts).data["text/html"]):
        assert re.match(r'<div class="[^"]*\bmathjax_ignore\b[^"]*"', shown)


def test_what_cannot_be_found_out_is_a_line_in_it() -> None:
    """It is brought up to date after every cell and by the threads of asks, which must not fail with it."""
    known, raised = Facts("segmind:o3"), iter([None, ValueError("NBReason.budget is\n<none>."), KeyError(), None])

    def look() -> Facts:
        if (error := next(raised, ValueError("in the end"))) is not None:
            raise error
        return known

    dashboard = Dashboard(look, lambda: "", lambda: "")
    assert "segmind:o3" in dashboard._picture.value
    dashboard.refresh()
    assert "NBReason.budget is &lt;none&gt;." in dashboard._picture.value
    dashboard.refresh()
    assert "KeyError" in dashboard._picture.value
    dashboard.refresh()
    assert "segmind:o3" in dashboard._picture.value
    left: list[dict[str, str]] = []
    dashboard._handle = SimpleNamespace(update=lambda data, **more: left.append(data))
    dashboard.end()
    assert left[0]["text/plain"] == "in the end"
    assert dashboard._box.comm is None, "it leaves no widget although there is nothing to tell"


def test_its_text_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    facts = Facts("segmind:o3", ("segmind: 99.7 credits left",) * 4, ("5 credits " * 9, 0.5), asks=(ASK, ASK))
    assert max(map(len, snapshot(facts).data["text/plain"].splitlines())) <= 60

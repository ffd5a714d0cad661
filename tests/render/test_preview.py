"""What a dry run shows; what it would send is tested where it is made."""

from __future__ import annotations

import re

import pytest

from nbreason.core.parts import Image, Text
from nbreason.core.request import Request
from nbreason.core.turns import Message
from nbreason.render.preview import preview

HOSTILE = "\x1b]0;PWNED\x07\x1b[31mred\x1b[0m \ud800"
PNG = b"\x89PNG\r\n\x1a\n"


def request(*parts: Text | Image, max_tokens: int | None = None) -> Request:
    return Request(model="o3", messages=(Message("user", parts),), max_tokens=max_tokens)


def test_one_is_told_as_one() -> None:
    shown = preview(request(Text("hi"), max_tokens=1), "a:b", "", ()).data
    for text in shown.values():
        assert "about 1 token" in text
        assert "1 tokens" not in text
        assert "at most 1 token of answer" in text


def test_images_are_counted() -> None:
    image = Image(PNG, "image/png", 4, 3, "a line", "In[1].1")
    assert " · 1 image" in preview(request(image), "a:b", "", ()).data["text/plain"]
    assert " · 2 images" in preview(request(image, image), "a:b", "", ()).data["text/plain"]


def test_nothing_in_it_is_obeyed_by_a_terminal() -> None:
    parts = (Text(HOSTILE, HOSTILE), Image(PNG, "image/png", 4, 3, HOSTILE, HOSTILE))
    for shown in preview(request(*parts), HOSTILE, HOSTILE, (HOSTILE,)).data.values():
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown)
        assert "PWNED" not in shown


@pytest.mark.parametrize("text", ["$\\href{javascript:alert(1)}{x}$", "\\[E\\]"])
def test_nothing_in_it_is_typeset(text: str) -> None:
    image = Image(PNG, "image/png", 4, 3, text, text)
    html = preview(request(Text(text, text), image), text, text, (text,)).data["text/html"]
    assert html.startswith('<div class="mathjax_ignore">')


def test_it_fits_the_terminal_and_nothing_of_what_would_be_sent_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that goes on has no bar, so that line ends of the text can be told from those of the terminal."""
    monkeypatch.setenv("COLUMNS", "60")
    text = "word  \t" * 40 + "x" * 200 + "\n\n  if y:"
    plain = preview(request(Text(text)), "segmind:o3", "https://x.example/v1", ("word " * 40,)).data["text/plain"]
    assert max(map(len, plain.splitlines())) <= 60
    shown = plain.partition("tokens\n   | ")[2]
    lines = [line.replace("\n     ", "") for line in shown.split("\n   | ")]
    assert lines == text.split("\n")

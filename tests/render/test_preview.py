"""What a dry run shows; what it would send is tested where it is made."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from nbreason.core.parts import Image, Text
from nbreason.core.request import JsonFormat, Request
from nbreason.core.turns import Message
from nbreason.render import pictures
from nbreason.render.preview import preview

HOSTILE = "\x1b]0;PWNED\x07\x1b[31mred\x1b[0m \ud800"
PNG = b"\x89PNG\r\n\x1a\n"


class Tags(HTMLParser):
    """The tags of a page and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [name for name, _ in attrs]))


def request(*parts: Text | Image, max_tokens: int | None = None) -> Request:
    return Request(model="o3", messages=(Message("user", parts),), max_tokens=max_tokens)


def test_one_is_told_as_one() -> None:
    shown = preview(request(Text("hi"), max_tokens=1), "a:b", "", ()).data
    for text in shown.values():
        assert "about 1 token" in text
        assert "1 tokens" not in text
        assert "at most 1 output token" in text


def test_whatever_a_picture_is_called_stays_inside_its_quotes() -> None:
    hostile = 'image/png;base64,x" onerror="alert(1)" x="'
    image = Image(PNG, "image/png", 4, 3, hostile, hostile)
    object.__setattr__(image, "mime", hostile)
    page = preview(request(image), "a:b", "", ()).data["text/html"]
    for html in (page, pictures.image_tag(image, hostile, "max-width: 1em")):
        tags = Tags()
        tags.feed(html)
        assert [("img", ["alt", "style", "src"])] == [tag for tag in tags.found if tag[0] == "img"]


def test_figures_are_counted() -> None:
    image = Image(PNG, "image/png", 4, 3, "a line", "In[1].1")
    assert "\n1 figure · " in preview(request(image), "a:b", "", ()).data["text/plain"]
    assert "\n2 figures · " in preview(request(image, image), "a:b", "", ()).data["text/plain"]


def test_the_question_comes_first_and_what_was_said_before_is_folded() -> None:
    said = [("system", "Be brief."), ("user", "What is it?"), ("assistant", "A plot."), ("user", "Why?")]
    messages = tuple(Message(role, (Text(text),)) for role, text in said)
    whole = Request("o3", (*messages[:3], Message("user", (Text("1 2 3", "df"), *messages[3].parts))))
    shown = preview(whole, "a:b", "", ()).data
    assert "\ndf · 1 turn · about " in shown["text/plain"]
    assert re.findall(r"Why\?|1 2 3|Be brief\.|What is it\?|A plot\.", shown["text/plain"]) == [
        *("Why?", "1 2 3", "Be brief.", "What is it?", "A plot."),
    ]
    opened, *folded = shown["text/html"].split("<details>")
    assert "Why?" in opened
    assert [fold.partition("</summary>")[0].partition(">")[2] for fold in folded] == [
        "Instructions, about 3 tokens",
        "1 earlier turn, about 5 tokens",
    ]


def test_a_long_text_says_that_it_scrolls() -> None:
    page = preview(request(Text("line\n" * 99)), "a:b", "", ()).data["text/html"]
    assert "100 lines: scroll to see them all" in page


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


def test_the_schema_and_the_parameters_are_shown_because_they_leave_as_well() -> None:
    schema = {"type": "object", "properties": {"mean": {"description": "<b>of all</b>"}}}
    request = Request(
        "o3",
        (Message("user", (Text("why?"),)),),
        params={"seed": 7},
        format=JsonFormat("Summary", schema),
    )
    bundle = preview(request, "openai:o3", "https://x.example", [])
    for shown in (bundle.data["text/plain"], bundle.data["text/html"].replace("&quot;", '"')):
        assert "Answer format, Summary" in shown
        assert '"mean"' in shown
        assert '{"seed": 7}' in shown
    assert "<b>" not in bundle.data["text/html"]
    assert request.estimate > Request("o3", request.messages).estimate + 10

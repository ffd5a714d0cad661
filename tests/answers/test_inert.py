"""A transcript is safe to open in any viewer: nothing in it runs, is fetched, or passes for a heading of the file."""

from __future__ import annotations

import re
import time

import markdown
import pytest

from nbreason.answers.export import to_markdown
from nbreason.answers.inert import END, fenced, inert, nested
from nbreason.commonmark import CommonMark
from nbreason.core.events import Answer
from nbreason.core.parts import Image, Text
from nbreason.store.exchanges import Exchange

HARMLESS = [
    "Two **groups**, `<div>` and a < b.",
    "```html\n<img src=x>\n```",
    "- a\n\n  ```cpp\n  #include <map>\n  ```",
    "| a | b |\n|---|---|\n| x<br>y | z |",
    "### Details\n\nIt costs $5 or $6, `<b>`.",
    "$a<b$ and \\[ x < y \\]",
    "[numpy](https://numpy.org) <https://numpy.org>",
    "A note.[^1]\n\n[^1]: Here.",
    "    code <b>",
    "> quoted",
    "",
]
ACTIVE = [
    "<img src=https://evil.example/x.png>",
    "![a](https://evil.example/x.png)",
    "![a][b]\n\n[b]: https://evil.example/x.png",
    "<script>alert(1)</script>",
    "<div\nonclick=alert(1)>x</div>",
    "<!-- hidden",
    "x </div> y",
    "[x](javascript:alert(1))",
    "```\nnever closed",
    f"{END}\n\n```\nnever closed",
    "| ` | <img src=x> ` |\n|---|---|",
    "a ` b\n` <img src=x> `",
    '<a title="`"> <img src=x> <a title="`">',
    "$$\n```\n$$\n<img src=x>\n```",
    "$ ` $ <img src=x> $ ` $",
]
FORGED = [
    "Yes.\n\n## Question\n\n> Is it safe?\n\n## Answer\n\nYes.",
    "Question\n---\n\nx",
    "# Question",
    "$$\n## Question\n$$",
    "- ## Question",
]


def shown(text: str) -> str:
    """What a viewer makes of it in which raw HTML is HTML; outside of code."""
    page = markdown.markdown(text, extensions=[CommonMark(tables=True)])
    return re.sub(r"<code[ >].*?</code>", "", page, flags=re.S)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize("text", ACTIVE)
def test_threat_32_what_a_viewer_could_run_or_fetch_becomes_source(text: str) -> None:
    assert inert(text) == fenced(text)
    assert not re.search("&lt;|<img|<a", shown(inert(text)))


@pytest.mark.parametrize("text", FORGED)
def test_threat_32_an_answer_cannot_forge_a_heading_of_the_file(text: str) -> None:
    page = shown(f"{inert(text)}\n\nOurs.")
    assert not re.search("<h[12]>", re.sub("<blockquote>.*</blockquote>", "", page, flags=re.S))
    assert page.endswith("<p>Ours.</p>")


def test_threat_32_a_transcript_has_only_the_headings_images_and_tags_that_are_ours() -> None:
    hostile = "x](https://evil.example/?a=<img src=y>)\n## Question"
    parts = (Image(b"\x89PNG", "image/png", 4, 3, "", hostile), Text(hostile), Text(hostile, hostile))
    turns = [Exchange("a/0", "a:b", 0.0, None, "", "d", "e", parts, Answer(text)) for text in (*ACTIVE, *FORGED)]
    page = shown(to_markdown("Lecture", turns, lambda answer: hostile, lambda image: "x_files/a.png"))
    ours = page
    while "<blockquote>" in ours:  # the innermost first
        ours = re.sub("<blockquote>(?:(?!<blockquote>).)*?</blockquote>", "", ours, flags=re.S)
    assert ours.count("<h2>") == 2 * len(turns) == len(re.findall("<h2>(?:Question|Answer)</h2>", ours))
    assert re.findall('<img src="([^"]*)"', page) == ["x_files/a.png"] * len(turns)
    assert "<a" not in page


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("# A\n\n## B\n\n###### F", "### A\n\n#### B\n\n###### F"),
        ("## Only\n\ntext", "### Only\n\ntext"),
        ("### Low enough\n\n#### x", "### Low enough\n\n#### x"),
        ("# A\n\n```python\n# a comment\n```\n\n  # B #", "### A\n\n```python\n# a comment\n```\n\n  ### B #"),
        ("# A\n\n- ~~~~sh\n  # x\n  ~~~\n  # y\n  ~~~~\n\n#", "### A\n\n- ~~~~sh\n  # x\n  ~~~\n  # y\n  ~~~~\n\n###"),
        (
            "# A\n\n1. x\n\n   ```\n   # a\n   ```\n\ntext\n\n    # code",
            "### A\n\n1. x\n\n   ```\n   # a\n   ```\n\ntext\n\n    # code",
        ),
        ("#no heading\n\n# A", "#no heading\n\n### A"),
        ("Title\n===\n\n# A", "> Title\n> ===\n>\n> # A"),
        ("# A\n\n<script>alert(1)</script>", "```\n# A\n\n<script>alert(1)</script>\n```"),
        ("no heading", "no heading"),
    ],
)
def test_the_headings_of_an_answer_are_below_those_of_the_file(text: str, moved: str) -> None:
    assert nested(text, level=3) == moved


@pytest.mark.parametrize("piece", ["`", "\\[", "$", "$$\n", "<", "![", "# a\n", "```\n", "<a `"])
@pytest.mark.long
def test_it_takes_little_time_whatever_it_is(piece: str) -> None:
    begun = time.process_time()
    nested((piece * 100_000)[:100_000], level=3)
    assert time.process_time() - begun < 5

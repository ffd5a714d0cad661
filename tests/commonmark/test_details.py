"""`<details>`: the one kind of HTML block that is not text, because it folds and does nothing else."""

from __future__ import annotations

import markdown
import pytest

from nbreason.commonmark import CommonMark
from nbreason.render.markdown import convert
from nbreason.render.pieces import finished, without_begun
from nbreason.render.terminal import layout


def html(text: str) -> str:
    return markdown.markdown(text, extensions=[CommonMark(details=True)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<details>\n<summary>More</summary>\n\nHidden *text*.\n\n</details>\n\nAfter",
            "<details><summary>More</summary><p>Hidden <em>text</em>.</p></details><p>After</p>",
        ),
        (
            "<details open><summary><b>A</b> *b*</summary>\n- c\n</details>",
            "<summary>A <em>b</em></summary><ul><li>c</li>",
        ),
        ("<details>\nno title\n</details>", "<details><p>no title</p></details>"),
        ("> <details>\n> in\n> </details>\n\nout", "<blockquote><details><p>in</p></details></blockquote><p>out</p>"),
        ("- a\n\n  <details>\n  b\n  </details>\n- c", "<details><p>b</p></details></li><li>"),
        ("<details>\n<details>\nx\n</details>\ny\n</details>\nz", "<p>x</p></details><p>y</p></details><p>z</p>"),
    ],
)
def test_it_holds_other_blocks(text: str, expected: str) -> None:
    assert expected in html(text).replace("\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "<details>\nnever closed",
        "</details>",
        "<summary>alone</summary>",
        "in <details> a line </details>",
        "```\n<details>\n</details>\n```",
        '<details ontoggle="alert(1)">\nx\n</details>',
        "<details class=x>\nx\n</details>",
    ],
)
def test_anything_else_is_text(text: str) -> None:
    assert "<details" not in html(text)
    assert "<summary" not in html(text)
    assert "<details" not in convert(text)


def test_while_it_is_written_it_is_one_block_and_shown_closed() -> None:
    text = "Before\n\n<details>\n<summary>More</summary>\n\nFirst.\n\nSecond"
    assert finished(text) == 0
    assert "</details>" in convert(without_begun(text))


def test_a_terminal_shows_all_of_it() -> None:
    text = layout("<details>\n<summary>More</summary>\n\nHidden *text*.\n\n</details>\n\nAfter", 60, False)
    assert text.split() == ["More", "Hidden", "*text*.", "After"]

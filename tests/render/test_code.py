"""Code in colour, on light and dark."""

from __future__ import annotations

import html
import re
import time

import pytest

from nbreason.render import code
from nbreason.render.markdown import to_html

# JupyterLab 4's own values: its variable, in the light theme, in the dark theme.
LAB = {
    "keyword": ("#008000", "#4caf50"),
    "builtin": ("#008000", "#43a047"),
    "def": ("#0000ff", "#1e88e5"),
    "attribute": ("#0000cc", "#64b5f6"),
    "meta": ("#aa22ff", "#aa22ff"),
    "operator": ("#7800c2", "#d48fff"),
    "string": ("#ba2121", "#ff7070"),
    "number": ("#008800", "#66bb6a"),
    "comment": ("#408080", "#408080"),
    "variable": ("#212121", "#e0e0e0"),
}
PAPER = ("#f5f5f5", "#212121")


def channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, text: str, share: int) -> list[float]:
    pairs = zip(channels(colour), channels(text), strict=True)
    return [one * share / 100 + other * (1 - share / 100) for one, other in pairs]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", code.COLOURS)
def test_colours_are_readable_in_jupyterlab(name: str, theme: int) -> None:
    variable, _, share = code.COLOURS[name]
    colour = mixed(LAB[variable][theme], LAB["variable"][theme], share)

    assert contrast(colour, channels(PAPER[theme])) >= 4.5


@pytest.mark.parametrize("name", code.COLOURS)
def test_colours_are_readable_without_a_theme(name: str) -> None:
    _, elsewhere, share = code.COLOURS[name]

    assert contrast(mixed(elsewhere, "#212121", share), channels("#f5f5f5")) >= 4.5


def test_every_class_has_a_colour() -> None:
    assert set(code.COLOURS) == code.CLASSES - {"nbr-code"}


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("python", "python"),
        ("{python}", "python"),
        ("{.r .x}", "r"),
        ('Python title="x"', "python"),
        ("c++", "c++"),
        ("", ""),
    ],
)
def test_the_language_is_the_first_word_behind_the_fence(info: str, name: str) -> None:
    assert name == code.language(info)


@pytest.mark.parametrize("name", ["python", "r", "bash", "json", "sql", "diff", "julia", "text", "nosuch", ""])
def test_code_is_shown_to_the_letter(name: str) -> None:
    source = "\n\n  x = '<b>' & \"y\"  # é\n\tz\n\n"
    shown = re.sub(r"<[^>]*>", "", code.to_html(source, name))

    assert source == html.unescape(shown)


def test_code_is_shown_to_the_letter_on_the_page() -> None:
    assert "<code>\n\n  x\n</code>" in to_html("```\n\n\n  x\n```")


@pytest.mark.parametrize("source", ["x = 1\n" * 20_000, "x = " + "1, " * 1_000, "x = 1" + " \n" * 100 + "y = 2"])
def test_code_that_could_keep_a_lexer_busy_is_not_coloured(source: str) -> None:
    assert "<span" not in code.to_html(source, "python")
    assert "<span" in code.to_html("x = 1\n\n\ny = 2\n", "python")


def test_only_so_much_code_of_an_answer_is_coloured() -> None:
    block = "```python\n" + "x = 1\n" * 1_500 + "```\n\n"

    assert 11 == [("<span" in part) for part in to_html(block * 13).split("</pre>")].count(True)


@pytest.mark.parametrize("language", sorted(code.LANGUAGES))
@pytest.mark.long
def test_hostile_code_takes_a_second_at_most(language: str) -> None:
    begun = time.process_time()
    for part in ("a", '"', "\\", "(", "{", "/*", "a(", "= ", "<a ", '"\\', " ", "#", "/", "$"):
        code.to_html((part * 400)[:400] + "\n" * 15, language)
        code.to_html((f"  {part}\n" * 300)[:2_000], language)

    assert time.process_time() - begun < 5


def test_a_mermaid_fence_is_code_like_any_other() -> None:
    assert "mermaid" not in to_html("```mermaid\ngraph TD; A-->B\n```")


def test_colours_follow_the_theme() -> None:
    assert "color: var(--jp-mirror-editor-keyword-color, #008000)" in code.STYLE

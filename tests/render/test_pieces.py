"""Cutting an answer while it is written: what is cut off is finished, and the page is the same as of the whole."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from nbreason.render.markdown import to_html
from nbreason.render.pieces import blocks, finished, without_begun
from tests.render.grammar import Writer

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.md"))
REACHING = re.compile(r"\[\^|^ {0,3}\[[^\]]+\]:", re.MULTILINE)
"""Footnotes and link targets reach over a cut."""


def joined(*pieces: str) -> str:
    return re.sub(r">\s+<", "><", "".join(to_html(piece).strip() for piece in pieces))


def cuts(text: str, seed: int = 0) -> set[int]:
    """Cuts that are found while the text is written."""
    seen = random.Random(seed).sample(range(len(text) + 1), min(15, len(text)))
    return {cut for cut in (finished(text[:end]) for end in seen) if cut}


def assert_cuts_do_no_harm(text: str, seed: int = 0) -> None:
    whole = joined(text)
    for cut in cuts(text, seed):
        assert joined(text[:cut] + "\n", text[cut:]) == whole, (text[:cut], text[cut:])


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_is_cut_off_is_finished_in_answers_as_models_write_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not REACHING.search(text):
        assert_cuts_do_no_harm(text)


@pytest.mark.long
def test_what_is_cut_off_is_finished_in_generated_documents() -> None:
    found = 0
    for seed in range(400):
        text = Writer(seed).document()
        if not REACHING.search(text):
            assert_cuts_do_no_harm(text, seed)
            found += len(cuts(text, seed))
    assert found > 300, "there is something to cut"


@pytest.mark.parametrize(
    "text",
    [
        "- one\n\n  two\n\n  ```\n  x\n",
        "```python\nx\n\ny\n\n",
        "$$\nx\ny",
        "Before.\n\\[\nx\n\ny\n\nz\n\n",
        "1. one\n\n2. two\n\n3",
        "| a |\n|---|\n| 1 |",
        "one line, and more",
        "",
    ],
)
def test_what_is_open_is_not_cut(text: str) -> None:
    assert finished(text) <= text.find("\\[") + 1


def test_blocks_come_one_by_one_and_lose_nothing() -> None:
    text = "# a\n\nb\nc\n\n- d\n\n  e\n- f\n\ng"
    done, rest = blocks(text)
    assert done == ["# a\n\n", "b\nc\n\n"]
    assert rest == "- d\n\n  e\n- f\n\ng"
    assert blocks(text + "\n\nh")[0][-1] == "- d\n\n  e\n- f\n\n"


@pytest.mark.parametrize(
    ("shown", "begun"),
    [
        ("The mean ", r"$\bar x = \frac{1}"),
        ("The mean ", "$"),
        ("The mean ", "$2"),
        ("The mean ", r"$2k - 2\ln L"),
        ("The mean ", r"$5 \times"),
        ("The mean ", r"\(x"),
        ("The mean ", "\\"),
        ("See\n\n", "$$\nf(x) = $x"),
        ("See\n\n", "\\[\nf(x)\n\n= g"),
        ("See\n\n", "\\begin{al"),
        ("See\n\n", r"\begin{align} a &= b \\ "),
        ("`echo $HOME` and ", r"$\alpha"),
        ("```\necho $HOME \\[\n```\n", r"$\alpha"),
        ("A table:\n\n", "| a | b |"),
        ("A table:\n\n", "| a | b |\n|--"),
        ("A table:\n\n", "Term | Meaning\n"),
        ("A list\n", "- "),
    ],
)
def test_what_has_only_begun_is_held_back(shown: str, begun: str) -> None:
    assert without_begun(shown + begun).rstrip() == shown.rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and more",
        "from $5 to $7 a day, or $1,000.50 in all",
        "The mean $x$, and $$y$$ and",
        "```bash\necho $HOME \\[",
        "- a list\n  ```bash\n  echo $HOME",
        "| a | b |\n|---|---|\n| 1",
        "a $word " + "that is followed by many others " * 10,
        "A paragraph with $HOME in it.\n\nAnother",
        "the chance P(a | b) of",
        "a | b\n|---|---|\n1 | 2",
        "",
    ],
)
def test_what_cannot_have_begun_is_shown(text: str) -> None:
    assert without_begun(text) == text

"""Our pages against those of a CommonMark parser: a corpus of answers as models write them, and a grammar."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbreason.render.markdown import to_html

from .grammar import document
from .oracle import normal, oracle

CORPUS = sorted(Path(__file__).parent.joinpath("corpus").glob("*.md"))
MD = oracle()


def same(text: str) -> bool:
    return normal(to_html(text)) == normal(MD.render(text))


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_an_answer_is_read_as_the_oracle_reads_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert normal(MD.render(text)) == normal(to_html(text))


def differing(count: int) -> list[int]:
    return [seed for seed in range(count) if not same(document(seed))]


@pytest.mark.long
def test_generated_documents_are_read_as_the_oracle_reads_them() -> None:
    """At least 99 in 100 of them; `oracle.py` says what differs."""
    assert len(differing(500)) <= 5


@pytest.mark.slow
def test_many_generated_documents_are_read_as_the_oracle_reads_them() -> None:
    assert len(differing(5000)) <= 50


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("- a\n- b", "- a\n\n- b"),
        ("1. a", "2. a"),
        ("a\n- b", "a\n\nb"),
        ("- a\n  - b", "- a\n- b"),
        ("*a*", "**a**"),
        ("$a$", "a"),
        ("$$a$$", "$a$"),
        ("```\na\n```", "```\na\nb\n```"),
        ("| a |\n|---|\n| b |", "| a |\n|--:|\n| b |"),
        ("> a", "a"),
        ("# a", "## a"),
        ("[a](https://b.c)", "[a](https://b.d)"),
        ("a  \nb", "a\nb"),
    ],
)
def test_the_normal_form_tells_different_documents_apart(one: str, other: str) -> None:
    """A comparison that cannot fail would prove nothing."""
    assert normal(to_html(one)) != normal(to_html(other))
    assert normal(to_html(one)) != normal(MD.render(other))

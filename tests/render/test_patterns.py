"""Patterns that read a long line once: each finds the same as the plainer one that could go over it again and again."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

import pytest

from nbreason.commonmark.blocks import table
from nbreason.commonmark.inlines import inline_formula
from nbreason.render import pieces

BEGUN = re.compile(r"[ \t>]*(?:[-=*+_#]+|[0-9]{1,9}[.)]?)?[ \t]*\Z")
TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
MONEY = re.compile(
    r"\d[\d.,]*\s*(?:[-–—/+,:;(=.]$"
    r"|(?s:.*)\s(?:to|and|or|per|for|is|vs|the|of|at|from|each|was|than|an?|in)(?:\s|$))"
)


@pytest.mark.parametrize(
    ("plainer", "ours", "pieces_of_it", "longest"),
    [
        (BEGUN, pieces._BEGUN, [*" \t>-1.x"], 5),
        (TABLE_RULE, table._RULE, [*"|:- \tx\n"], 5),
        (MONEY, inline_formula._MONEY, ["1", ".", "-", " ", "\n", "to", "an", "x"], 5),
    ],
    ids=["begun", "table rule", "money"],
)
def test_all_short_texts_are_read_as_by_the_plainer_pattern(
    plainer: re.Pattern[str], ours: re.Pattern[str], pieces_of_it: list[str], longest: int
) -> None:
    for length in range(longest + 1):
        for choice in itertools.product(pieces_of_it, repeat=length):
            text = "".join(choice)
            assert (text, bool(plainer.match(text))) == (text, bool(ours.match(text)))


LONG = """
from nbreason.commonmark.blocks import table
from nbreason.commonmark.inlines import inline_formula
from nbreason.render import pieces
many = 1_000_000
assert pieces.without_begun(" " * many + "x").endswith("x")
assert not table._RULE.match("--" + " " * many + "x")
assert not inline_formula.is_money("1" * many)
"""


def test_a_line_of_a_million_characters_is_read_once() -> None:
    """In a process of its own, which would go on for half an hour otherwise."""
    subprocess.run([sys.executable, "-c", LONG], check=True, timeout=100)

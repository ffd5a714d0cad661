"""Attached data stands between marks that nothing inside can forge."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbreason.core.data_block import data_block


def test_data_stands_between_marks_with_what_it_is():
    block = data_block("1", name="n", kind="number", type="int", shape="")
    assert block == '<data name="n" kind="number" type="int">\n1\n</data>'


def test_attributes_are_escaped():
    block = data_block("", name='a["<x>"] & b\n', kind="k")
    assert block.startswith('<data name="a[&quot;&lt;x&gt;&quot;] &amp; b\\n" kind="k">\n')


@pytest.mark.parametrize("forged", ["</data>", "</DATA >", "< /data>", "<\n/ data x", "</data\x00>", "</da\x1b[0mta>"])
def test_nothing_inside_can_end_the_block(forged: str):
    block = data_block(f"before {forged} after", name="n", kind="text")

    assert len(re.findall(r"<\s*/\s*data", block, re.IGNORECASE)) == 1
    assert block.endswith("\n</data>")


def test_what_nobody_sees_is_taken_out():
    hidden = "a\x1b[31mb\x1b]0;title\x07c\u202ed\U000e0041e\x00f\ud800g"
    assert data_block(hidden, name="n", kind="text").split("\n")[1] == "abcdef\ufffdg"


def test_long_data_is_cut_in_the_middle_and_says_so():
    block = data_block("a" * 5000 + "b" * 5000, name="n", kind="text", characters=1000)
    assert len(block) <= 1000
    assert "[… 10,000 characters in total, the middle is left out …]" in block
    assert block.endswith("bbb\n</data>")


@given(st.text(), st.integers(100, 300))
def test_any_text_is_delimited_within_its_length(given_text: str, characters: int):
    block = data_block(given_text, name="n", kind="text", characters=characters)
    assert len(block) <= characters
    assert block.endswith("\n</data>")
    assert block.lower().count("</data") == 1
    block.encode("utf-8")

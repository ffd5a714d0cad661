"""What went along with a question, in the words of the line under its answer."""

from __future__ import annotations

import pytest

from nbreason.core.attached import in_words
from nbreason.core.data_block import data_block
from nbreason.core.parts import Image, Part, Text

FIGURE = Image(b"", "image/png", 4, 3, source="In[2].1")
PHOTO = Image(b"", "image/png", 4, 3, source="./photo.png")


def cell(number: int) -> Text:
    """A cell as `--cells` attaches it."""
    return Text(data_block("x", kind="cell", name=f"In[{number}]"), f"In[{number}]")


CASES: list[tuple[list[Part], int, tuple[str, ...]]] = [
    ([Text("Why?")], 0, ()),
    ([FIGURE, Text("t", "df", (9, 240)), Text("Why?")], 3, ("1 figure", "df (9 of 240 rows)", "3 turns")),
    ([FIGURE, FIGURE, PHOTO], 0, ("2 figures", "1 image")),
    ([Text("t", "df", (1, 1)), Text("t", "big", (9, 1_204))], 0, ("df (1 row)", "big (9 of 1,204 rows)")),
    ([Text("t", "df", (0, 240)), Text("t", "lazy", (0, None))], 0, ("df (no rows)", "lazy (no rows)")),
    ([cell(1), cell(2), Text("t", "error of In[3]")], 0, ("2 cells", "error of In[3]")),
    ([Text("t", name) for name in "abcdef"], 1, ("a", "b", "c", "d", "2 more", "1 turn")),
    ([Text("t", "df[df.name.str.startswith('A') & df.x]")], 0, ("df[df.name.str.startswith('A'…",)),
    ([Text("t", "df\n[0]")], 0, ("df\\n[0]",)),
]


@pytest.mark.parametrize(("parts", "turns", "words"), CASES)
def test_what_goes_along_in_words(parts: list[Part], turns: int, words: tuple[str, ...]) -> None:
    assert in_words(parts, turns) == words

"""Selectors: the short names for figures and cells, ``In[5].2`` or ``In[2:5]``, in a line or in Python."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Selector:
    """What one option selects.

    pattern:  a regular expression for one thing, of which several may follow each other with commas
    examples: of every form, for people
    """

    pattern: str
    examples: str

    def matches(self, text: str) -> bool:
        """Whether a text is a selector."""
        return re.fullmatch(rf"all|\d+|{self.pattern}(,({self.pattern}))*", text) is not None

    def split(self, text: str) -> list[str]:
        """The single selectors in a text; an empty one is the last thing.  Raises ValueError with the forms."""
        if text and not self.matches(text):
            raise ValueError(f"{text!r} is not a valid selector; use {self.examples}")
        return ["In[:]"] if text == "all" else text.split(",")


RANGE = r"In\[\d*:\d*\]"
FIGURES = Selector(
    rf"(?:In\[\d+\](?:\.\d+)?|{RANGE})", "2, In[5], In[5].2, In[2:5], all, or several In[…] with commas and no spaces"
)
CELLS = Selector(rf"(?:In\[\d+\]|{RANGE})", "3, In[5], In[2:5], all, or several In[…] with commas and no spaces")

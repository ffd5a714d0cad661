"""A line while its blocks are read."""

from __future__ import annotations

import re

_WHITE = re.compile(r"[ \t]*")


class Line:
    """What is left of a line.  White space is counted in columns: a tab reaches to the next multiple of four.

    number: of the line in the text
    start: where the first character stands that is not white space
    indent: how many columns of white space are before it
    """

    __slots__ = ("_column", "_position", "_split", "indent", "number", "start", "text")

    def __init__(self, text: str, number: int) -> None:
        self.text = text
        self.number = number
        self._position = 0
        self._column = 0
        self._split = 0  # what is left of a tab of which some columns were taken off
        self._measure()

    @property
    def blank(self) -> bool:
        return self.start == len(self.text)

    @property
    def rest(self) -> str:
        """What is left, with its white space."""
        return " " * self._split + self.text[self._position :]

    @property
    def trimmed(self) -> str:
        """What is left, without the white space in front."""
        return self.text[self.start :]

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match what is left, unless it is indented so far that it is code."""
        return pattern.match(self.text, self.start) if self.indent < 4 else None

    def skip(self, columns: int) -> None:
        """Take off white space, at most so many columns."""
        left = min(columns, self.indent)
        while left:
            if not self._split:
                self._split = 4 - self._column % 4 if self.text[self._position] == "\t" else 1
                self._position += 1
            taken = min(self._split, left)
            self._split -= taken
            self._column += taken
            left -= taken
        self._measure()

    def drop(self, characters: int) -> None:
        """Take off the white space, and so many characters behind it."""
        self.skip(self.indent)
        self._position += characters
        self._column += characters
        self._measure()

    def end(self) -> None:
        """Take off everything."""
        self._position = self.start = len(self.text)
        self._split = self.indent = 0

    def _measure(self) -> None:
        match = _WHITE.match(self.text, self._position)
        self.start = match.end() if match else self._position
        self.indent = self._split + self.start - self._position
        if "\t" in self.text[self._position : self.start]:
            column = self._column + self._split
            for character in self.text[self._position : self.start]:
                column += 4 - column % 4 if character == "\t" else 1
            self.indent = column - self._column

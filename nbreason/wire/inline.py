"""Reasoning at the very beginning of an answer's text, between ``<think>`` and ``</think>``.

Open reasoning models (DeepSeek R1, QwQ and others) write it so, and servers that are not configured to remove it
(Ollama, LM Studio, vLLM without ``--reasoning-parser``) pass it on as the answer.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from nbreason.core.events import ReasoningDelta, TextDelta

OPEN, CLOSE = "<think>", "</think>"
Delta = ReasoningDelta | TextDelta


class Inline:
    """Fed with the text as it comes, in pieces of any size; `close` once at the end."""

    def __init__(self) -> None:
        self._blank: list[str] = []  # white space at the very beginning
        self._held = ""  # what may be the start of a tag
        self._thoughts: list[str] = []
        self._place = "before"

    def feed(self, text: str) -> Iterator[Delta]:
        """The next piece, as far as it can already be classified."""
        if self._place == "after":
            yield TextDelta(text)
            return
        if self._place == "before" and not self._held and not text.strip():
            self._blank.append(text)
            return
        text, self._held = self._held + text, ""
        if self._place == "before":
            begun = text.lstrip()
            if len(begun) < len(OPEN) and OPEN.startswith(begun):
                self._held = text
                return
            if not begun.startswith(OPEN):
                self._place = "after"
                yield TextDelta("".join(self._blank) + text)
                return
            self._place, text = "inside", begun.removeprefix(OPEN)
        if self._place == "inside":
            text = yield from self._inside(text)
        if self._place == "gap" and (text := text.lstrip("\r\n")):
            self._place = "after"
            yield TextDelta(text)

    def _inside(self, text: str) -> Generator[Delta, None, str]:
        """Yields reasoning; returns the text after it."""
        thought, mark, rest = text.partition(CLOSE)
        if mark:
            self._place = "gap"
        else:
            kept = next((size for size in range(len(CLOSE) - 1, 0, -1) if thought.endswith(CLOSE[:size])), 0)
            thought, self._held = thought[: len(thought) - kept], thought[len(thought) - kept :]
        if thought:
            self._thoughts.append(thought)
            yield ReasoningDelta(thought)
        return rest

    def close(self, whole: bool) -> Iterator[Delta]:
        """What was held back.

        whole: the answer is complete; reasoning without an end mark was the answer then, and is shown as such
        """
        held, self._held = self._held, ""
        if self._place == "before" and (text := "".join(self._blank) + held):
            yield TextDelta(text)
        if self._place == "inside" and whole:
            yield TextDelta(OPEN + "".join(self._thoughts) + held)
        elif self._place == "inside" and held:
            yield ReasoningDelta(held)
        self._place = "after"

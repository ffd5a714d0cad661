"""What an ask is doing right now, in a word or two."""

from __future__ import annotations

import math

from nbreason.core.events import Event, ReasoningDelta, Started, TextDelta, Waiting


class Phase:
    """connecting, waiting (with a countdown), thinking, answering.

    Some providers send nothing while the model thinks, so after a silent second the phase is "thinking".
    """

    def __init__(self) -> None:
        self.name = ""
        self._until = 0.0
        self._since = 0.0

    def update(self, event: Event | None, elapsed: float) -> bool:
        """Take an event, or a tick (None), into account; returns whether the phase has changed."""
        before = self.name
        self.name = self._next(event, elapsed)
        return before != self.name

    def label(self, elapsed: float) -> str:
        """The phase, with the seconds left of a wait."""
        if self.name != "waiting":
            return self.name
        return f"waiting {max(0, math.ceil(self._until - elapsed))} s to retry"

    def _next(self, event: Event | None, elapsed: float) -> str:
        if isinstance(event, Waiting):
            self._since, self._until = elapsed, elapsed + event.seconds
            return "waiting" if event.seconds else "connecting"
        if self.name == "answering" or isinstance(event, TextDelta):
            return "answering"
        if self.name == "thinking" or isinstance(event, Started | ReasoningDelta):
            return "thinking"
        if self.name == "waiting":
            return "waiting"
        return "thinking" if elapsed - self._since >= 1 else "connecting"

"""Remembers the last error of the notebook; light enough to be there from the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Raised:
    """An error that ended a cell: what was raised, the cell's number and its source."""

    error: BaseException
    cell: int
    source: str


class LastError:
    """Remembers the last error of a cell; errors of this package are answers to the person, not errors of theirs."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.last: Raised | None = None

    def note(self, result: Any) -> None:
        """Called by IPython after each cell."""
        error = result.error_in_exec or result.error_before_exec
        if error is None or type(error).__module__.startswith("nbreason."):
            return
        info = getattr(result, "info", None)
        source = getattr(info, "raw_cell", "") or ""
        self.last = Raised(error, result.execution_count or self._shell.execution_count, source)

    def attach(self) -> None:
        """Begin to remember."""
        self._shell.events.register("post_run_cell", self.note)

    def detach(self) -> None:
        """Stop remembering."""
        self._shell.events.unregister("post_run_cell", self.note)

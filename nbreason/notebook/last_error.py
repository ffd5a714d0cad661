"""Remembers the last error of the notebook; light enough to be loaded from the start."""

from __future__ import annotations

from typing import Any, NamedTuple


class CellError(NamedTuple):
    """An error that ended a cell: what was raised, the cell's number and its source."""

    error: BaseException
    cell: int
    source: str


class LastError:
    """Remembers the last error of a cell, except errors of this package, which are answers to the user."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.last: CellError | None = None

    def note(self, result: Any) -> None:
        """Called by IPython after each cell."""
        error = result.error_in_exec or result.error_before_exec
        if error is None or type(error).__module__.startswith("nbreason."):
            return
        info = getattr(result, "info", None)
        source = getattr(info, "raw_cell", "") or ""
        self.last = CellError(error, result.execution_count or self._shell.execution_count, source)

    def attach(self) -> None:
        """Start remembering."""
        self._shell.events.register("post_run_cell", self.note)

    def detach(self) -> None:
        """Stop remembering."""
        self._shell.events.unregister("post_run_cell", self.note)

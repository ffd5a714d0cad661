"""What each cell asked when it last ran to its end.

A cell that asks fewer times than before leaves turns behind, whose answers are no longer on the page.  Once it has run
to its end, they are no context of others, until it asks them again.  Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from nbreason.notebook.context import NotebookContext

Asks = set[tuple[str, str]]
"""Threads and owners of turns."""
UNKNOWN = ("", "")
MOST_RUNS = 1000


class CellRuns:
    """The runs of cells of one kernel, for the store."""

    def __init__(self, shell: Any, context: NotebookContext) -> None:
        self._shell = shell
        self._context = context
        self._asks: dict[str, Asks] = {}  # id of a run -> what it has asked; tasks may ask after the end of their cell
        self._ended: dict[str, dict[str, Asks]] = {}  # notebook -> cell -> what it asked

    def attach(self) -> None:
        """Note the end of each run."""
        self._shell.events.register("post_run_cell", self._end)

    def detach(self) -> None:
        """Stop noting."""
        with suppress(ValueError):
            self._shell.events.unregister("post_run_cell", self._end)

    def add(self, thread: str, owner: str | None, dry_run: bool) -> None:
        """The running cell asks a turn; after a dry run it is not known what it would ask."""
        if owner is not None:
            asks = self._asks.setdefault(self._context.run_id(), set())
            asks.add(UNKNOWN if dry_run else (thread, owner))
            while len(self._asks) > MOST_RUNS:
                self._asks.pop(next(iter(self._asks)))

    def take(self, notebook: str) -> Mapping[str, Asks]:
        """What each cell of a notebook has asked that ran to its end since this was called last."""
        return self._ended.pop(notebook, {})

    def _end(self, result: Any = None) -> None:
        """Take note of a cell, unless it failed or was stopped: it may not have come to all of its asks then."""
        cell, asks = self._context.cell(), self._asks.get(self._context.run_id(), set())
        if cell and result is not None and result.success and UNKNOWN not in asks:
            self._ended.setdefault(self._context.conversation().notebook, {})[cell] = asks

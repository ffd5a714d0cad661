"""The order of the cells in the document, which may differ from the order in which they were run.

In JupyterLab and Notebook 7 our labextension sends it with each run of a cell, in the metadata of the request: so every
cell that Run All queues knows it, which no message sent beside the runs could guarantee.  Elsewhere it is the order in
the saved file, without the cells that JupyterLab reports as deleted since.  Standard library only.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nbreason.core.order import CellsInOrder
from nbreason.notebook.context import NotebookContext

LARGEST_FILE = 64 * 1024 * 1024
MOST_CELLS = 20_000
LONGEST_ID = 64
"""As in the notebook format."""

Version = tuple[int, int, int, int]
"""Identifies a version of a file: device, inode, time, size."""


class CellOrder:
    """The order of the cells of the notebook that last ran a cell in this kernel."""

    def __init__(self, shell: Any, context: NotebookContext) -> None:
        self._shell = shell
        self._context = context
        self._page: CellsInOrder | None = None
        self._file: tuple[Version, CellsInOrder] | None = None
        self._deleted: dict[str, int] = {}  # id -> when the deletion was reported

    def attach(self) -> None:
        """Read the metadata of each run, starting with the current one."""
        self._shell.events.register("pre_run_cell", self._read)
        self._read()

    def detach(self) -> None:
        """Stop reading."""
        with suppress(ValueError):
            self._shell.events.unregister("pre_run_cell", self._read)

    def cells(self) -> CellsInOrder | None:
        """The cells in order, or None: no page has sent them, and there is no saved file with cell ids."""
        order = self._page or self._saved(self._context.notebook())
        if order is None:
            return None
        return replace(order, ids=tuple(cell for cell in order.ids if self._deleted.get(cell, 0) <= order.at))

    def _read(self, info: object = None) -> None:
        """Take what a page sent with the run of a cell."""
        metadata, cell, now = self._context.run_metadata(), self._context.cell(), time.time_ns()
        sent = metadata.get("nbreason")
        sent = sent if isinstance(sent, Mapping) else {}
        ids = checked_ids(sent.get("cells"))
        if cell in ids:
            self._page = CellsInOrder(ids, "page", now)
            self._context.path_in_page = sent.get("notebook")
        elif cell:  # without our labextension, or before the page has run a cell that mentions nbreason
            if self._page is not None and cell not in self._page.ids:
                self._page = self._context.path_in_page = None
            self._deleted |= dict.fromkeys(checked_ids(metadata.get("deletedCells")), now)
            self._deleted.pop(cell, None)  # restored
            if len(self._deleted) > MOST_CELLS:
                self._deleted.clear()

    def _saved(self, notebook: str) -> CellsInOrder | None:
        """The order in the saved file, which is read again only after it has changed."""
        try:
            found = os.stat(notebook)
        except (OSError, ValueError):
            return None
        version = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
        if self._file is None or self._file[0] != version:
            self._file = version, CellsInOrder(ids_in_file(notebook, found), "file", found.st_mtime_ns)
        return self._file[1] if self._file[1].ids else None


def ids_in_file(notebook: str, found: os.stat_result) -> tuple[str, ...]:
    """The ids of the cells of a notebook file; empty if it has none or cannot be read."""
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
        return ()
    try:
        with open(notebook, encoding="utf-8") as file:
            return checked_ids([cell.get("id") for cell in json.load(file)["cells"]])
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return ()


def checked_ids(value: object) -> tuple[str, ...]:
    """A list of cell ids from outside; empty unless every item is valid and unique."""
    if not isinstance(value, list) or len(value) > MOST_CELLS:
        return ()
    if not all(isinstance(cell, str) and 0 < len(cell) <= LONGEST_ID for cell in value):
        return ()
    return tuple(value) if len(set(value)) == len(value) else ()

"""Which notebook and which cell is asking, as far as the front end says.

jupyter_server sets ``JPY_SESSION_NAME`` to the notebook's path, VS Code puts ``__vsc_ipynb_file__`` into the
namespace, JupyterLab and VS Code send the cell's id along with the code.  nbclient, consoles and terminals
say nothing: then the conversation lasts as long as the kernel.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `%load_ext` imports this module
    from nbreason.core.question import Place


class NotebookContext:
    """The place of each ask in one kernel; counts the asks within one run of a cell."""

    def __init__(self, shell: Any, environment: Mapping[str, str]) -> None:
        self._shell = shell
        self._environment = environment
        self._kernel = f"kernel:{os.urandom(16).hex()}"
        self._run: tuple[int, str] | None = None
        self._asked = 0

    def notebook(self) -> str:
        """The absolute path of the notebook, or an empty string if it is not known."""
        path = (
            self._environment.get("NBREASON_NOTEBOOK")
            or self._shell.user_ns.get("__vsc_ipynb_file__")
            or self._environment.get("JPY_SESSION_NAME")
        )
        if not isinstance(path, str) or not path.endswith(".ipynb"):
            return ""  # a console has a session name too
        return os.path.abspath(path)

    def cell(self) -> str:
        """The id of the running cell, or an empty string."""
        kernel = getattr(self._shell, "kernel", None)
        if kernel is None:
            return ""
        try:
            cell = kernel.get_parent()["metadata"].get("cellId")
        except (AttributeError, KeyError, TypeError):
            return ""
        return cell if isinstance(cell, str) else ""

    def conversation(self) -> Place:
        """The conversation of this notebook, without a cell."""
        from nbreason.core.question import Place

        notebook = self.notebook()
        return Place(notebook or self._kernel, lasting=bool(notebook))

    def next_ask(self, counted: bool = True) -> Place:
        """The place of the next ask; the n-th ask in a cell owns the cell's n-th turn.

        counted: False only says where it would be, for a dry run
        """
        here = self.conversation()
        cell = self.cell()
        if not cell:
            return here
        run = (self._shell.displayhook.prompt_count, cell)
        number = self._asked + 1 if run == self._run else 0
        if counted:
            self._run, self._asked = run, number
        return replace(here, owner=f"{cell}/{number}")

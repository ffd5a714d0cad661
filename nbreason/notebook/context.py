"""Which notebook and which cell is asking, as far as the front end says.

jupyter_server sets ``JPY_SESSION_NAME`` to the notebook's path when the kernel starts, VS Code puts
``__vsc_ipynb_file__`` into the namespace, JupyterLab and VS Code send the cell's id along with the code, and our
labextension the current path.  nbclient, consoles and terminals say nothing: then the conversation lasts as long as
the kernel.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:  # `%load_ext` imports this module
    from nbreason.core.question import Place


_KERNELS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""Shell -> what its conversation is called without a notebook, however often nbreason is loaded into it."""


class NotebookContext:
    """The place of each ask in one kernel; counts the asks within one run of a cell."""

    def __init__(self, shell: Any, environment: Mapping[str, str]) -> None:
        self._shell = shell
        self._environment = environment
        self._kernel = _KERNELS.setdefault(shell, f"kernel:{os.urandom(16).hex()}")
        self._run: tuple[int, str] | None = None
        self._asked = 0
        self.path_in_page: object = None  # relative to the server's root, as our labextension reports it

    def notebook(self) -> str:
        """The absolute path of the notebook, or an empty string if it is not known."""
        path = (
            self._environment.get("NBREASON_NOTEBOOK")
            or self._shell.user_ns.get("__vsc_ipynb_file__")
            or self._current_path(self._environment.get("JPY_SESSION_NAME", ""))
        )
        if not isinstance(path, str) or not path.endswith(".ipynb"):
            return ""  # a console has a session name too
        return os.path.abspath(path)

    def _current_path(self, initial: str) -> str:
        """The path of the notebook in the page, or `initial`, the path when the kernel started.

        They differ after a rename, and where notebooks share a kernel.  The page reports its path relative to the
        server's root, which is one of the folders above `initial`.  If several of them, or none, hold such a file,
        the page's path is not used.
        """
        path = self.path_in_page
        if not isinstance(path, str) or not path.endswith(".ipynb") or ".." in path.split("/"):
            return initial
        candidates = (os.path.join(folder, path) for folder in Path(initial).parents)
        found = [candidate for candidate in candidates if os.path.isfile(candidate)]
        return found[0] if len(found) == 1 else initial

    def run_metadata(self) -> Mapping[str, Any]:
        """What the front end sent along with the running cell; empty without a kernel."""
        return self._of_request("metadata")

    def run_id(self) -> str:
        """What identifies this run of the cell; empty without a kernel."""
        return str(self._of_request("header").get("msg_id", ""))

    def _of_request(self, part: str) -> Mapping[str, Any]:
        kernel = getattr(self._shell, "kernel", None)
        try:
            found = kernel.get_parent()[part] if kernel is not None else None
        except (AttributeError, LookupError, TypeError):
            return {}
        return found if isinstance(found, Mapping) else {}

    def cell(self) -> str:
        """The id of the running cell, or an empty string."""
        cell = self.run_metadata().get("cellId")
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

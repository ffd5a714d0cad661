"""When to use colour in a terminal."""

from __future__ import annotations

import os
import sys
from typing import Any


def use_colour(shell: Any = None) -> bool:
    """Whether text may be coloured: not with ``NO_COLOR``, ``TERM=dumb`` or IPython's own ``NoColor``.

    shell: an IPython shell; by default the one of this process, if there is one
    """
    shell = current_shell() if shell is None else shell
    colourless = str(getattr(shell, "colors", "")).lower() == "nocolor"
    return not (colourless or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb")


def in_terminal() -> bool:
    """Whether this process writes to a terminal, not to a notebook front end."""
    return getattr(current_shell(), "kernel", None) is None


def current_shell() -> Any:
    """The IPython shell of this process, or None; does not import IPython."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def error_line(line: str) -> str:
    """The line of an error as IPython prints it: red in a terminal with colour.

    Notebooks give errors a background on which red is hard to read.
    """
    return f"\x1b[31m{line}\x1b[0m" if in_terminal() and use_colour() else line

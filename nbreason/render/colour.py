"""Whether a terminal may be coloured."""

from __future__ import annotations

import os
import sys
from typing import Any


def wanted(shell: Any = None) -> bool:
    """Not with ``NO_COLOR``, with ``TERM=dumb``, or with IPython's own ``NoColor``.

    shell: IPython's; without one that of this process, if there is one
    """
    shell = shell_here() if shell is None else shell
    colourless = str(getattr(shell, "colors", "")).lower() == "nocolor"
    return not (colourless or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb")


def terminal() -> bool:
    """Whether text is shown by a terminal, not by a front end with colours of its own."""
    return getattr(shell_here(), "kernel", None) is None


def shell_here() -> Any:
    """The shell of this process, or None; IPython is not imported for that."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def error_line(line: str) -> str:
    """The line of an error as IPython prints it: red in a terminal that may be coloured.

    A notebook gives errors a background of its own, on which red can hardly be read.
    """
    return f"\x1b[31m{line}\x1b[0m" if terminal() and wanted() else line

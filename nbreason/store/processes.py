"""Whether the process that a pending turn belongs to is still there."""

from __future__ import annotations

import os
import sys


def alive(process: int) -> bool:
    """Whether a process of that number runs; a number in use by a stranger counts as alive."""
    if process == os.getpid() or sys.platform == "win32":
        return True  # on Windows, asking by signal 0 would send Ctrl-C
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError, TypeError):  # the last two: somebody else has written that number
        return True
    return True

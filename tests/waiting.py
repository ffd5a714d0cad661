"""Waiting for what happens, and not for time."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], object], seconds: float = 10) -> None:
    """Return as soon as it holds; an AssertionError if it does not come to that."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() < started + seconds, "it never came to that"
        time.sleep(0.01)

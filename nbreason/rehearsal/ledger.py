"""Play credits. Counted in whole millionths so that many small costs add up exactly."""

from __future__ import annotations

import threading

START = 100.0
PER_TOKEN = 0.0005  # credits; a short question with its answer costs about 0.3
USD_PER_CREDIT = 0.01  # so a full ledger is one play dollar; AI/ML API itself counts 2,000,000 to the dollar
_UNIT = 1_000_000


def cost(tokens: int) -> float:
    """Credits for ``tokens``, in and out alike."""
    return tokens * round(PER_TOKEN * _UNIT) / _UNIT


class Ledger:
    """What is left of the play credits; safe to use from many threads."""

    def __init__(self, credits: float = START) -> None:
        self._full = round(credits * _UNIT)
        self._left = self._full
        self._lock = threading.Lock()

    @property
    def remaining(self) -> float:
        """Credits left."""
        with self._lock:
            return self._left / _UNIT

    @property
    def full(self) -> float:
        """Credits at the start."""
        return self._full / _UNIT

    def take(self, credits: float) -> float | None:
        """Books ``credits`` and gives what is left, or None (nothing booked) when they do not suffice."""
        units = round(credits * _UNIT)
        with self._lock:
            if units > self._left:
                return None
            self._left -= units
            return self._left / _UNIT

    def refill(self) -> None:
        """Back to the credits of the start."""
        with self._lock:
            self._left = self._full

"""Saves a running answer now and then, so that its text outlives a kernel that is killed."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from nbreason.core.events import Answer, Draft
from nbreason.errors import StoreError
from nbreason.store.conversations import Store

EVERY = 2.0
"""Seconds from one time to the next."""
RATE = 10_000
"""Characters a second: the longer an answer, the less often all of it is written again."""


class Checkpoints:
    """The saved states of one answer.  turn: its id in the store"""

    def __init__(self, store: Store, turn: int) -> None:
        self._store = store
        self._turn = turn
        self._due = time.monotonic() + EVERY

    def note(self, draft: Draft) -> None:
        """Text has arrived.  Saved on another thread: the loop has connections to serve."""
        if (now := time.monotonic()) < self._due:
            return
        answer = draft.answer()
        self._due = now + max(EVERY, len(answer.text) / RATE)
        asyncio.get_running_loop().run_in_executor(None, self._save, answer)

    def _save(self, answer: Answer) -> None:
        with suppress(StoreError):  # the end will say it
            self._store.keep(self._turn, answer)

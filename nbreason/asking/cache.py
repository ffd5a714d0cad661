"""Saved answers: the same request is paid for once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nbreason.asking.plan import Plan
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.question import Place
from nbreason.errors import Refused
from nbreason.store.conversations import Store
from nbreason.store.replay import ReplayFiles


class AnswerCache:
    """Finds saved answers: in the store, and in the ``*.reason.json`` files beside the notebook."""

    def __init__(self, store: Store, settings: NBReason) -> None:
        self._store = store
        self._settings = settings
        self._files: dict[Path, ReplayFiles] = {}
        self._reported: set[str] = set()
        self.problems: list[str] = []

    def lookup(self, planned: Plan) -> Answer | None:
        """The saved answer to exactly this request, or None.

        `problems` then holds a line for each replay file that could not be used, once.
        Raises Refused when there is none and the setting `replay` says that nothing is to be sent.
        """
        self.problems = []
        if planned.question.fresh or self._settings.replay == "off":
            return None
        model, request_hash = planned.choice.name, planned.request.digest
        folder = folder_of(planned.question.place)
        files = self._files.setdefault(folder, ReplayFiles(folder))
        found = self._store.saved_answer(model, request_hash) or files.saved_answer(model, request_hash)
        if found is not None:
            return replace(found, replayed=True, balance=None, balance_before=None, rates=())
        if self._settings.replay == "only":
            problems = "".join(f" {problem}." for problem in files.problems)
            raise Refused(
                f"There is no saved answer to this question, and NBReason.replay is 'only'.{problems} Nothing was sent."
            )
        self.problems = [problem for problem in files.problems if problem not in self._reported]
        self._reported.update(self.problems)
        return None


def folder_of(place: Place) -> Path:
    """The folder of the notebook, or the current folder when the notebook is not known."""
    return Path(place.notebook).parent if place.lasting else Path.cwd()

"""Saved answers: the same request is paid for once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nbreason.asking.plan import Plan
from nbreason.config.settings import NBReason
from nbreason.core.events import Answer
from nbreason.core.question import Place
from nbreason.errors import Refused
from nbreason.store.replay import ReplayFiles
from nbreason.store.sqlite import Store


class AnswerCache:
    """Finds kept answers: in the store, and in the ``*.reason.json`` files beside the notebook."""

    def __init__(self, store: Store, settings: NBReason) -> None:
        self._store = store
        self._settings = settings
        self._shelves: dict[Path, ReplayFiles] = {}

    def find(self, planned: Plan) -> Answer | None:
        """The whole answer that this very request has had, or None.

        Raises Refused when the setting says that nothing is to be sent, and there is no kept answer.
        """
        if planned.question.fresh or self._settings.replay == "off":
            return None
        asked, digest = planned.choice.name, planned.request.digest
        shelf = self._shelf(folder_of(planned.question.place))
        found = self._store.kept(asked, digest) or shelf.find(asked, digest)
        if found is not None:
            return replace(found, replayed=True, balance=None, balance_before=None, rates=())
        if self._settings.replay == "only":
            problems = " ".join(f"{problem}." for problem in shelf.problems)
            raise Refused(
                f"There is no kept answer to this question, and the setting NBReason.replay is 'only'. {problems}"
                f"{' ' if problems else ''}Nothing was sent."
            )
        return None

    def _shelf(self, folder: Path) -> ReplayFiles:
        return self._shelves.setdefault(folder, ReplayFiles(folder))


def folder_of(place: Place) -> Path:
    """The folder of the notebook, or the current one when the notebook is not known."""
    return Path(place.notebook).parent if place.lasting else Path.cwd()

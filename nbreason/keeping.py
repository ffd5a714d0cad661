"""What is asked twice is paid for once: kept answers, and the budget that an ask must fit.

Both are looked at between the plan and the sending, when it is known exactly what would be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from nbreason.core.budget import Budget, predict, words
from nbreason.core.events import Answer
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place
from nbreason.core.secrets import find
from nbreason.endpoint import key_names
from nbreason.errors import Refused
from nbreason.keys import STRAY
from nbreason.planning import Plan
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.settings import NBReason
from nbreason.store import ledger
from nbreason.store.replay import Shelf
from nbreason.store.sqlite import Store


class Keeper:
    """Finds kept answers: in the store, and in the ``*.reason.json`` files beside the notebook."""

    def __init__(self, store: Store, settings: NBReason) -> None:
        self._store = store
        self._settings = settings
        self._shelves: dict[Path, Shelf] = {}

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
            return replace(found, kept=True, balance=None, balance_before=None, rates=())
        if self._settings.replay == "only":
            problems = " ".join(f"{problem}." for problem in shelf.problems)
            raise Refused(
                f"There is no kept answer to this question, and the setting NBReason.replay is 'only'. {problems}"
                f"{' ' if problems else ''}Nothing was sent."
            )
        return None

    def _shelf(self, folder: Path) -> Shelf:
        return self._shelves.setdefault(folder, Shelf(folder))


def folder_of(place: Place) -> Path:
    """The folder of the notebook, or the current one when the notebook is not known."""
    return Path(place.notebook).parent if place.lasting else Path.cwd()


class Guard:
    """Looks for keys and passwords in a question before it is sent.

    confirm: asks the person whether to send all the same; where nobody can be asked it says no
    """

    def __init__(
        self, settings: NBReason, environment: Mapping[str, str], confirm: Callable[[str], bool] = lambda line: False
    ) -> None:
        self._settings = settings
        self._environment = environment
        self.confirm = confirm

    def known(self) -> list[tuple[str, str]]:
        """Names and values of the configured keys."""
        names = {name for provider in providers().values() for name in (*provider.keys, *self._own_names(provider))}
        values = {name: self._environment.get(name, "").strip(STRAY).removeprefix("Bearer ") for name in sorted(names)}
        return [(name, value) for name, value in values.items() if value]

    def _own_names(self, provider: Provider) -> tuple[str, ...]:
        try:
            return key_names(provider, self._settings)
        except Refused:  # a setting that cannot be used is told when that provider is asked
            return ()

    def findings(self, planned: Plan) -> list[str]:
        """What was found in the question itself (earlier turns have been sent before), in words; never the values."""
        known = self.known()
        found = []
        for part in (*planned.question.parts, Text(planned.question.system)):
            text = part.alt if isinstance(part, Image) else part.text
            where = f"in {part.source}" if part.source else "in the question"
            found += [f"{finding.what} {where}" for finding in find(text, known)]
        return list(dict.fromkeys(found))

    def insist(self, planned: Plan) -> None:
        """Raise Refused when a secret is found, unless the setting or the person says otherwise."""
        if self._settings.secrets == "off" or not (found := self.findings(planned)):
            return
        what = ", ".join(found)
        if self._settings.secrets == "ask" and self.confirm(f"This would send {what}. Send it all the same?"):
            return
        raise Refused(
            f"This would send {what}. Take it out, or allow it once with %config NBReason.secrets = 'off'."
            " Nothing was sent."
        )


class Purse:
    """The budget of each notebook.

    ceiling: the budget of the configuration, which a notebook can lower and not raise
    """

    def __init__(self, store: Store, ceiling: Callable[[], Budget | None], clock: Callable[[], float]) -> None:
        self._store = store
        self._ceiling = ceiling
        self._clock = clock

    def budget(self, place: Place) -> tuple[Budget, float] | None:
        """The budget in force and what of it is spent, or None when there is none."""
        with self._store.database.read() as db:
            own = ledger.budget(db, place.notebook)
        ceiling = self._ceiling()
        limits = [limit for limit in (own, (ceiling, 0.0) if ceiling else None) if limit]
        states = [(limit, self._spent(place, limit, since)) for limit, since in limits]
        return min(states, key=lambda state: state[0].amount - state[1], default=None)

    def set(self, place: Place, budget: Budget | None) -> None:
        """Set the budget of a notebook; spending counts from now on."""
        with self._store.database.write() as db:
            ledger.set_budget(db, place.notebook, budget, self._clock())

    def share(self, place: Place) -> float | None:
        """How much of the budget is spent, 0 and up; None when there is none."""
        state = self.budget(place)
        return state[1] / state[0].amount if state and state[0].amount else None

    def insist(self, planned: Plan) -> None:
        """Raise Refused when the ask would exceed the budget, as far as that can be told beforehand."""
        state = self.budget(planned.question.place)
        if state is None:
            return
        budget, spent = state
        left = budget.amount - spent
        about = predict(budget.unit, planned.request.estimate, self._before(planned))
        if left > 0 and about <= left:
            return
        raise Refused(
            f"The budget of this notebook is {budget}: {words(max(0.0, left), budget.unit)} are left, and this ask"
            f" would take about {words(about, budget.unit)}. %nbreason budget shows and sets it. Nothing was sent."
        )

    def _spent(self, place: Place, limit: Budget, since: float) -> float:
        with self._store.database.read() as db:
            return ledger.total(ledger.answers(db, place.notebook, since)).amount(limit.unit)

    def _before(self, planned: Plan) -> list[Answer]:
        with self._store.database.read() as db:
            spent = ledger.answers(db, planned.question.place.notebook, model=planned.choice.name)
        return [item.answer for item in spent][-20:]

"""``%nbreason budget``: what was spent, and the limit for this notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.core.budget import Budget
from nbreason.core.question import Question
from nbreason.errors import NBReasonError
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.tables import table
from nbreason.store import ledger

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle


@subcommand(
    "[AMOUNT | off]",
    "what was spent, and a limit for this notebook: 5 usd, 3 credits, 20000 tokens",
    ("off",),
)
def budget(notebook: Notebook, rest: str) -> Bundle:
    """What was spent; with ``5 usd``, ``20000 tokens``, ``3 credits`` or ``off`` set the budget first."""
    place, budgets = notebook.conversation(), notebook.session.budgets
    if rest:
        budgets.set(place, Budget.parse(rest))
    limits = list(map(str, budgets.limits(place))) or ["This notebook has no budget. %nbreason budget 5 usd sets one."]
    return table(("", "asks", "tokens", "cost"), spending(notebook), " ".join([*limits, *outlook(notebook)]))


def outlook(notebook: Notebook) -> list[str]:
    """What a question to the default model will cost, and whether it will be refused whatever is left."""
    session = notebook.session
    try:
        planned = session.plan(Question((), notebook.conversation(), alone=True))
    except NBReasonError:
        return []  # the ask will say why
    costs = [f"A short question to {planned.choice.name}: {planned.outlook}."] if planned.outlook else []
    return [*costs, *session.budgets.warnings(planned)]


def spending(notebook: Notebook) -> list[tuple[str, ...]]:
    """What was spent: in this notebook, today, and with each provider."""
    here = notebook.conversation().notebook
    everything = notebook.session.store.spending()
    days = sorted({item.day for item in everything})[-7:]
    groups = [
        ("this notebook", [item for item in everything if item.notebook == here]),
        *((name, [i for i in everything if i.provider == name]) for name in sorted({i.provider for i in everything})),
        *((day, [item for item in everything if item.day == day]) for day in days),
    ]
    rows: list[tuple[str, ...]] = []
    for name, items in groups:
        total = ledger.total(items)
        rows.append((name, str(total.asks), f"{total.tokens:,}", str(total) or "–"))
    return rows

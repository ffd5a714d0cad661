"""``%nbreason panel``: the dashboard of this notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbreason.answers.formats import code_blocks
from nbreason.core.budget import amount_in_words
from nbreason.core.phrases import counted
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.stale import stale_line
from nbreason.magics.subcommands.conversation import cost_column, count, shortened, undo_line
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle, line_bundle
from nbreason.render.line import duration
from nbreason.store import ledger

if TYPE_CHECKING:
    from nbreason.core.events import Answer
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.dashboard import Dashboard, Facts
    from nbreason.store.ledger import Spent

NEWEST = 5


@subcommand("[off]", "the dashboard of this notebook, which follows every ask; off: a static snapshot of it", ("off",))
def panel(notebook: Notebook, rest: str) -> Bundle | None:
    """Show the dashboard, live if the front end can; ``off`` replaces it with a snapshot."""
    from nbreason.render.dashboard import Dashboard, snapshot
    from nbreason.render.screens import uses_live_panel

    if rest not in ("", "off"):
        raise UsageError(f"%nbreason panel takes no argument but off, not {rest!r}.")
    had = end(notebook)
    if rest == "off":
        return line_bundle("The dashboard is now a static snapshot." if had else "No dashboard is shown.")
    if not uses_live_panel(notebook.shell, notebook.settings.live):
        return snapshot(facts(notebook))
    follow(notebook, Dashboard(lambda: facts(notebook), lambda: stop(notebook), lambda: undo_line(notebook)))
    return None


def follow(notebook: Notebook, dashboard: Dashboard) -> None:
    """Keep a dashboard up to date until it is ended."""

    def refresh(_: Any = None) -> None:
        dashboard.refresh()

    def finish() -> None:
        notebook.shell.events.unregister("post_run_cell", refresh)
        notebook.dashboard = None
        dashboard.end()

    notebook.shell.events.register("post_run_cell", refresh)
    notebook.dashboard = (refresh, finish)


def end(notebook: Notebook) -> bool:
    """End the dashboard that is shown; whether there was one."""
    if notebook.dashboard is None:
        return False
    notebook.dashboard[1]()
    return True


def facts(notebook: Notebook) -> Facts:
    """What the dashboard shows."""
    from nbreason.render.dashboard import Facts

    session, place = notebook.session, notebook.conversation()
    paid = session.store.spending(place.notebook)
    records = session.store.history(place)
    newest = sorted((record for record in records if record.answer), key=lambda record: record.asked_at)[::-1]
    last = newest[0].answer if newest else None
    asks = tuple(
        (shortened(record.question), record.requested_model, *usage_columns(record.answer, record.replayed))
        for record in newest[:NEWEST]
        if record.answer
    )
    budget = None
    for limit in session.budgets.limits(place)[:1]:
        left_of_it = (
            f"{amount_in_words(limit.left, limit.budget.unit)} of" if limit.reported else "not reported how much of"
        )
        budget = f"{left_of_it} {limit.budget} left", limit.share
    return Facts(
        current_model(notebook),
        remaining(notebook, last),
        budget,
        by_model(paid),
        asks,
        "".join(code_blocks(last.text)[-1:]) if last else "",
        last.text if last else "",
        len(notebook.running),
        stale_line(notebook),
    )


def current_model(notebook: Notebook) -> str:
    """The default model of this kernel, or why there is none."""
    try:
        name = notebook.session.choose().name
    except NBReasonError as error:
        return str(error)
    return f"{name} · {notebook.settings.effort}" if notebook.settings.effort else name


def remaining(notebook: Notebook, last: Answer | None) -> tuple[str, ...]:
    """What is left on the accounts, and of the rate limits of the last answer."""
    accounts = [f"{account}: {money} left" for account, money in sorted(notebook.session.runner.balances.items())]
    rates = [f"{counted(number, what.removesuffix('s'))} left for now" for what, number in (last.rates if last else ())]
    return (*accounts, *rates)


def by_model(paid: list[Spent]) -> tuple[tuple[str, ...], ...]:
    """One row for each model that was used: asks, tokens in and out, cost."""
    rows = []
    for name in sorted({item.requested_model for item in paid}):
        answers = [item.answer for item in paid if item.requested_model == name]
        sums = [sum_of([answer.usage.input for answer in answers]), sum_of([answer.usage.output for answer in answers])]
        cost = str(ledger.total(item for item in paid if item.requested_model == name))
        rows.append((name, str(len(answers)), *sums, cost))
    return tuple(rows)


def sum_of(values: list[int | None]) -> str:
    """The sum of what was reported; a plus sign if some was not."""
    reported = [value for value in values if value is not None]
    if not reported:
        return "not reported"
    return f"{sum(reported):,}{'+' if len(reported) < len(values) else ''}"


def usage_columns(answer: Answer, replayed: bool) -> tuple[str, ...]:
    """Tokens, time and cost of an answer."""
    tokens = count(answer.usage.input), count(answer.usage.output)
    return *tokens, duration(answer.seconds), cost_column(answer, replayed)


def stop(notebook: Notebook) -> str:
    """Stop every running ask; returns a line that says so."""
    runs = list(notebook.running)
    for run in runs:
        run.stop()
    return f"{counted(len(runs), 'answer')} stopped." if runs else "Nothing is running."

"""``%nbreason panel | code | figures``: the notebook's dashboard, and what can be taken from and to an answer."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nbreason.answers.formats import code_in
from nbreason.core.budget import amount_in_words
from nbreason.core.parts import Image
from nbreason.core.phrases import counted
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.conversation import count
from nbreason.render.bundle import MUTED, Bundle, line_bundle
from nbreason.render.line import duration
from nbreason.render.markdown import one_line
from nbreason.render.pictures import image_tag
from nbreason.render.tables import table
from nbreason.store import ledger

if TYPE_CHECKING:
    from nbreason.core.events import Answer
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.dashboard import Dashboard, Facts
    from nbreason.store.ledger import Spent

NEWEST = 5
THUMBNAIL = "max-width: 10em; max-height: 6em; background: #fff"


def panel(notebook: Notebook, rest: str) -> Bundle | None:
    """Show the dashboard, live if the front end can; ``off`` replaces it with a snapshot."""
    from nbreason.render.dashboard import Dashboard, snapshot
    from nbreason.render.screens import uses_live_panel

    if rest not in ("", "off"):
        raise UsageError(f"%nbreason panel takes only off, not {rest!r}.")
    had = end(notebook)
    if rest == "off":
        return line_bundle("The dashboard is now a static snapshot." if had else "No dashboard is shown.")
    if not uses_live_panel(notebook.shell, notebook.settings.live):
        return snapshot(facts(notebook))
    follow(notebook, Dashboard(lambda: facts(notebook), lambda: stop(notebook), lambda: undo(notebook)))
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
    """What the dashboard tells."""
    from nbreason.render.dashboard import Facts

    session, place = notebook.session, notebook.conversation()
    paid = session.store.spending(place.notebook)
    records = session.store.history(place)
    newest = sorted((record for record in records if record.answer), key=lambda record: record.asked_at)[::-1]
    last = newest[0].answer if newest else None
    asks = tuple(
        (shortened(record.question), record.requested_model, *numbers(record.answer, record.replayed))
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
        asked(notebook),
        left(notebook, last),
        budget,
        by_model(paid),
        asks,
        code_in(last.text) if last else "",
        last.text if last else "",
        len(notebook.under_way),
    )


def asked(notebook: Notebook) -> str:
    """The model that is asked now."""
    try:
        name = notebook.session.choose().name
    except NBReasonError as error:
        return str(error)
    return f"{name} · {notebook.settings.effort}" if notebook.settings.effort else name


def left(notebook: Notebook, last: Answer | None) -> tuple[str, ...]:
    """What is left on the accounts, and how much the last provider takes for now."""
    accounts = [f"{account}: {money} left" for account, money in sorted(notebook.session.runner.balances.items())]
    rates = [f"{number:,} {what} left for now" for what, number in (last.rates if last else ())]
    return (*accounts, *rates)


def by_model(paid: list[Spent]) -> tuple[tuple[str, ...], ...]:
    """One row for each model that was paid for."""
    rows = []
    for name in sorted({item.requested_model for item in paid}):
        answers = [item.answer for item in paid if item.requested_model == name]
        sums = [total([answer.usage.input for answer in answers]), total([answer.usage.output for answer in answers])]
        money = ledger.total(item for item in paid if item.requested_model == name).money
        cost = ", ".join(f"{amount:.4g} {unit}" for unit, amount in sorted(money.items())) or "not reported"
        rows.append((name, str(len(answers)), *sums, cost))
    return tuple(rows)


def total(values: list[int | None]) -> str:
    """The sum of what was reported; a plus sign where some was not."""
    reported = [value for value in values if value is not None]
    if not reported:
        return "not reported"
    return f"{sum(reported):,}{'+' if len(reported) < len(values) else ''}"


def numbers(answer: Answer, kept: bool) -> tuple[str, ...]:
    """Tokens, time and cost of an answer."""
    cost = "0 (kept)" if kept else str(answer.cost) if answer.cost else "–"
    return count(answer.usage.input), count(answer.usage.output), duration(answer.seconds), cost


def shortened(question: str, length: int = 60) -> str:
    """The beginning of a question."""
    return question if len(question) <= length else question[: length - 1].rstrip() + "…"


def stop(notebook: Notebook) -> str:
    """Stop every running answer; returns a line that says so."""
    runs = list(notebook.under_way)
    for run in runs:
        run.stop()
    return f"{counted(len(runs), 'answer')} stopped." if runs else "Nothing is running."


def undo(notebook: Notebook) -> str:
    """Remove the last turn; returns a line that says so."""
    return notebook.session.store.undo(notebook.conversation())


def code(notebook: Notebook, rest: str) -> Bundle:
    """Put the last answer's code into the next cell."""
    answers = [record for record in notebook.session.store.history(notebook.conversation()) if record.answer]
    last = max(answers, key=lambda record: record.asked_at).answer if answers else None
    found = code_in(last.text) if last else ""
    if not found:
        raise UsageError("There is no code in the last answer." if last else "There is no answer yet.")
    notebook.shell.set_next_input(found)
    lines = found.count("\n") + 1
    them = "it before you run it" if lines == 1 else "them before you run them"
    return line_bundle(f"{counted(lines, 'line')} of code put into the next cell: read {them}.")


def figures(notebook: Notebook, rest: str) -> Bundle:
    """The figures that can be attached, with thumbnails."""
    notebook.figures.flush()
    found = notebook.figures.list()
    if not found:
        return line_bundle("This notebook has shown no figure yet.")
    rows = [(f"--figs {figure.label}", size(figure.size), figure.mime, figure.alt) for figure in found]
    plain = table(("", "size", "type", ""), rows).data["text/plain"]
    cells = "".join(
        f"<tr><td>{thumbnail(figure)}</td>"
        + "".join(f'<td style="text-align: left">{escape(one_line(word))}</td>' for word in row)
        + "</tr>"
        for figure, row in zip(found, rows, strict=True)
    )
    note = f'<div style="{MUTED}">{counted(len(found), "figure")}; --figs alone is the last one.</div>'
    return Bundle(
        {"text/html": f'<table class="mathjax_ignore"><tbody>{cells}</tbody></table>{note}', "text/plain": plain},
        {"nbreason": {}},
    )


def size(pixels: tuple[int, int] | None) -> str:
    """``640 × 480``."""
    return f"{pixels[0]} × {pixels[1]}" if pixels else "–"


def thumbnail(figure: Any) -> str:
    """A small picture of a figure, or nothing where it cannot be drawn here."""
    from nbreason.capture.images import CannotAttach

    try:
        part = figure.part()
    except CannotAttach:
        return ""
    return image_tag(part, figure.label, THUMBNAIL) if isinstance(part, Image) else ""

"""``%nbreason panel | code | figures``: the notebook's dashboard, and what can be taken from and to an answer."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nbreason.core.budget import words
from nbreason.core.parts import Image
from nbreason.core.phrases import counted
from nbreason.errors import NBReasonError, UsageProblem
from nbreason.formats import code_in
from nbreason.magics.conversation import count
from nbreason.planning import choose
from nbreason.render.bundle import MUTED, Bundle, line_bundle
from nbreason.render.line import duration
from nbreason.render.markdown import one_line
from nbreason.render.pictures import shown
from nbreason.render.tables import table
from nbreason.store import ledger

if TYPE_CHECKING:
    from nbreason.core.events import Answer
    from nbreason.front import Front
    from nbreason.render.dashboard import Dashboard, Facts
    from nbreason.store.ledger import Spent

NEWEST = 5
THUMBNAIL = "max-width: 10em; max-height: 6em; background: #fff"


def panel(front: Front, rest: str) -> Bundle | None:
    """Show the dashboard, live where somebody watches; ``off`` leaves a still picture of it."""
    from nbreason.render.dashboard import Dashboard, still
    from nbreason.render.screens import watched_live

    if rest not in ("", "off"):
        raise UsageProblem(f"%nbreason panel takes only off, not {rest!r}.")
    had = end(front)
    if rest == "off":
        return line_bundle("The dashboard is a still picture now." if had else "No dashboard is shown.")
    if not watched_live(front.shell, front.settings.live):
        return still(facts(front))
    follow(front, Dashboard(lambda: facts(front), lambda: stop(front), lambda: undo(front)))
    return None


def follow(front: Front, dashboard: Dashboard) -> None:
    """Keep a dashboard up to date until it is ended."""

    def refresh(_: Any = None) -> None:
        dashboard.refresh()

    def finish() -> None:
        front.shell.events.unregister("post_run_cell", refresh)
        front.dashboard = None
        dashboard.end()

    front.shell.events.register("post_run_cell", refresh)
    front.dashboard = (refresh, finish)


def end(front: Front) -> bool:
    """End the dashboard that is shown; whether there was one."""
    if front.dashboard is None:
        return False
    front.dashboard[1]()
    return True


def facts(front: Front) -> Facts:
    """What the dashboard tells."""
    from nbreason.render.dashboard import Facts

    session, place = front.session, front.conversation()
    with session.store.database.read() as db:
        paid = ledger.answers(db, place.notebook)
    records = session.store.history(place)
    newest = sorted((record for record in records if record.answer), key=lambda record: record.asked_at)[::-1]
    last = newest[0].answer if newest else None
    asks = tuple(
        (shortened(record.question), record.asked, *numbers(record.answer, record.kept))
        for record in newest[:NEWEST]
        if record.answer
    )
    budget = None
    for limit in session.purse.limits(place)[:1]:
        left_of_it = f"{words(limit.left, limit.budget.unit)} of" if limit.known else "not reported how much of"
        budget = f"{left_of_it} {limit.budget} left", limit.share
    return Facts(
        asked(front),
        left(front, last),
        budget,
        by_model(paid),
        asks,
        code_in(last.text) if last else "",
        last.text if last else "",
        len(front.under_way),
    )


def asked(front: Front) -> str:
    """The model that is asked now."""
    try:
        name = choose(front.settings.model, front.settings, front.session.environment).name
    except NBReasonError as error:
        return str(error)
    return f"{name} · {front.settings.effort}" if front.settings.effort else name


def left(front: Front, last: Answer | None) -> tuple[str, ...]:
    """What is left on the accounts, and how much the last provider takes for now."""
    accounts = [f"{account}: {money} left" for account, money in sorted(front.session.courier.balances.items())]
    rates = [f"{number:,} {what} left for now" for what, number in (last.rates if last else ())]
    return (*accounts, *rates)


def by_model(paid: list[Spent]) -> tuple[tuple[str, ...], ...]:
    """One row for each model that was paid for."""
    rows = []
    for name in sorted({item.asked for item in paid}):
        answers = [item.answer for item in paid if item.asked == name]
        sums = [total([answer.usage.input for answer in answers]), total([answer.usage.output for answer in answers])]
        money = ledger.total(item for item in paid if item.asked == name).money
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


def stop(front: Front) -> str:
    """Stop every answer that is under way; says what was done."""
    runs = list(front.under_way)
    for run in runs:
        run.stop()
    return f"{counted(len(runs), 'answer')} stopped." if runs else "Nothing is under way."


def undo(front: Front) -> str:
    """Put the last turn away; says what was done."""
    return front.session.store.undo(front.conversation())


def code(front: Front, rest: str) -> Bundle:
    """Put the last answer's code into the next cell."""
    answers = [record for record in front.session.store.history(front.conversation()) if record.answer]
    last = max(answers, key=lambda record: record.asked_at).answer if answers else None
    found = code_in(last.text) if last else ""
    if not found:
        raise UsageProblem("There is no code in the last answer." if last else "There is no answer yet.")
    front.shell.set_next_input(found)
    lines = found.count("\n") + 1
    them = "it before you run it" if lines == 1 else "them before you run them"
    return line_bundle(f"{counted(lines, 'line')} of code put into the next cell: read {them}.")


def figures(front: Front, rest: str) -> Bundle:
    """The figures that can be attached, with thumbnails."""
    front.figures.flush()
    found = front.figures.list()
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
    return shown(part, figure.label, THUMBNAIL) if isinstance(part, Image) else ""

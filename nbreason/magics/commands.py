"""``%nbreason …``: each subcommand is one function that looks something up and shows it."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbreason import __version__
from nbreason.core.usage import Money
from nbreason.errors import NBReasonError, UsageProblem
from nbreason.keys import find_key
from nbreason.magics.help import REASON_HELP, SUBCOMMANDS, SUBCOMMANDS_HELP
from nbreason.magics.options import parse
from nbreason.planning import Choice, address, choose, described
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.render.bundle import line_bundle
from nbreason.render.tables import pairs, table

if TYPE_CHECKING:
    from nbreason.core.models import ModelFacts
    from nbreason.front import Front
    from nbreason.render.bundle import Bundle
    from nbreason.store.sqlite import Record


def run(front: Front, line: str) -> None:
    """Run one subcommand.  Raises UsageProblem with the nearest right name."""
    from nbreason.magics import show

    name, _, rest = line.strip().partition(" ")
    name = name or "help"
    if name not in COMMANDS:
        close = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
        way = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(COMMANDS)}."
        raise UsageProblem(f"%nbreason has no {name!r}. {way}")
    show(front, COMMANDS[name](front, rest.strip()))


def status(front: Front, rest: str) -> Bundle:
    """What would be asked, and where things are."""
    session, place = front.session, front.whereabouts.conversation()
    rows = [("version", __version__)]
    try:
        choice = choose(front.settings.model, front.settings, session.environment)
        effort = f", effort {front.settings.effort}" if front.settings.effort else ""
        rows += [("model", choice.name + effort), ("address", where(front, choice))]
    except NBReasonError as error:
        rows.append(("model", str(error)))
    turns = session.store.history(place)
    notebook = place.notebook if place.lasting else "not told by the front end: the conversation lives with this kernel"
    rows += [
        ("notebook", notebook),
        ("conversation", f"{len(turns)} turn{'s' if len(turns) != 1 else ''}"),
        ("kept in", session.store.location if session.store.on_disk else "memory only"),
        ("keys found", ", ".join(key_names(front)) or "none: the rehearsal answers"),
    ]
    unknown = session.store.unknown_outcomes(place)
    note = (
        f"{unknown} question(s) were under way when their kernel ended: the outcome is unknown, and nothing is resent."
        if unknown
        else session.store.warning
    )
    return pairs(rows, note)


def where(front: Front, choice: Choice) -> str:
    """The base URL of a model; the rehearsal's server is not started just to tell its address."""
    if choice.provider.start is not None:
        return "a server on this machine, in this process"
    return address(choice.provider, front.settings, front.session.environment)


def key_names(front: Front) -> list[str]:
    """The variables in which keys were found; never the keys."""
    keys = (find_key(provider.keys, front.session.environment) for provider in providers().values())
    return [key.source for key in keys if key]


def models(front: Front, rest: str) -> Bundle:
    """One row for each model that is known."""
    only = named(rest)
    rows = [
        row(front, provider, name, facts)
        for provider, name, facts in described(front.settings)
        if only is None or provider is only
    ]
    note = "Others are passed through as text: provider:model. Facts can be corrected in NBReason.models."
    return table(("model", "images", "effort", "context", "key"), rows, note)


def row(front: Front, provider: Provider, name: str, facts: ModelFacts) -> tuple[str, ...]:
    """A model as words."""
    images = "any number" if facts.images is None else f"up to {facts.images}" if facts.images else "no"
    if provider.placeholder:
        key = "needs none"
    else:
        found = find_key(provider.keys, front.session.environment)
        key = f"in {found.source}" if found else f"set {provider.keys[0]}"
    window = f"{facts.window // 1000}k" if facts.window else "unknown"
    return f"{provider.name}:{name}", images, " ".join(facts.efforts) or "none", window, key


def use(front: Front, rest: str) -> Bundle:
    """Set the model, and perhaps the effort, for this kernel."""
    name, _, options = rest.partition(" ")
    if not name or name.startswith("-"):
        raise UsageProblem("Say which: %nbreason use segmind:o3 -e high. See %nbreason models.")
    given = parse(options)
    choice = choose(name, front.settings, front.session.environment)
    facts = choice.facts
    if given.effort and facts.known and given.effort not in facts.efforts:
        raise UsageProblem(
            f"{choice.name} does not take the effort {given.effort!r}."
            + (f" It takes {', '.join(facts.efforts)}." if facts.efforts else " It takes none.")
        )
    front.settings.model, front.settings.effort = choice.name, given.effort or ""
    effort = f", effort {given.effort}" if given.effort else ""
    missing = choice.provider.keys and not find_key(choice.provider.keys, front.session.environment)
    key = f" There is no key for it yet: set {choice.provider.keys[0]}." if missing else ""
    return line_bundle(f"{choice.name}{effort} is asked from now on, in this kernel.{key}")


def credits(front: Front, rest: str) -> Bundle:
    """What each account has left; one that fails does not hide the others."""
    only = named(rest)
    ready = [
        provider
        for provider in providers().values()
        if (provider is only) or (only is None and find_key(provider.keys, front.session.environment))
    ]
    rows = [(provider.title, left(front, provider)) for provider in ready]
    if not rows:
        return line_bundle("No key is set, so there is no account to ask. %nbreason models names the variables.")
    return table(("account", "left"), rows)


def left(front: Front, provider: Provider) -> str:
    """The balance of one account as words."""
    try:
        balance: Money | None = front.session.credits(provider)
    except NBReasonError as error:
        return str(error)
    return str(balance) if balance else "not reported"


def history(front: Front, rest: str) -> Bundle:
    """The turns of this notebook's conversation."""
    records = front.session.store.history(front.whereabouts.conversation())
    if not records:
        return line_bundle("Nothing has been asked in this notebook yet.")
    rows = [turn(record) for record in records]
    return table(("", "question", "model", "in", "out", "cost", "asked", ""), rows)


def turn(record: Record) -> tuple[str, ...]:
    """A turn as words."""
    answer = record.answer
    usage = answer.usage if answer else None
    tokens = (
        [f"{value:,}" if value is not None else "–" for value in (usage.input, usage.output)] if usage else ["–", "–"]
    )
    cost = str(answer.cost) if answer and answer.cost else "–"
    remark = {"done": "", "pending": "no answer yet", "partial": "incomplete", "failed": "failed"}[record.state]
    if record.versions > 1:
        remark = f"{remark} asked {record.versions} times".strip()
    asked = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.asked_at))
    return str(record.number), record.question, record.asked, *tokens, cost, asked, remark


def reset(front: Front, rest: str) -> Bundle:
    """Begin the conversation anew."""
    count = front.session.store.reset(front.whereabouts.conversation())
    return line_bundle(
        f"The conversation of this notebook begins anew; {count} turn{'s' if count != 1 else ''} put away."
    )


def help(front: Front, rest: str) -> Bundle:
    """All subcommands; behind one of the magics' names, its options."""
    from nbreason.render.bundle import Bundle

    text = REASON_HELP if rest.strip("% ") == "reason" else SUBCOMMANDS_HELP
    return Bundle({"text/plain": text}, {"nbreason": {}})


def named(name: str) -> Provider | None:
    """The provider of that name, or None for no name.  Raises UsageProblem with the nearest right one."""
    if not name:
        return None
    if name in providers():
        return providers()[name]
    close = difflib.get_close_matches(name, providers(), 1, 0.5)
    way = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(providers())}."
    raise UsageProblem(f"There is no provider {name!r}. {way}")


COMMANDS: dict[str, Callable[[Front, str], Bundle]] = {
    function.__name__: function for function in (status, models, use, credits, history, reset, help)
}
assert COMMANDS.keys() == SUBCOMMANDS.keys()

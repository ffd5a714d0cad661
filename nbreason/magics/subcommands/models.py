"""``%nbreason models``, ``use`` and ``credits``: the models, the default model, and the balances of the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nbreason.asking.choice import allowed, has_key, list_models, models_of
from nbreason.config.endpoints import key_names
from nbreason.core.models import DESCRIBED
from nbreason.core.options import AskOptions
from nbreason.core.phrases import did_you_mean
from nbreason.core.usage import Money
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.parser import parse
from nbreason.magics.subcommands.registry import subcommand
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.providers.snapshot import snapshot
from nbreason.render.bundle import line_bundle
from nbreason.render.tables import table

if TYPE_CHECKING:
    from nbreason.core.models import ModelFacts
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle

ANY = "NAME"
"""Stands for a model's name if only the server knows its models."""
MOST_ROWS = 200
LEVELS = "minimal low medium high xhigh max"


@subcommand(
    "[PROVIDER] [--refresh] [PATTERN]", "the models, what they take and cost; --refresh asks the servers", "providers"
)
def models(notebook: Notebook, rest: str) -> Bundle:
    """An overview of all providers, or all that is known of the models of one, or of those that match a pattern."""
    words = rest.split()
    refresh = "--refresh" in words
    names = [word for word in words if word != "--refresh"]
    only = providers().get(names[0]) if names else None
    pattern = " ".join(names[1:] if only else names)
    problems = refreshed(notebook, only) if refresh else []
    if only or pattern or refresh:
        return details(notebook, only, pattern, problems)
    return overview(notebook)


def overview(notebook: Notebook) -> Bundle:
    """One row for each model in the tables, and one for each provider whose models only its server knows."""
    listed = [(choice.provider, choice.model, choice.facts) for choice in list_models(notebook.settings)]
    names = {provider.name for provider, _, _ in listed}
    open_ended = [
        (provider, ANY, provider.unknown)
        for provider in providers().values()
        if provider.name not in names and allowed(f"{provider.name}:{ANY}", notebook.settings)
    ]
    rows = [
        (provider.title, *row(provider, name, facts), key_status(notebook, provider))
        for provider, name, facts in sorted(listed + open_ended, key=lambda found: (found[0].rank, found[0].name))
    ]
    aliases = ", ".join(f"{alias} = {name}" for alias, name in notebook.settings.aliases.items())
    note = (
        "Any other model can be used as provider:model. %nbreason models PROVIDER shows all that are known, with"
        " prices; --refresh asks its server. NBReason.models corrects the facts. %nbreason login PROVIDER asks for a"
        " key."
    )
    if of := notebook.settings.configured_allowed or notebook.settings.allowed:
        note = f"Only these may be used here: {', '.join(of)} (NBReason.allowed)."
    return table(
        ("provider", "model", "images", "effort", "context", "key"),
        rows,
        f"{note} Aliases: {aliases}." if aliases else note,
    )


def details(notebook: Notebook, only: Provider | None, pattern: str, problems: Sequence[str]) -> Bundle:
    """All that is known of some models: what they take, their list prices, and who says so.

    Raises UsageError if the pattern matches none.
    """
    known, listed = notebook.session.discovery.known, snapshot()
    found = [
        choice
        for provider in ([only] if only else providers().values())
        for choice in models_of(provider, notebook.settings, known, listed.names(provider.name))
        if not pattern or fnmatchcase(choice.name, pattern) or pattern.lower() in choice.name.lower()
    ]
    if pattern and not found:
        if only is None and not set(pattern) & set("*?["):
            raise UsageError(f"There is no provider or model {pattern!r}. {did_you_mean(pattern, providers())}")
        raise UsageError(f"No model that is known matches {pattern!r}. --refresh asks the server.")
    rows = [(choice.name, *in_short(choice.facts)) for choice in found[:MOST_ROWS]]
    more = [f"{len(found) - MOST_ROWS} more: name a part of the model's name."] if len(found) > MOST_ROWS else []
    key = [f"{only.title}: key {key_status(notebook, only)}."] if only else []
    note = " ".join([*problems, *more, *key, "Prices in USD per million tokens." if any(r[4] for r in rows) else ""])
    return table(("model", "images", "effort", "context", "in", "out", "source"), rows, note.strip())


def refreshed(notebook: Notebook, only: Provider | None) -> list[str]:
    """Ask a server for its list, or all that have a key; returns what went wrong, one line each.

    Raises NBReasonError if that of the one server cannot be had.
    """
    settings, keys, lines = notebook.settings, notebook.session.keys, []
    for provider in [only] if only else [p for p in providers().values() if p.catalogue and not p.account]:
        try:
            if only or has_key(provider, settings, keys) or notebook.session.discovery.known(provider):
                notebook.session.refresh(provider)
        except NBReasonError as error:
            if only:
                raise
            lines.append(f"{provider.title}: {error}")
    return lines


def row(provider: Provider, name: str, facts: ModelFacts) -> tuple[str, ...]:
    """A model, and what it takes."""
    images = {"any": "any number", None: "unknown", 0: "no"}.get(facts.images, f"up to {facts.images}")
    efforts = "passed on" if facts.efforts is None else " ".join(facts.efforts) or "none"
    window = f"{facts.context // 1000}k" if facts.context else "unknown"
    return f"{provider.name}:{name}", images, efforts, window


def in_short(facts: ModelFacts) -> tuple[str, ...]:
    """The same in few columns, and list prices in USD per million tokens, with who says so."""
    images = {"any": "yes", None: "?", 0: "no"}.get(facts.images, str(facts.images))
    efforts = "?" if facts.efforts is None else " ".join(facts.efforts) or "none"
    if efforts.removeprefix("none ") in LEVELS and efforts.count(" ") > 1:
        efforts = " to ".join(efforts.split()[:: efforts.count(" ")])
    window = f"{facts.context // 1000}k" if facts.context else "?"
    prices = ("" if price is None else f"{price * 1e6:.4g}" for price in (facts.price_in, facts.price_out))
    return images, efforts, window, *prices, said_by(facts)


def said_by(facts: ModelFacts) -> str:
    """Who says what it costs, or else what it takes, and when."""
    told = (fact for fact in ("price_in", "images", "window", "max_input") if getattr(facts, fact) is not None)
    source = facts.source(next(told, "images"))
    if source is DESCRIBED and facts.images is None:
        return ""
    return f"{source.short} {when(source.as_of)}".rstrip()


def when(as_of: str) -> str:
    """``5 min``, ``3 h``, ``21 Nov``: how long ago a time was, or which day."""
    if not as_of:
        return ""
    then = datetime.fromisoformat(as_of)
    seconds = (datetime.now() - then).total_seconds()
    if " " not in as_of or not 0 <= seconds < 86400:
        return f"{then:%d %b}".lstrip("0")
    return f"{seconds // 3600:.0f} h" if seconds >= 3600 else f"{seconds // 60:.0f} min"


def key_status(notebook: Notebook, provider: Provider) -> str:
    """Whether there is a key, and in which variable; never the key."""
    names = key_names(provider, notebook.settings)
    found = notebook.session.keys.find(names)
    if found and not found.valid:
        return f"unusable in {found.source}"
    if found:
        return f"in {found.source}"
    return "not needed" if provider.placeholder else f"set {names[0]}"


@subcommand("MODEL [-e EFFORT]", "make this model the default in this kernel", "models")
def use(notebook: Notebook, rest: str) -> Bundle:
    """Set the default model, and the effort, for this kernel."""
    name, _, options = rest.partition(" ")
    if not name or name.startswith("-"):
        raise UsageError("Name a model: %nbreason use segmind:o3 -e high. %nbreason models lists them.")
    given, text = parse(options)
    if text or given != AskOptions(effort=given.effort):
        raise UsageError(
            "%nbreason use takes a model and -e EFFORT: %nbreason use segmind:o3 -e high. Nothing has changed."
        )
    choice = notebook.session.choose(name)
    if None in (choice.facts.images, choice.facts.context):  # its server may tell
        notebook.session.look(choice)
        choice = notebook.session.choose(name)
    facts = choice.facts
    if given.effort and facts.efforts is not None and given.effort not in facts.efforts:
        raise UsageError(
            f"{choice.name} does not take the effort {given.effort!r}."
            + (f" It takes {', '.join(facts.efforts)}." if facts.efforts else " It takes none.")
        )
    notebook.settings.model, notebook.settings.effort = choice.name, given.effort or ""
    effort = f", effort {given.effort}" if given.effort else ""
    names = key_names(choice.provider, notebook.settings)
    missing = not choice.provider.placeholder and not notebook.session.keys.find(names)
    key = f" There is no key for it yet: set {names[0]}, or %nbreason login {choice.provider.name}." if missing else ""
    return line_bundle(f"{choice.name}{effort} is now the default in this kernel.{key}", status=choice.name)


@subcommand("[PROVIDER]", "the balance of each account that has a key", "providers")
def credits(notebook: Notebook, rest: str) -> Bundle:
    """The balance of each account; one that fails does not hide the others."""
    only = provider_named(rest)
    accounts = [provider for provider in providers().values() if not provider.account]
    with_key = [provider for provider in accounts if has_key(provider, notebook.settings, notebook.session.keys)]
    ready = [only] if only else with_key
    rows = [(provider.title, left(notebook, provider)) for provider in ready]
    if not rows:
        return line_bundle("No key is set, so there is no account to look up. %nbreason models names the variables.")
    return table(("account", "left"), rows)


def left(notebook: Notebook, provider: Provider) -> str:
    """The balance of one account, or why it is not known."""
    try:
        balance: Money | None = notebook.session.credits(provider)
    except NBReasonError as error:
        return str(error)
    if balance:
        return str(balance)
    last = notebook.session.runner.last_balance(provider)
    return f"{last} at the last answer" if last else "not reported"


def provider_named(name: str) -> Provider | None:
    """The provider of that name, or None for no name.  Raises UsageError that suggests the nearest one."""
    if not name:
        return None
    if name in providers():
        return providers()[name]
    raise UsageError(f"There is no provider {name!r}. {did_you_mean(name, providers())}")

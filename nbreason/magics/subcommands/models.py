"""``%nbreason models``, ``use`` and ``credits``: the models, the default model, and the balances of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbreason.asking.choice import allowed, has_key, list_models
from nbreason.config.endpoints import key_names
from nbreason.core.options import AskOptions
from nbreason.core.phrases import did_you_mean
from nbreason.core.usage import Money
from nbreason.errors import NBReasonError, UsageError
from nbreason.magics.parser import parse
from nbreason.magics.subcommands.registry import subcommand
from nbreason.providers import providers
from nbreason.providers.base import Provider
from nbreason.render.bundle import line_bundle
from nbreason.render.tables import table

if TYPE_CHECKING:
    from nbreason.core.models import ModelFacts
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle

ANY = "NAME"
"""Stands for a model's name if only the server knows its models."""


@subcommand("[PROVIDER]", "the models, what they take, and whether there is a key", "providers")
def models(notebook: Notebook, rest: str) -> Bundle:
    """One row for each model in the tables, and one for each provider whose models only its server knows."""
    only = provider_named(rest)
    listed = [(choice.provider, choice.model, choice.facts) for choice in list_models(notebook.settings)]
    names = {provider.name for provider, _, _ in listed}
    open_ended = [
        (provider, ANY, provider.unknown)
        for provider in providers().values()
        if provider.name not in names and allowed(f"{provider.name}:{ANY}", notebook.settings)
    ]
    rows = [
        row(notebook, provider, name, facts)
        for provider, name, facts in sorted(listed + open_ended, key=lambda found: (found[0].rank, found[0].name))
        if only is None or provider is only
    ]
    aliases = ", ".join(f"{alias} = {name}" for alias, name in notebook.settings.aliases.items())
    note = (
        "Any other model can be used as provider:model, with text only. NBReason.models corrects the facts."
        " %nbreason login PROVIDER asks for a key."
    )
    if of := notebook.settings.configured_allowed or notebook.settings.allowed:
        note = f"Only these may be used here: {', '.join(of)} (NBReason.allowed)."
    return table(
        ("provider", "model", "images", "effort", "context", "key"),
        rows,
        f"{note} Aliases: {aliases}." if aliases else note,
    )


def row(notebook: Notebook, provider: Provider, name: str, facts: ModelFacts) -> tuple[str, ...]:
    """A model as a row of the table."""
    images = {"any": "any number", None: "unknown", 0: "no"}.get(facts.images, f"up to {facts.images}")
    efforts = "passed on" if facts.efforts is None else " ".join(facts.efforts) or "none"
    window = f"{facts.context // 1000}k" if facts.context else "unknown"
    return provider.title, f"{provider.name}:{name}", images, efforts, window, key_status(notebook, provider)


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
    return line_bundle(f"{choice.name}{effort} is now the default in this kernel.{key}")


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

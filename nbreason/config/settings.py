"""Settings, as the rest of IPython has them: ``%config NBReason.model = "segmind:o3"`` for this kernel, or
``c.NBReason.model = …`` in ``ipython_config.py`` for a person or, system-wide, for a class."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from weakref import WeakKeyDictionary

from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode, validate
from traitlets.config import Configurable

from nbreason.errors import UsageError

CONFIGURED: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()
"""Shell -> the limits of its configuration, and the settings that could undo them."""

UNDOES = {"endpoints": "allowed", "models": "allowed", "save": "budget"}
"""A setting -> the limit that it could undo: with that limit in the configuration, the configuration alone sets it."""

ATTACHED = ("figures", "images", "data", "cells", "errors")


class NBReason(Configurable):
    """Settings of nbreason."""

    model = Unicode(
        "",
        help="Model to use, provider:model or an alias; empty: that of the first provider with a key, else rehearsal.",
    ).tag(config=True)
    effort = Unicode("", help="Reasoning effort; empty: the provider's default.").tag(config=True)
    system = Unicode("", help="Instructions that are sent with each question.").tag(config=True)
    timeout = Float(1200.0, min=1.0, help="Seconds to wait for a complete answer.").tag(config=True)
    poll = Bool(
        False,
        help="Whether to use --poll wherever a provider offers it: no connection is held open while a model thinks.",
    ).tag(config=True)
    allowed = List(
        Unicode(),
        help='Models that may be used, as names or patterns: ["segmind:*", "rehearsal:*"]; empty: all. A notebook'
        " cannot allow more than the configuration file.",
    ).tag(config=True)
    aliases = Dict(help='Short names for models: {"fast": "segmind:o3-mini"}.').tag(config=True)
    endpoints = Dict(
        help='Base URLs of providers: {"segmind": "https://proxy.example.org"}, or a dict of url, wire (chat or'
        " responses), key_env (variable with the key), ca (file of a certificate authority), proxy and headers."
        " NBREASON_<PROVIDER>_URL in the environment overrides url. With allowed in a configuration file, endpoints and"
        " models are set there only."
    ).tag(config=True)
    models = Dict(
        help='Facts about models that override or extend the built-in ones: {"segmind:o1-preview": {"images": 5}}; the'
        ' name may be a pattern: {"ollama:*-vl*": {"images": 5}}. See docs/providers.md.'
    ).tag(config=True)
    rows = Int(9, min=0, max=10_000, help="Rows to include of a long dataframe.").tag(config=True)
    columns = Int(40, min=1, max=10_000, help="Columns of a dataframe to describe.").tag(config=True)
    description_tokens = Int(
        3_000,
        min=200,
        max=100_000,
        help="Maximum size of the description of one object, cell or error, in estimated tokens (about four characters"
        " of English each).",
    ).tag(config=True)
    figure_memory = Int(
        64,
        min=1,
        max=4_096,
        help="Megabytes of shown figures to keep for --figs; beyond that the oldest are dropped.",
    ).tag(config=True)
    live = Enum(
        ["auto", "on", "off"],
        "auto",
        help="Whether to stream answers with a live panel; auto: if the front end supports it.",
    ).tag(config=True)
    replay = Enum(
        ["on", "lenient", "only", "off"],
        "on",
        help="When to replay saved answers. on: for exactly the same request; without a key, also if the turns above"
        " have changed. lenient: always also then. only: as lenient, and never send anything. off: never.",
    ).tag(config=True)
    budget = Unicode(
        "", help="Budget of each notebook, such as 5 usd; a notebook cannot raise that of the configuration file."
    ).tag(config=True)
    variables = Bool(True, help="Whether --error includes the local variables of your own functions, shortened.").tag(
        config=True
    )
    attach = List(
        Enum(ATTACHED),
        list(ATTACHED),
        help="What may be attached: figures, images (files and variables), data (--with, {{ expr }}), cells, errors. A"
        " notebook cannot allow more than the configuration file.",
    ).tag(config=True)
    mask = Bool(False, help="Whether to remove e-mail addresses and apparent secrets from attached data.").tag(
        config=True
    )
    secrets = Enum(
        ["refuse", "ask", "off"],
        "refuse",
        help="What to do if a question contains an apparent key or password.",
    ).tag(config=True)
    save = Bool(True, help="Whether to save conversations on disk; off: in memory only.").tag(config=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # As they were when nbreason was first loaded into a shell: %config changes what a second load finds there.
        limits = {name: deepcopy(getattr(self, name)) for name in ("budget", "allowed", "attach", *UNDOES)}
        if self.parent is not None:
            limits = CONFIGURED.setdefault(self.parent, limits)
        self.configured_budget: str = limits["budget"]
        self.configured_allowed: list[str] = limits["allowed"]
        self.configured_attach: list[str] = limits["attach"]
        self.configured_endpoints: dict[str, Any] = limits["endpoints"]
        self.configured_models: dict[str, Any] = limits["models"]
        self.configured_save: bool = limits["save"]
        for name, limit in UNDOES.items():
            if limits[limit]:
                setattr(self, name, deepcopy(limits[name]))

    @property
    def fixed(self) -> bool:
        """Whether the configuration alone sets addresses, the names of keys and the ids of models."""
        return bool(getattr(self, "configured_allowed", ()))

    @property
    def effective_endpoints(self) -> Mapping[str, Any]:
        """`endpoints`, of the configuration if that fixes them."""
        return self.configured_endpoints if self.fixed else self.endpoints

    @property
    def effective_models(self) -> Mapping[str, Any]:
        """`models`, of the configuration if that fixes them."""
        return self.configured_models if self.fixed else self.models

    @validate(*UNDOES)
    def _not_undone(self, proposal: Any) -> Any:
        name, value = proposal.trait.name, proposal.value
        limit = UNDOES[name]
        if getattr(self, f"configured_{limit}", "") and value != getattr(self, f"configured_{name}", value):
            raise TraitError(f"NBReason.{name} is fixed here, because the configuration sets NBReason.{limit}.")
        return value


def of_shell(shell: Any) -> NBReason:
    """The settings of a shell, from its configuration.  Raises UsageError in one line."""
    try:
        return NBReason(parent=shell)
    except TraitError as error:
        raise UsageError(f"The settings cannot be used: {' '.join(str(error).split())}") from None

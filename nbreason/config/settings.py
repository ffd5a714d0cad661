"""Settings, as the rest of IPython has them: ``%config NBReason.model = "segmind:o3"`` for this kernel, or
``c.NBReason.model = …`` in ``ipython_config.py`` for a person or, system-wide, for a class."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode
from traitlets.config import Configurable

from nbreason.errors import UsageError

CONFIGURED: WeakKeyDictionary[Any, tuple[str, list[str], list[str]]] = WeakKeyDictionary()
"""Shell -> the limits of its configuration, which a notebook cannot widen."""

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
    allowed = List(
        Unicode(),
        help='Models that may be used, as names or patterns: ["segmind:*", "rehearsal:*"]; empty: all. A notebook'
        " cannot allow more than the configuration file.",
    ).tag(config=True)
    aliases = Dict(help='Short names for models: {"fast": "segmind:o3-mini"}.').tag(config=True)
    endpoints = Dict(
        help='Base URLs of providers: {"segmind": "https://proxy.example.org"}, or a dict of url, wire (chat or'
        " responses), key_env (variable with the key), ca (file of a certificate authority), proxy and headers."
        " NBREASON_<PROVIDER>_URL in the environment overrides url."
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
        ["on", "off", "only"],
        "on",
        help="Whether to replay the saved answer of a question that was asked before; only: never send anything.",
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
        limits: tuple[str, list[str], list[str]] = self.budget, list(self.allowed), list(self.attach)
        if self.parent is not None:
            limits = CONFIGURED.setdefault(self.parent, limits)
        self.configured_budget, self.configured_allowed, self.configured_attach = limits


def of_shell(shell: Any) -> NBReason:
    """The settings of a shell, from its configuration.  Raises UsageError in one line."""
    try:
        return NBReason(parent=shell)
    except TraitError as error:
        raise UsageError(f"The settings cannot be used: {' '.join(str(error).split())}") from None

"""The rehearsal: a server on this machine that answers like a provider, asks no model and costs nothing.

It is the default as long as no key is set.  The client side here is the ordinary one, over real HTTP; the
server shares no code with it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from nbreason.core.models import OPENAI_MODELS
from nbreason.core.usage import Money, amount
from nbreason.providers.base import BalanceQuery, Provider
from nbreason.providers.openai import PARAMS
from nbreason.wire.polling import RESPONSES

if TYPE_CHECKING:
    from nbreason.rehearsal import Rehearsal


def start() -> str:
    """The address of the server, which is started on first use in this process."""
    return _server(os.getpid()).url


@cache
def _server(process: int) -> Rehearsal:
    # By process: a forked child has the parent's memory but not its server thread.
    from nbreason.rehearsal import start as start_server

    return start_server()


def balance(reply: Mapping[str, Any]) -> Money | None:
    """``{"balance": 99.8, "status": "current", …}``."""
    left = amount(reply.get("balance"))
    return None if left is None else Money(left, "play credits")


PROVIDER = Provider(
    name="rehearsal",
    title="The rehearsal server",
    start=start,
    placeholder="rehearsal",
    default_model="o3",
    models={
        name: replace(facts, images=5 if facts.images else 0, image_bytes=10_000_000, params=PARAMS)
        for name, facts in OPENAI_MODELS.items()
    },
    unit="play credits",
    balance=BalanceQuery("/v1/billing/balance", balance),
    balance_headers=("x-remaining-credits",),
    costs=(("meta.usage.credits_used", "play credits"),),
    polling=RESPONSES,
    note="asks no model, costs nothing",
    confirmed=("everything: it is a part of this package",),
)

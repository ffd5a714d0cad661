"""Segmind: the model is part of the path, the key goes in ``x-api-key``, no stream is documented.

Source: the pages of the models o3, o3-mini and o1-preview.  `x-remaining-credits` is documented; `x-cost` and
`x-request-id` have been seen in replies; the balance endpoint is known from public clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbreason.core.models import OPENAI_MODELS
from nbreason.core.usage import Money, amount
from nbreason.providers.base import Auth, BalanceQuery, Provider

MEGABYTE = 1_000_000


def balance(reply: Mapping[str, Any]) -> Money | None:
    """``{"credits": 0.0, "free-credits": 0.018}``: both can be spent, so both count."""
    parts = [amount(reply.get(name)) for name in ("credits", "free-credits")]
    known = [part for part in parts if part is not None]
    return Money(sum(known), "credits") if known else None


PROVIDER = Provider(
    name="segmind",
    title="Segmind",
    base_url="https://api.segmind.com",
    keys=("SEGMIND_API_KEY",),
    auth=Auth("x-api-key", ""),
    path="/v1/{model}",
    streams=False,
    default_model="o3",
    models={
        name: replace(facts, images=5 if facts.images is None else 0, image_bytes=10 * MEGABYTE)
        for name, facts in OPENAI_MODELS.items()
        if name in ("o3", "o3-mini", "o1-preview")
    },
    balance_headers=("x-remaining-credits",),
    cost_headers=("x-cost",),
    rank=10,
    balance=BalanceQuery("/v1/get-user-credits", balance),
)

"""Segmind: the model is part of the path, the key goes in ``x-api-key``, no stream is documented.

Source: the pages of the models o3, o3-mini and o1-preview.  `x-remaining-credits` is documented; `x-cost`,
`x-request-id` and the rate-limit header have been seen in replies; the balance endpoint is known from public
clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbreason.core.models import OPENAI_MODELS
from nbreason.core.usage import Money, amount
from nbreason.providers.base import Auth, BalanceQuery, Provider
from nbreason.providers.openai import GPT
from nbreason.wire.polling import SEGMIND

MEGABYTE = 1_000_000
MODELS = {**OPENAI_MODELS, "gpt-4o": GPT}


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
        # No parameter for JSON is documented, so it is asked for in words.
        name: replace(MODELS[name], images=most, image_bytes=10 * MEGABYTE, image_extras=("url",), json=(), params=())
        for name, most in (("o3", 5), ("o3-mini", 0), ("o4-mini", 5), ("gpt-4o", 5), ("o1-preview", 0))
    },
    weighted=True,
    balance_headers=("x-remaining-credits",),
    cost_headers=("x-cost",),
    rate_headers=(("requests", "x-rate-limit-remaining"),),
    costs=(("metrics.cost", "credits"),),
    polling=SEGMIND,
    rank=10,
    balance=BalanceQuery("/v1/get-user-credits", balance),
    confirmed=(
        "path `/v1/<model>`, header `x-api-key`, roles system, user and assistant, up to 5 images of 10 MB for o3,"
        " none for o3-mini, header `x-remaining-credits`, 406 for too few credits: the models' pages; of o4-mini and"
        " gpt-4o path, header, roles and 406",
    ),
    assumed=(
        "`--poll`: its page on asynchronous inference has the paths and states of v2 and `metrics.cost`, but shows no"
        " answer of a language model: `output` is taken to be a chat completion, as an object or as text, or the text",
        "o4-mini and gpt-4o read images, with the limits of o3; their windows are OpenAI's",
        "`reasoning_effort` and `max_completion_tokens` at the top level of the body",
        "o3 takes a picture by its https address in the form that the page of o1-preview shows",
        "o1-preview reads text only: its page says it sees images, OpenAI and AI/ML API say it does not",
        "o1-preview takes `x-api-key` like the others, although its page shows a Bearer key",
        "`x-cost` is in credits; `/v1/get-user-credits` gives the balance",
        "no JSON parameter and no streaming: neither is documented",
    ),
)

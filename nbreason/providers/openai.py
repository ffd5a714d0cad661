"""OpenAI itself.

Source: its API reference and model pages.  `max_tokens` is refused by its reasoning models.  Replies carry
rate limits, never cost or balance.
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.core.models import GPT5, IMAGE_EXTRAS, JSON, OPENAI_MODELS, ModelFacts
from nbreason.providers.base import Provider
from nbreason.providers.open_models import OPEN_MODELS
from nbreason.wire.polling import RESPONSES

PARAMS = ("metadata", "service_tier", "user")
GPT = ModelFacts(
    images="any",
    image_extras=IMAGE_EXTRAS,
    efforts=(),
    window=128_000,
    max_output=16_384,
    json=JSON,
    params=PARAMS,
)

PROVIDER = Provider(
    name="openai",
    title="OpenAI",
    base_url="https://api.openai.com",
    keys=("OPENAI_API_KEY",),
    default_model="gpt-5-mini",  # o4-mini was retired in October 2026, by the list of `snapshot.json`
    models={
        **{name: replace(facts, params=PARAMS) for name, facts in OPENAI_MODELS.items() if name != "o1-preview"},
        **dict.fromkeys(("gpt-5", "gpt-5-mini"), replace(GPT5, params=(*PARAMS, "verbosity"))),
        "gpt-4.1": replace(GPT, window=1_047_576, max_output=32_768),
        "gpt-4o": GPT,
    },
    own_id_header="x-client-request-id",
    catalogue=OPEN_MODELS,
    polling=RESPONSES,
    rank=30,
    confirmed=(
        "`--poll`: its guide to background mode (an answer is kept for about 10 minutes)",
        "both wires, run with OpenAI's own Python client against the rehearsal server",
    ),
    assumed=("efforts, windows and limits of the models: from its model pages, not tried with a key",),
)

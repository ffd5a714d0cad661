"""OpenAI itself.

Source: its API reference and model pages.  `max_tokens` is refused by its reasoning models.  Replies carry
rate limits, never cost or balance.
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.core.models import IMAGE_EXTRAS, JSON, OPENAI_MODELS, SAMPLING, ModelFacts
from nbreason.providers.base import Provider
from nbreason.providers.open_models import OPEN_MODELS
from nbreason.wire.polling import RESPONSES

PARAMS = ("metadata", "service_tier", "user")
GPT5 = ModelFacts(
    images="any",
    image_extras=IMAGE_EXTRAS,
    efforts=("minimal", "low", "medium", "high"),
    window=400_000,
    max_input=272_000,
    max_output=128_000,
    json=JSON,
    refuses=(*SAMPLING, "stop"),
    params=(*PARAMS, "verbosity"),
)
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
    default_model="o4-mini",
    models={
        **{name: replace(facts, params=PARAMS) for name, facts in OPENAI_MODELS.items() if name != "o1-preview"},
        "gpt-5": GPT5,
        "gpt-5-mini": GPT5,
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

"""Groq.

Source: its page on OpenAI compatibility.
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.core.models import UNKNOWN
from nbreason.providers.base import Provider
from nbreason.providers.open_models import OPEN_MODELS

PROVIDER = Provider(
    name="groq",
    title="Groq",
    base_url="https://api.groq.com/openai",
    keys=("GROQ_API_KEY",),
    unknown=replace(UNKNOWN, json=("object", "schema"), refuses=("logprobs", "logit_bias", "top_logprobs")),
    catalogue=OPEN_MODELS,
    rank=55,
    confirmed=("address, Bearer key, parameters that it refuses: its page on OpenAI compatibility",),
    assumed=(
        "`max_completion_tokens`, JSON formats, and `context_window` in its list of models (seen in public clients)",
        "at most five images: its own error says so if there are more",
    ),
)

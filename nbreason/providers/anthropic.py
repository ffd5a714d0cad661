"""Anthropic, through its endpoint for OpenAI's clients.

Source: its page on OpenAI SDK compatibility, which lists what is supported and what is ignored.
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.core.models import UNKNOWN
from nbreason.providers.base import Provider

IGNORED = (
    *("frequency_penalty", "logit_bias", "logprobs", "metadata", "modalities", "prediction", "presence_penalty"),
    *("seed", "service_tier", "store", "top_logprobs", "user"),
)

PROVIDER = Provider(
    name="anthropic",
    title="Anthropic",
    base_url="https://api.anthropic.com",
    keys=("ANTHROPIC_API_KEY",),
    # `reasoning_effort` and `response_format` are ignored there as well, which nobody would notice.
    unknown=replace(UNKNOWN, efforts=(), json=(), refuses=IGNORED, cap="max_tokens"),
    rate_headers=(),
    rank=50,
    confirmed=("address, Bearer key, what is ignored: its page on OpenAI SDK compatibility",),
    assumed=("images as data URIs: the page shows image parts, not their limits",),
)

"""AI/ML API on its Responses endpoint: the same account and models, another wire.

Source: its published OpenAPI files ``…-RESPONSES.json`` and the sample replies of the models' pages.
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.providers.aimlapi import MODELS
from nbreason.providers.aimlapi import PROVIDER as CHAT

PROVIDER = replace(
    CHAT,
    name="aimlapi-responses",
    title="AI/ML API (Responses)",
    account="aimlapi",
    wire="responses",
    models=MODELS,
    rank=21,
    confirmed=("ids, input items, `reasoning`, `text`, `max_output_tokens` from 16 up: the OpenAPI files",),
    assumed=("the event types of its stream, which are taken to be OpenAI's",),
)

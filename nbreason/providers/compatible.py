"""Any other server that speaks OpenAI's chat completions (or Responses): its address is in the settings.

c.NBReason.endpoints = {"compatible": {"url": "https://llm.example.org/v1", "key_env": "MY_KEY"}}
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.providers.base import LOCAL, USAGE_COST, Provider
from nbreason.providers.open_models import OPEN_MODELS

PROVIDER = Provider(
    name="compatible",
    title="The compatible server",
    keys=("COMPATIBLE_API_KEY",),
    placeholder="none",
    # Whether it has a parameter for JSON is not known either: words do.
    unknown=replace(LOCAL, json=()),
    unit="USD",
    costs=USAGE_COST,
    catalogue=OPEN_MODELS,
    rank=95,
    note="address in NBReason.endpoints",
    confirmed=("nothing: it is whatever the address leads to",),
    assumed=(
        "its models take what models of the same name take at their makers",
        "`usage.cost`, where a reply has it, is in USD, as with OpenRouter and LiteLLM",
    ),
)

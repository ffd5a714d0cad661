"""LM Studio's server on this machine.

Source: its pages on OpenAI-compatible endpoints and on structured output: port 1234, no key, JSON by schema.
"""

from __future__ import annotations

from dataclasses import replace

from nbreason.providers.base import LOCAL, Provider

PROVIDER = Provider(
    name="lmstudio",
    title="LM Studio",
    base_url="http://localhost:1234",
    keys=("LMSTUDIO_API_KEY", "LM_API_TOKEN"),
    placeholder="lm-studio",
    # Any object without a schema (`json_object`) is refused there.
    unknown=replace(LOCAL, json=("schema",)),
    rank=91,
    note="models of this machine",
    confirmed=("port, JSON by schema: its pages",),
    assumed=(
        "JSON without a schema is refused (seen in public clients)",
        "a model on this machine may read images where nobody says otherwise",
    ),
)

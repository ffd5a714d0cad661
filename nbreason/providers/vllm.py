"""A vLLM server.

Source: its page on the OpenAI-compatible server: port 8000, a key only if the server was started with one,
`reasoning` (earlier `reasoning_content`) beside the text.
"""

from __future__ import annotations

from nbreason.providers.base import LOCAL, Provider
from nbreason.providers.open_models import OPEN_MODELS

PROVIDER = Provider(
    name="vllm",
    title="vLLM",
    base_url="http://localhost:8000",
    keys=("VLLM_API_KEY",),
    placeholder="EMPTY",
    unknown=LOCAL,
    catalogue=OPEN_MODELS,
    rank=92,
    note="models of this machine",
    confirmed=("port, both names of the reasoning text: its pages",),
    assumed=("a model on this machine may read images where nobody says otherwise",),
)

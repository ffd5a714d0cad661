"""Ollama on this machine.

Source: its page on OpenAI compatibility: port 11434, no key, `max_tokens`, `reasoning_effort`, `response_format`,
base64 images.  Which models there are is only known there.
"""

from __future__ import annotations

from nbreason.providers.base import LOCAL, Provider

PROVIDER = Provider(
    name="ollama",
    title="Ollama",
    base_url="http://localhost:11434",
    keys=("OLLAMA_API_KEY",),
    placeholder="ollama",
    unknown=LOCAL,
    rank=90,
    note="models of this machine",
    confirmed=("port, request fields, images as base64: its page on OpenAI compatibility",),
    assumed=("a model on this machine may read images where nobody says otherwise",),
)

"""Azure OpenAI on its v1 path: the address is that of one's own resource, and a model is the name of a deployment.

c.NBReason.endpoints = {"azure": "https://RESOURCE.openai.azure.com/openai/v1"}

Source: its pages on the v1 API and on the REST API.
"""

from __future__ import annotations

from nbreason.providers.base import Auth, Provider
from nbreason.providers.openai import PROVIDER as OPENAI

PROVIDER = Provider(
    name="azure",
    title="Azure OpenAI",
    keys=("AZURE_OPENAI_API_KEY",),
    auth=Auth("api-key", ""),
    models=OPENAI.models,
    request_id_headers=("apim-request-id", "x-request-id"),
    rank=58,
    note="address in NBReason.endpoints",
    confirmed=("path `/openai/v1`, no api-version: its page on the v1 API", "header `api-key`: its REST reference"),
    assumed=("a deployment that is called as a model of OpenAI is that model", "the header with the request's id"),
)

"""The GET endpoints: balances and the list of models."""

from __future__ import annotations

import time

from .models import Model, Models
from .values import JSON
from .wires import usd

# Path (without OpenRouter's /api) -> the wire whose key and errors it uses.
ENDPOINTS = {
    "/v1/models": "chat",
    "/v1/get-user-credits": "segmind",
    "/v2/billing": "chat",
    "/v1/billing/balance": "chat",
    "/v1/key": "chat",
}


def answer(name: str, left: float, full: float, models: Models) -> JSON:
    """The body for ``name``; ``left`` and ``full`` are credits now and at the start."""
    if name == "/v1/get-user-credits":  # Segmind
        return {"credits": left, "free-credits": 0.0}
    if name == "/v2/billing":  # AI/ML API, in USD
        return {"current_balance": usd(left), "currency": "USD"}
    if name == "/v1/billing/balance":  # AI/ML API, older, in credits
        return {
            "balance": left,
            "lowBalance": left < 1,
            "lowBalanceThreshold": 1,
            "lastUpdated": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "autoDebitStatus": "disabled",
            "status": "current",
            "statusExplanation": "Practice credits of the rehearsal server",
        }
    if name == "/v1/key":  # OpenRouter, in USD
        return {
            "data": {
                "label": "rehearsal",
                "limit": usd(full),
                "limit_remaining": usd(left),
                "usage": usd(full - left),
                "is_free_tier": False,
            }
        }
    return {"object": "list", "data": [_model(model) for model in models.by_name.values()]}


def _model(model: Model) -> JSON:
    name, dated = model.name, model.dated
    return {
        "id": name,
        "object": "model",
        "created": 1745000000,
        "owned_by": "rehearsal",
        "aliases": sorted({dated, f"openai/{dated}"} - {name}),
        "type": "openai/chat-completions",
        "info": {
            "name": name,
            "developer": "rehearsal",
            "contextLength": model.window,
            "outputMax": model.most,
        },
        "tags": [],
        "modalities": {"input": ["text", "image"] if model.images else ["text"], "output": ["text"]},
    }

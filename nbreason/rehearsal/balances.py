"""The balance endpoints."""

from __future__ import annotations

import time

from .values import JSON
from .wires import usd

# Path (without OpenRouter's /api) -> the wire whose key and errors it uses.
ENDPOINTS = {
    "/v1/get-user-credits": "segmind",
    "/v2/billing": "chat",
    "/v1/billing/balance": "chat",
    "/v1/key": "chat",
    "/user/balance": "chat",
}


def answer(name: str, left: float, full: float) -> JSON:
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
    if name == "/user/balance":  # DeepSeek, in USD
        return {"is_available": left > 0, "balance_infos": [{"currency": "USD", "total_balance": f"{usd(left):.2f}"}]}
    return {  # OpenRouter, in USD
        "data": {
            "label": "rehearsal",
            "limit": usd(full),
            "limit_remaining": usd(left),
            "usage": usd(full - left),
            "is_free_tier": False,
        }
    }

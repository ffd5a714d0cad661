"""DeepSeek.

Source: its API reference and its guide to the thinking mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbreason.core.models import UNKNOWN
from nbreason.core.usage import Money, amount
from nbreason.providers.base import BalanceQuery, Provider
from nbreason.providers.open_models import OPEN_MODELS
from nbreason.wire.values import items


def balance(reply: Mapping[str, Any]) -> Money | None:
    """``{"balance_infos": [{"currency": "USD", "total_balance": "110.00"}]}``: that in USD, or else the first."""
    found = sorted(items(reply.get("balance_infos")), key=lambda info: info.get("currency") != "USD")
    left = amount(found[0].get("total_balance")) if found else None
    return None if left is None else Money(left, str(found[0].get("currency") or "USD"))


PROVIDER = Provider(
    name="deepseek",
    title="DeepSeek",
    base_url="https://api.deepseek.com",
    keys=("DEEPSEEK_API_KEY",),
    # It has JSON without a schema only; that is asked for in words, as the schema is.
    unknown=replace(UNKNOWN, cap="max_tokens", json=()),
    unit="USD",
    rate_headers=(),
    balance=BalanceQuery("/user/balance", balance),
    catalogue=OPEN_MODELS,
    rank=53,
    confirmed=(
        "address, Bearer key, `max_tokens`, `reasoning_content`, `/models`, `/user/balance`: its API reference",
        "`reasoning_effort` low, high, max: its guide to the thinking mode",
    ),
    assumed=("no JSON by schema: only `json_object` is documented",),
)

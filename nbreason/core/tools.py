"""Tools that a model may use: those that the provider runs pass, those that the client would have to run do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbreason.errors import Refused

CLIENT = frozenset(
    {
        *("function", "custom", "computer", "computer_use", "computer_use_preview", "computer-preview"),
        *("local_shell", "shell", "apply_patch"),
    }
)
"""Types of tools whose calls come back to the client, by OpenAI's API reference."""


def check_tools(asked: str, params: Mapping[str, Any]) -> None:
    """Refuse tools that nbreason would have to run: the answer would be a call of one, and paid for.

    asked: the model as people name it; params: those of `--param`
    """
    tools = params.get("tools")
    if tools is None:
        return
    kinds = [tool.get("type") if isinstance(tool, Mapping) else None for tool in tools] if _is_list(tools) else [None]
    if any(not isinstance(kind, str) for kind in kinds):
        raise Refused('--param tools is a list such as [{"type": "web_search"}]. Nothing was sent.')
    if client := sorted({str(kind) for kind in kinds} & CLIENT):
        raise Refused(
            f"nbreason runs no tools of its own, so {asked} cannot be given the tool type {client[0]!r}: tools that the"
            " provider runs, such as web search, can be used. Nothing was sent."
        )


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)

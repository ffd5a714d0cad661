"""Makes the snapshot of models' facts and prices that the package carries, from LiteLLM's published list::

    pip download --no-deps litellm
    python docs/tools/snapshot.py litellm-*.whl

The date in the file is that of the day on which this runs, so take the newest wheel.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "nbreason" / "providers" / "snapshot.json"
LIST = "litellm/model_prices_and_context_window_backup.json"
LICENCE = "MIT, Copyright (c) 2023 Berri AI"
FIELDS = ("images", "efforts", "max_input", "max_output", "price_in", "price_out", "price_cached")
PROVIDERS = {
    "anthropic": "anthropic",
    "azure": "azure",
    "deepseek": "deepseek",
    "fireworks": "fireworks_ai",
    "google": "gemini",
    "groq": "groq",
    "mistral": "mistral",
    "openai": "openai",
    "together": "together_ai",
    "xai": "xai",
}
"""Our name of a provider -> LiteLLM's, which is also the prefix of its models."""
NOT_TEXT = ("audio", "realtime", "image", "tts", "transcribe", "lyria", "veo", "robotics", "guard", "embed", "ft:")
REGIONS = ("eu/", "us/", "global/", "global-standard/", "apac/")
SMALLEST = 32_768
LEVELS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def main(wheel: str) -> None:
    """Write the snapshot."""
    with zipfile.ZipFile(wheel) as packed:
        found = json.loads(packed.read(LIST))
    head = {
        "source": "LiteLLM's model_prices_and_context_window.json",
        "version": Path(wheel).name.split("-")[1],
        "licence": LICENCE,
        "date": date.today().isoformat(),
        "fields": FIELDS,
    }
    blocks = [block(ours, theirs, found) for ours, theirs in PROVIDERS.items()]
    lines = [json.dumps(head, indent=1)[:-2] + ",", ' "models": {', ",\n".join(blocks), " }", "}", ""]
    FILE.write_text("\n".join(lines), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size:,} bytes")


def block(ours: str, theirs: str, found: Mapping[str, Any]) -> str:
    """The models of one provider, a line each."""
    named = {
        name.removeprefix(f"{theirs}/"): row(theirs, entry)
        for name, entry in sorted(found.items())
        if entry.get("litellm_provider") == theirs and wanted(name.removeprefix(f"{theirs}/"), entry)
    }
    lines = [f"   {json.dumps(name)}: {json.dumps(facts, separators=(',', ':'))}" for name, facts in named.items()]
    return "\n".join([f'  "{ours}": {{', ",\n".join(lines), "  }"])


def wanted(name: str, entry: Mapping[str, Any]) -> bool:
    """Whether a model reads and writes text, and enough of it for a question with its data."""
    return (
        entry.get("mode") in ("chat", "responses")
        and not name.startswith(REGIONS)
        and (entry["litellm_provider"] != "fireworks_ai" or name.startswith("accounts/"))  # the others are short names
        and not any(word in name for word in NOT_TEXT)
        and (entry.get("max_input_tokens") or 0) >= SMALLEST
    )


def row(provider: str, entry: Mapping[str, Any]) -> list[Any]:
    """The facts of a model in the order of FIELDS; null where the list does not say."""
    sees, kinds = entry.get("supports_vision"), entry.get("supported_modalities")
    facts = [
        True if sees or "image" in (kinds or ()) else False if sees is False or kinds else None,
        efforts(provider, entry),
        *(entry.get(f"max_{way}_tokens") for way in ("input", "output")),
        # The list has 0 where a model is in a free trial, and where nobody has written its price.
        *(entry.get(f"{what}_cost_per_token") or None for what in ("input", "output")),
        entry.get("cache_read_input_token_cost") or None,
    ]
    while facts[-1] is None:
        facts.pop()
    return facts


def efforts(provider: str, entry: Mapping[str, Any]) -> str | None:
    """The efforts in one string.  The list has them for newer models; OpenAI's older ones have the usual three."""
    levels = entry.get("reasoning_effort_levels")
    if levels is None:
        said = {level: entry.get(f"supports_{level}_reasoning_effort") for level in LEVELS}
        if not any(value is not None for value in said.values()) and provider not in ("openai", "azure"):
            return None
        if not entry.get("supports_reasoning"):
            return None
        said = {"low": True, "medium": True, "high": True} | {k: v for k, v in said.items() if v is not None}
        levels = [level for level in LEVELS if said.get(level)]
    return " ".join(levels)


if __name__ == "__main__":
    main(*sys.argv[1:])

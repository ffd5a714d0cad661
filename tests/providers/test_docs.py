"""docs/providers.md explains what a provider's file and an endpoint can say."""

from __future__ import annotations

from pathlib import Path

from nbreason.config.endpoints import OPTIONS
from nbreason.core.models import ModelFacts

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"


def test_each_fact_and_each_word_of_an_endpoint_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    explained = set(ModelFacts.__dataclass_fields__) - {"sources"}
    assert set() == {name for name in explained if f"`{name}`" not in text}
    assert set() == {name for name in OPTIONS if f'"{name}"' not in text}

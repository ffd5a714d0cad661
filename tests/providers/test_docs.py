"""docs/providers.md says what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nbreason.config.endpoints import NAMES
from nbreason.core.models import ModelFacts
from nbreason.providers import providers
from nbreason.providers.describe import TABLES, renewed

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"


def test_the_tables_have_not_drifted() -> None:
    """If they have: ``python -m nbreason.providers.describe docs/providers.md``."""
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text)


def test_each_table_stands_in_the_page_once_and_a_change_would_be_seen() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [1] * len(TABLES) == [text.count(f"<!-- {name}: made by") for name in TABLES]
    assert text != renewed(text).replace("x-api-key", "x-other-key")


def test_each_fact_and_each_word_of_an_endpoint_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    explained = set(ModelFacts.__dataclass_fields__) - {"known"}
    assert set() == {name for name in explained if f"`{name}`" not in text}
    assert set() == {name for name in NAMES if f'"{name}"' not in text}


def test_the_tables_can_be_made_from_the_command_line() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "nbreason.providers.describe"], capture_output=True, text=True, check=True, timeout=30
    )
    assert all(f"`{name}`" in made.stdout for name in providers())

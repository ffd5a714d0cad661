"""The page of options and subcommands says what the parsers know."""

from __future__ import annotations

from pathlib import Path

from nbreason.magics.reference import page

PAGE = Path(__file__).parent.parent.parent / "docs" / "commands.md"


def test_the_page_of_commands_is_up_to_date() -> None:
    """Renew it by ``python -m nbreason.magics.reference > docs/commands.md``."""
    assert PAGE.read_text(encoding="utf-8") == page()

"""What Run All without a key would miss, as far as the conversation and the saved notebook tell.

Nothing is run: what a cell attaches is not looked at.  ``nbreason replay check`` runs the notebook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from nbreason.core.parts import Text
from nbreason.store.exchanges import Exchange
from nbreason.store.files import read_regular

LARGEST = 64 * 1024 * 1024
"""Bytes of a notebook; a larger one is not looked at."""
SENDS_NOTHING = r"(?!.*\s(?:--dry-run|-n|--help|-h)\b)"
MAGIC = re.compile(rf"^ *(?:\w+ *= *)?{SENDS_NOTHING}(?:%%reason\b.*\n|%reason )(.*)", re.MULTILINE)
"""The first line of a question."""


def misses(turns: Sequence[Exchange], stale: Collection[str | None], notebook: Path | None) -> list[str]:
    """A line for each question that has no answer for somebody without a key: from top to bottom, then the rest.

    turns:    all turns of the notebook, with those whose answer is incomplete
    stale:    the owners of the turns whose context has changed since
    notebook: its saved file, if there is one
    """
    found, missed = [], False
    sources = asking_cells(notebook) if notebook else {}
    for turn in turns:
        if why := _why(turn, missed or turn.owner in stale, sources.get(cell_of(turn), "")):
            found.append(f"{turn.headline}: {why}")
            missed = True
    asked = {cell_of(turn) for turn in turns}
    for cell, source in sources.items():
        if cell not in asked and (question := MAGIC.search(source)):
            found.append(f"{question[1].strip()}: it has not been asked")
    return found


def _why(turn: Exchange, moved: bool, source: str) -> str:
    """Why the answer of a turn would not be replayed; empty: it would.

    moved: whether the turns above have changed; source: of its cell, empty if not known
    """
    text = turn.parts[-1] if turn.parts else None
    if not turn.answer.complete:
        return "its answer is incomplete"
    if source and "{{" not in source and isinstance(text, Text) and text.text not in source:
        return "it was edited since and not asked again"
    if moved and not turn.question_hash:
        return "an earlier version of nbreason saved it, and the turns above have changed since"
    return ""


def cell_of(turn: Exchange) -> str:
    """The id of the cell that asked, or an empty string."""
    return (turn.owner or "").rpartition("/")[0]


def asking_cells(notebook: Path) -> Mapping[str, str]:
    """The ids and sources of the cells of a saved notebook that ask with a magic; none if it cannot be read."""
    try:
        cells = json.loads(read_regular(notebook, LARGEST))["cells"]
        sources = {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {cell: source for cell, source in sources.items() if MAGIC.search(source)}

"""``%nbreason export | import | budget | cite``: what is taken away from a conversation, and what it may cost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbreason.answers import export as transcript
from nbreason.answers.citation import cite as cited
from nbreason.asking.cache import folder_of
from nbreason.core.budget import Budget
from nbreason.core.parts import Image
from nbreason.core.phrases import counted
from nbreason.errors import UsageError
from nbreason.magics.words import unquote
from nbreason.render.bundle import Bundle, line_bundle
from nbreason.render.line import static_line
from nbreason.render.tables import table
from nbreason.store import ledger, replay
from nbreason.store.exchanges import Exchange

if TYPE_CHECKING:
    from nbreason.notebook.notebook import Notebook


def export(notebook: Notebook, rest: str) -> Bundle:
    """``export FILE.md`` to read, ``export FILE.json`` complete, ``export --replay`` beside the notebook."""
    turns = notebook.session.store.exchanges(notebook.conversation())
    if not turns:
        raise UsageError("There is nothing to export: nothing has been answered in this notebook yet.")
    if rest == "--replay":
        return _replay(notebook, turns)
    path = Path(unquote(rest)).expanduser()
    if path.suffix not in (".md", ".json"):
        raise UsageError("Say where to: %nbreason export FILE.md, FILE.json or --replay.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}: make it first, or name another. Nothing was written.")
    if path.suffix == ".json":
        write(path, transcript.to_json(turns))
    else:
        write(path, transcript.to_markdown(turns, static_line, lambda image: picture(path, image)))
    return line_bundle(f"{counted(len(turns), 'turn')} written to {path}.")


def _replay(notebook: Notebook, turns: list[Exchange]) -> Bundle:
    place = notebook.conversation()
    whole = [turn for turn in turns if turn.answer.complete]
    name = Path(place.notebook).stem if place.lasting else "notebook"
    path = folder_of(place) / f"{name}{replay.ENDING}"
    write(path, replay.dump((turn.requested_model, turn.request_hash, turn.headline, turn.answer) for turn in whole))
    return line_bundle(
        f"{counted(len(whole), 'answer')} written to {path}: with this file beside the notebook it runs without a key."
    )


def picture(transcript_path: Path, image: Image) -> str:
    """Save an image beside a transcript; returns its path from there."""
    folder = transcript_path.with_name(transcript_path.stem + "_files")
    name = f"{image.digest[:16]}.{image.mime.rpartition('/')[2]}"
    write(folder / name, image.data)
    return f"{folder.name}/{name}"


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.  Raises UsageError in one line."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(exist_ok=True)  # the pictures of a transcript
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def import_(notebook: Notebook, rest: str) -> Bundle:
    """Add the turns of an exported conversation (``.json``) to that of this notebook."""
    if not rest:
        raise UsageError("Say what: %nbreason import FILE.json.")
    path = Path(unquote(rest)).expanduser()
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it, %nbreason import FILE.json.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"{path} cannot be read: {reason}.") from None
    turns = transcript.from_json(text)
    notebook.session.store.add(notebook.conversation(), turns)
    return line_bundle(f"{counted(len(turns), 'turn')} added to the conversation of this notebook.")


def budget(notebook: Notebook, rest: str) -> Bundle:
    """Without an amount what was spent; ``5 usd``, ``20000 tokens``, ``3 credits`` or ``off`` sets the budget."""
    place, budgets = notebook.conversation(), notebook.session.budgets
    if rest:
        budgets.set(place, Budget.parse(rest))
    limits = " ".join(map(str, budgets.limits(place)))
    note = limits or "There is no budget for this notebook. %nbreason budget 5 usd sets one."
    return table(("", "asks", "tokens", "cost"), spending(notebook), note)


def spending(notebook: Notebook) -> list[tuple[str, ...]]:
    """What was spent: in this notebook, today, and with each provider."""
    here = notebook.conversation().notebook
    everything = notebook.session.store.spending()
    days = sorted({item.day for item in everything})[-7:]
    groups = [
        ("this notebook", [item for item in everything if item.notebook == here]),
        *((name, [i for i in everything if i.provider == name]) for name in sorted({i.provider for i in everything})),
        *((day, [item for item in everything if item.day == day]) for day in days),
    ]
    rows: list[tuple[str, ...]] = []
    for name, items in groups:
        total = ledger.total(items)
        cost = ", ".join(f"{amount:.4g} {unit}" for unit, amount in sorted(total.money.items())) or "not reported"
        rows.append((name, str(total.asks), f"{total.tokens:,}", cost if items else "–"))
    return rows


def cite(notebook: Notebook, rest: str) -> Bundle:
    """A methods paragraph and a BibTeX entry for the answers of this notebook."""
    records = notebook.session.store.history(notebook.conversation())
    text = cited([record.answer for record in records if record.answer and record.state == "done"])
    return Bundle({"text/plain": text}, {"nbreason": {}})

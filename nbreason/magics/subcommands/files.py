"""``%nbreason export`` and ``import``: a conversation as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbreason.answers import export as transcript
from nbreason.answers.keyless import misses
from nbreason.answers.table import to_csv
from nbreason.asking.cache import folder_of
from nbreason.core.parts import Image
from nbreason.core.phrases import counted
from nbreason.errors import UsageError
from nbreason.magics.parser import unquote
from nbreason.magics.subcommands.registry import subcommand
from nbreason.render.bundle import Bundle, line_bundle, text_bundle
from nbreason.render.line import static_line
from nbreason.store import replay
from nbreason.store.files import read_regular, write_whole
from nbreason.store.saved import SavedAnswer

if TYPE_CHECKING:
    from nbreason.core.question import Place
    from nbreason.notebook.notebook import Notebook

NOTHING = "There is nothing to export: this notebook has no answers yet."
LARGEST = 128 * 1024 * 1024
"""Bytes of a file that is imported."""


@subcommand(
    "FILE | --replay",
    "the conversation as .md or .json, all asks as .csv; --replay: answers to run without a key",
    ("--replay",),
)
def export(notebook: Notebook, rest: str) -> Bundle:
    """``export FILE.md`` to read, ``.json`` complete, ``.csv`` a row an ask; ``--replay`` next to the notebook."""
    if rest == "--replay":
        return _replay(notebook)
    path = Path(unquote(rest)).expanduser()
    if path.suffix == ".csv":
        return _table(notebook, path)
    turns = notebook.session.store.exchanges(notebook.conversation())
    if not turns:
        raise UsageError(NOTHING)
    if path.suffix not in (".md", ".json"):
        raise UsageError("Name a file: %nbreason export FILE.md, FILE.json, FILE.csv or --replay.")
    check_folder(path)
    if path.suffix == ".json":
        write(path, transcript.to_json(turns))
    else:
        title = Path(name_of(notebook.conversation())).stem or "Conversation"
        write(path, transcript.to_markdown(title, turns, static_line, lambda image: picture(path, image)))
    return line_bundle(f"{counted(len(turns), 'turn')} written to {path}.")


def _replay(notebook: Notebook) -> Bundle:
    """Write the answers of all threads, and say what would be missed without a key."""
    if notebook.settings.replay == "only":
        return line_bundle("NBReason.replay is 'only': the replay file is left as it is.")
    place, store = notebook.conversation(), notebook.session.store
    threads = [replace(place, thread=thread) for thread, _ in store.threads(place)]
    turns = [turn for thread in threads for turn in store.exchanges(thread)]
    if not turns:
        raise UsageError(NOTHING)
    complete = [turn for turn in turns if turn.answer.complete]
    name = Path(place.notebook).stem if place.lasting else "notebook"
    path = folder_of(place) / f"{name}{replay.ENDING}"
    write(path, replay.dump(map(SavedAnswer.of, complete)))
    written = f"{counted(len(complete), 'answer')} written to {path}"
    stale = {record.owner for thread in threads for record in store.history(thread) if record.stale}
    missed = misses(turns, stale, Path(place.notebook) if place.lasting else None)
    if notebook.shell.config.get("NBReason", {}).get("system"):
        missed.append(
            "every question: your configuration adds instructions; %config NBReason.system belongs in the notebook"
        )
    if not missed:
        return line_bundle(f"{written}: with this file next to it, the notebook runs without a key.")
    check = f"`nbreason replay check {name}.ipynb` in a terminal runs it without a key."
    return text_bundle("\n".join([f"{written}. Without a key, these questions have no answer:", *missed, check]))


def _table(notebook: Notebook, path: Path) -> Bundle:
    place = notebook.conversation()
    asks = notebook.session.store.asks(place)
    if not asks:
        raise UsageError("There is nothing to export: nothing has been asked in this notebook yet.")
    check_folder(path)
    write(path, to_csv(asks, name_of(place)))
    return line_bundle(f"{counted(len(asks), 'ask')} written to {path}.")


def name_of(place: Place) -> str:
    """What a notebook is called: its file, without the folder; empty if it is not known."""
    return Path(place.notebook).name if place.lasting else ""


def check_folder(path: Path) -> None:
    """Raise UsageError if the folder of a file is missing: a typo should not create one."""
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}: create it, or name another. Nothing was written.")


def picture(transcript_path: Path, image: Image) -> str:
    """Save an image in a folder next to a transcript; returns its path relative to the transcript."""
    folder = transcript_path.with_name(transcript_path.stem + "_files")
    name = f"{image.digest[:16]}.{image.mime.rpartition('/')[2]}"
    write(folder / name, image.data)
    return f"{folder.name}/{name}"


def write(path: Path, content: str | bytes) -> None:
    """Write a whole file or nothing.  Raises UsageError in one line."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        path.parent.mkdir(exist_ok=True)  # for the images of a transcript
        write_whole(path, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


@subcommand("FILE.json", "add an exported conversation to that of this notebook")
def import_(notebook: Notebook, rest: str) -> Bundle:
    """Add the turns of an exported conversation (``.json``) to that of this notebook."""
    if not rest:
        raise UsageError("Name a file: %nbreason import FILE.json.")
    path = Path(unquote(rest)).expanduser()
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it, %nbreason import FILE.json.")
    try:
        text = read_regular(path, LARGEST).decode()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"{path} cannot be read: {reason}.") from None
    turns = transcript.from_json(text)
    notebook.session.store.add(notebook.conversation(), turns)
    return line_bundle(f"{counted(len(turns), 'turn')} added to the conversation of this notebook.")

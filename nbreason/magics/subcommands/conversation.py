"""``%nbreason history | forget | undo | redo | reset | pin | thread``: the conversation of this notebook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nbreason.core.phrases import counted
from nbreason.core.usage import cost_in_words
from nbreason.errors import UsageError
from nbreason.magics.parser import unquote
from nbreason.magics.stale import stale_line
from nbreason.magics.subcommands.registry import subcommand
from nbreason.notebook.notebook import MAIN
from nbreason.render.bundle import line_bundle
from nbreason.render.line import ending
from nbreason.render.tables import table

if TYPE_CHECKING:
    from nbreason.core.events import Answer
    from nbreason.notebook.notebook import Notebook
    from nbreason.render.bundle import Bundle
    from nbreason.store.history import Record
    from nbreason.store.journal import Change


@subcommand(
    "[--all]",
    "the conversation of this notebook, with tokens and cost; --all: every version, and turns that have left the page",
    ("--all",),
)
def history(notebook: Notebook, rest: str) -> Bundle:
    """The turns of this notebook's conversation; with ``--all`` every version of each."""
    if rest not in ("", "--all"):
        raise UsageError(f"%nbreason history takes no argument but --all, not {rest!r}.")
    records = notebook.session.store.history(notebook.conversation(), versions=bool(rest))
    if not records:
        return line_bundle("Nothing has been asked in this notebook yet.")
    head = ("", "question", "model", "in", "out", "cost", "asked", "")
    return table(head, [turn(record) for record in records], stale_line(notebook))


def turn(record: Record) -> tuple[str, ...]:
    """A turn as a row of the table."""
    usage = record.answer.usage if record.answer else None
    tokens = [count(usage.input), count(usage.output)] if usage else ["–", "–"]
    cost = cost_column(record.answer, record.replayed)
    answered = record.answer.asked_at if record.answer else 0.0  # of a replayed answer when it was given
    asked = time.strftime("%Y-%m-%d %H:%M", time.localtime(answered or record.asked_at))
    return str(record.number), record.question, record.requested_model, *tokens, cost, asked, ", ".join(remarks(record))


def cost_column(answer: Answer | None, replayed: bool) -> str:
    """What an answer cost and how that is known, or a dash."""
    if replayed:
        return "0 (replayed)"
    return cost_in_words(answer.cost, answer.cost_source) if answer and answer.cost else "–"


def count(value: int | None) -> str:
    """A number of tokens, or a dash if it was not reported."""
    return "–" if value is None else f"{value:,}"


def shortened(question: str, length: int = 60) -> str:
    """The beginning of a question."""
    return question if len(question) <= length else question[: length - 1].rstrip() + "…"


def remarks(record: Record) -> list[str]:
    """What is worth noting about a turn."""
    state = {"done": "", "pending": "no answer yet", "partial": "incomplete", "failed": "failed"}[record.state]
    if record.state in ("partial", "failed") and record.answer and (record.answer.finish != "cut" or record.answer.raw):
        state = ending(record.answer) or state
    if record.state == "pending" and record.answer and record.answer.job:
        state = "no answer yet: %nbreason resume"
    notes = {
        state: bool(state),
        f"{record.versions} versions": record.versions > 1,
        "stale": record.stale,
        "its cell was deleted": record.deleted,
        "its cell no longer asks it": record.surplus,
        "imported": record.imported,
        "pinned": record.pinned,
        "alone": record.alone,
    }
    return [words for words, holds in notes.items() if holds]


@subcommand("N", "remove turn N from the conversation")
def forget(notebook: Notebook, rest: str) -> Bundle:
    """``forget 3`` removes the third turn; the other turns stay."""
    if not rest.isdecimal():
        raise UsageError("Name a turn by its number: %nbreason forget 3. %nbreason history lists them.")
    question = notebook.session.store.forget(notebook.conversation(), int(rest))
    if question is None:
        raise UsageError(f"There is no turn {rest}. %nbreason history lists them.")
    return line_bundle(f'Removed turn {rest} "{shortened(question)}" (%nbreason undo restores it).')


UNDONE = {
    "ask": "Removed turn {turn} (redo restores it).",
    "ask again": "Removed the last version of turn {turn}: the one before is current again (redo restores it).",
    "import": "Removed {turns} that had been imported (redo restores {them}).",
    "forget": "Restored turn {turn} (redo removes it again).",
    "reset": "Restored the conversation as it was before the reset: {turns} (redo removes {them} again).",
    "pin": "Turn {turn} is no longer pinned (redo pins it again).",
    "unpin": "Turn {turn} is pinned again (redo unpins it).",
}
REDONE = {
    "ask": "Restored turn {turn}.",
    "ask again": "Restored the last version of turn {turn}.",
    "import": "Restored {turns} that had been imported.",
    "forget": "Removed turn {turn} again.",
    "reset": "Removed {turns} again.",
    "pin": "Turn {turn} is pinned again.",
    "unpin": "Turn {turn} is no longer pinned.",
}


def change_line(change: Change, sentences: Mapping[str, str]) -> str:
    """A line that says what was undone or redone."""
    kind = "ask again" if change.kind == "ask" and change.replaced else change.kind
    turn = f'{change.number} "{shortened(change.question)}"'
    them = "it" if change.turns == 1 else "them"
    return sentences[kind].format(turn=turn, turns=counted(change.turns, "turn"), them=them)


def undo_line(notebook: Notebook) -> str:
    """Undo the last change of the conversation; a line that says what that was."""
    change = notebook.session.store.undo(notebook.conversation())
    return change_line(change, UNDONE) if change else "There is nothing to undo."


@subcommand("", "take back the last change of the conversation: an ask, a forget, a reset, a pin or an import")
def undo(notebook: Notebook, rest: str) -> Bundle:
    """Take back the last change of the conversation."""
    return line_bundle(undo_line(notebook))


@subcommand("", "bring back what undo took back, as long as nothing else has changed")
def redo(notebook: Notebook, rest: str) -> Bundle:
    """Bring back what was undone last."""
    change = notebook.session.store.redo(notebook.conversation())
    return line_bundle(change_line(change, REDONE) if change else "There is nothing to redo.")


@subcommand("", "start a new conversation in this notebook")
def reset(notebook: Notebook, rest: str) -> Bundle:
    """Start a new conversation."""
    turns = notebook.session.store.reset(notebook.conversation())
    if not turns:
        return line_bundle("The conversation of this notebook is empty already. Nothing has changed.")
    them = "it" if turns == 1 else "them"
    return line_bundle(f"New conversation: {counted(turns, 'turn')} removed. %nbreason undo restores {them}.")


@subcommand("[off] N", "keep turn N in the context, however long the conversation gets", ("off",))
def pin(notebook: Notebook, rest: str) -> Bundle:
    """``pin 2`` keeps the second turn in the context, however long the conversation gets; ``pin off 2``."""
    words = rest.split()
    pinned = words[:1] != ["off"]
    number = words[-1] if words else ""
    if not number.isdigit() or len(words) != 2 - pinned:
        raise UsageError(
            "Name a turn by its number: %nbreason pin 2, or %nbreason pin off 2. %nbreason history lists them."
        )
    if not notebook.session.store.pin(notebook.conversation(), int(number), pinned):
        raise UsageError(f"There is no turn {number}. %nbreason history lists them.")
    if pinned:
        return line_bundle(f"Turn {number} stays in the context, however long the conversation gets.")
    return line_bundle(f"Turn {number} is no longer pinned.")


@subcommand("[NAME]", "use another conversation of this notebook from now on; main is the first", "threads")
def thread(notebook: Notebook, rest: str) -> Bundle:
    """List the conversations of this notebook, or switch to one for this kernel."""
    if not rest:
        threads = notebook.session.store.threads(notebook.context.conversation())
        rows = [(name or MAIN, str(turns), "current" if name == notebook.thread else "") for name, turns in threads]
        if notebook.thread not in dict(threads):
            rows.append((notebook.thread or MAIN, "0", "current"))
        return table(("thread", "turns", ""), rows)
    name = unquote(rest)
    if not name.strip() or name.startswith("-") or (name == rest and len(rest.split()) > 1):
        raise UsageError(f"{rest!r} is not the name of a thread: use one word, or quotes. Nothing has changed.")
    notebook.thread = "" if name == MAIN else name
    return line_bundle(f"This kernel now uses the thread {name!r}.")

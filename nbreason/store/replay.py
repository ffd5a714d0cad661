"""Saved answers beside a notebook: ``NAME.reason.json``, to be shared and committed.

With the file beside the notebook, students, reviewers or a CI build run it with no key at all.  It holds what
was answered, and of what was sent the question's first line and hashes: no key, no picture, no balance of an account.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbreason.core.events import Answer
from nbreason.core.phrases import counted
from nbreason.store.checks import Check, optional, text
from nbreason.store.codec import answer_from_json, answer_values
from nbreason.store.files import read_regular
from nbreason.store.saved import SavedAnswer

FORMAT = 1
ENDING = ".reason.json"
PRIVATE = ("balance", "balance_before", "rates", "value", "notices")
HERE_ONLY = ("replayed", "replay_file", "other_context")
"""Fields that say how an answer came into this notebook: the file is the same without them."""
LARGEST = 16 * 1024 * 1024
"""Bytes of all replay files of a folder together: read as JSON they can take twenty-five times as much memory."""
NEW: Mapping[str, Any] = {"sent_alone": "", "cell": None, "parts": []}
"""What the entries of version 0.1 do not have."""
CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("sent", "question", "sent_alone"), text),
    "asked": lambda value: text(value) and value.isprintable(),  # it is named in messages
    "cell": optional(text),
    "parts": lambda value: isinstance(value, list) and all(map(text, value)),
}
ABOUT = "Answers saved by nbreason: with this file beside the notebook, its questions are answered without a key."


def dump(saved: Iterable[SavedAnswer]) -> str:
    """The text of a replay file; equal answers give equal text."""
    answers = []
    for item in saved:
        entry = {
            "asked": item.model,
            "sent": item.request_hash,
            "sent_alone": item.question_hash,
            "cell": item.owner,
            "parts": list(item.parts),
            "question": item.question,
            "answer": _public(item.answer),
        }
        answers.append({**entry, "sum": checksum(entry)})
    body = {"about": ABOUT, "format": FORMAT, "answers": answers}
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def checksum(entry: Mapping[str, Any]) -> str:
    """SHA-256 over an entry without its own sum: an answer that was changed by hand no longer matches it."""
    essence = {name: value for name, value in entry.items() if name != "sum"}
    return hashlib.sha256(json.dumps(essence, sort_keys=True).encode()).hexdigest()


def _public(answer: Answer) -> dict[str, Any]:
    # Line by line, so that a changed answer reads well in a diff.
    left_out = (*PRIVATE, *HERE_ONLY)
    values = {name: value for name, value in answer_values(answer).items() if name not in left_out}
    return {**values, "text": answer.text.split("\n"), "reasoning": answer.reasoning.split("\n")}


@dataclass(frozen=True)
class _File:
    """What a replay file held when its time and size were those of the stamp."""

    stamp: tuple[int, int]
    answers: Sequence[SavedAnswer]
    problem: str


class ReplayFiles:
    """The replay files of one folder; each is read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, _File] = {}
        self.problems: list[str] = []

    def read(self) -> list[SavedAnswer]:
        """All answers, file after file.  `problems` says what could not be used."""
        self.problems = []
        answers: list[SavedAnswer] = []
        room = LARGEST
        for path in sorted(path for path in self._folder.glob(f"*{ENDING}") if path.name.isprintable()):
            try:
                status = path.stat()
                if status.st_size > room:
                    raise OSError(errno.EFBIG, "the replay files here are larger than 16 MiB together")
                room -= status.st_size
                file = self._file(path, (status.st_mtime_ns, status.st_size))
            except OSError as error:
                self.problems.append(f"{path.name} cannot be used: {error.strerror}")
                continue
            if file.problem:
                self.problems.append(f"{path.name}{file.problem}")
            answers.extend(file.answers)
        return answers

    def _file(self, path: Path, stamp: tuple[int, int]) -> _File:
        if path not in self._files or self._files[path].stamp != stamp:
            data = read_regular(path, LARGEST)
            try:
                answers, changed = read_answers(data.decode(), path.name)
                self._files[path] = _File(stamp, answers, f": {changed}" if changed else "")
            except (ValueError, RecursionError) as error:
                self._files[path] = _File(stamp, (), f" cannot be used: {error}")
        return self._files[path]


def read_answers(text: str, file: str) -> tuple[list[SavedAnswer], str]:
    """The answers of a replay file, and what is wrong with the others; empty: nothing.

    file: its name

    Raises ValueError when it is not a replay file, or one of a newer version.
    """
    body = json.loads(text)
    if not isinstance(body, dict) or not isinstance(body.get("answers"), list):
        raise ValueError("it is not a replay file")
    if body.get("format") != FORMAT:
        raise ValueError("it was written by another version of nbreason")
    read = [_entry(entry, file) for entry in body["answers"]]
    answers = [entry for entry in read if entry is not None]
    changed = len(read) - len(answers)
    were = "was" if changed == 1 else "were"
    return answers, f"{counted(changed, 'answer')} {were} changed by hand and not used" if changed else ""


def _entry(entry: Any, file: str) -> SavedAnswer | None:
    """One answer, or None when it is damaged, changed by hand or not whole."""
    if not isinstance(entry, dict) or entry.get("sum") != checksum(entry):
        return None
    entry = {**NEW, **entry}
    raw = entry.get("answer")
    if not isinstance(raw, dict) or not all(check(entry.get(name)) for name, check in CHECKS.items()):
        return None
    try:
        texts = {name: "\n".join(raw.get(name) or []) for name in ("text", "reasoning")}
        answer = answer_from_json(json.dumps({**raw, **texts}))
    except (TypeError, ValueError):
        return None
    if not answer.complete:
        return None
    asked, alone, parts = (entry["asked"], entry["sent"], entry["question"]), entry["sent_alone"], entry["parts"]
    return SavedAnswer(*asked, answer, alone, entry["cell"], tuple(parts), file)

"""``nbreason replay check``: whether notebooks run without a key, from the saved answers beside them.

What a question attaches is known only once the cells above it have run, so the notebook really runs: in a kernel of
its own that has no key, no earlier conversation and no configuration, and that never sends anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from nbreason.asking.cache import NO_ANSWER
from nbreason.core.question import Place
from nbreason.errors import NoSavedAnswer, UsageError
from nbreason.providers import providers
from nbreason.store.conversations import Store
from nbreason.store.history import Record

OPTIONS = ("--NBReason.replay=only", "--NBReason.live=off", "--IPKernelApp.log_level=ERROR")


def check(paths: Sequence[Path]) -> int:
    """Run notebooks and print a line for each question, and for each cell that fails; 0 if all were replayed.

    Raises UsageError for a file that cannot be read.
    """
    status = 0
    for path in paths:
        for good, line in outcomes(path.resolve()):
            print(f"{path}: {line}" if len(paths) > 1 else line, flush=True)
            status = status if good else 1
    return status


def outcomes(path: Path) -> Iterator[tuple[bool, str]]:
    """Run a notebook; for each question whether it was replayed, and a line."""
    notebook = read(path)
    with TemporaryDirectory(prefix="nbreason-") as home:
        try:
            execute(notebook, path, home)
        except DeadKernelError:
            yield False, "the kernel died"
        place = Place(str(path))
        store = Store(Path(home))
        records = [
            record for thread, _ in store.threads(place) for record in store.history(Place(str(path), thread=thread))
        ]
    for cell in notebook.cells:
        name = f"cell {cell.get('execution_count')}: "
        for record in records:
            if record.owner is not None and record.owner.rpartition("/")[0] == cell.id:
                yield record.replayed, name + of_turn(record)
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                missed = output.ename == NoSavedAnswer.__name__
                words = f"misses: {reason(output.evalue)}" if missed else f"fails: {output.ename}: {output.evalue}"
                yield not missed and "raises-exception" in cell.metadata.get("tags", ()), name + words


def read(path: Path) -> Any:
    """A notebook whose cells all have ids.  Raises UsageError."""
    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except Exception:  # whatever the checks of nbformat raise
        raise UsageError(f"{path} cannot be read: it is not a notebook.") from None
    for number, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{number}")
    return notebook


def execute(notebook: Any, path: Path, home: str) -> None:
    """Run all cells, also below one that fails; each tells its id and the order of the cells, as JupyterLab does."""
    cells = [cell.id for cell in notebook.cells]

    def name_cell(cell: Any, cell_index: int) -> None:
        assert client.kc is not None
        client.kc.session.metadata = {"cellId": cell.id, "nbreason": {"cells": cells}}

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=None,
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=name_cell,
        extra_arguments=list(OPTIONS),
    )
    client.execute(env=bare(os.environ, path, home))


def bare(environment: Mapping[str, str], path: Path, home: str) -> dict[str, str]:
    """The environment of somebody who has only the folder: without keys and without anything of ours."""
    keys = {name for provider in providers().values() for name in provider.keys}
    kept = {name: value for name, value in environment.items() if name not in keys and not name.startswith("NBREASON_")}
    own = {"NBREASON_HOME": home, "NBREASON_NOTEBOOK": str(path), "IPYTHONDIR": str(Path(home) / "ipython")}
    return {**kept, **own}


def of_turn(record: Record) -> str:
    """What became of a question that was answered."""
    if not record.replayed:  # the notebook itself sets `replay`
        return f"misses: {record.requested_model} has answered it"
    changed = record.answer is not None and record.answer.other_context
    return f"replayed, {record.requested_model}{', but the turns above have changed since' if changed else ''}"


def reason(message: str) -> str:
    """Why there is no saved answer, from the error that says so."""
    why = message.removeprefix(NO_ANSWER).partition(". NBReason.replay is")[0]
    return why.removeprefix(": ") or "there is no saved answer"

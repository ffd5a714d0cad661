"""The example notebooks: next to the package in a checkout, inside it if installed from a wheel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbreason.errors import UsageError

HERE = Path(__file__).resolve().parent.parent
FOLDERS = (HERE / "notebooks", HERE.parent / "notebooks")


def examples() -> Path:
    """The folder of the example notebooks and their data."""
    return next(folder for folder in FOLDERS if (folder / "quickstart.ipynb").is_file())


def copy_examples(target: Path) -> None:
    """Copy the example notebooks; existing files are not changed.  Raises UsageError."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file, not a folder. Nothing was written.")
    source = examples()
    with writing(target):
        for path in sorted(source.rglob("*")):
            copy = target / path.relative_to(source)
            if path.is_dir() or copy.exists() or ".ipynb_checkpoints" in path.parts:
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """A block that writes below `target`.  Raises UsageError in one line if that fails."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{error.filename or target} cannot be written: {error.strerror or error}.") from None

"""The example notebooks: beside the package in a checkout, inside it when installed from a wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
FOLDERS = (HERE / "notebooks", HERE.parent / "notebooks")


def examples() -> Path:
    """The folder of the example notebooks and their data."""
    return next(folder for folder in FOLDERS if (folder / "quickstart.ipynb").is_file())


def copy_examples(target: Path) -> None:
    """Copy the example notebooks; files that are there already stay as they are."""
    source = examples()
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir() or copy.exists() or ".ipynb_checkpoints" in path.parts:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)

"""``nbreason lab``: JupyterLab on a copy of the example notebooks, so that the originals are not changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nbreason.cli.examples import copy_examples


def lab(folder: Path) -> int:
    """Copy the examples to `folder` and open JupyterLab there; returns its exit status."""
    copy_examples(folder)
    print(f"The example notebooks are in {folder.resolve()}.")
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", str(folder / "quickstart.ipynb")])

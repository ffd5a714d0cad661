"""Where state lives: the Jupyter data directory, or wherever ``NBREASON_HOME`` says."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

DATABASE = "conversations.sqlite"


def home(environment: Mapping[str, str]) -> Path:
    """The folder that holds all state of this package."""
    if chosen := environment.get("NBREASON_HOME"):
        return Path(chosen).expanduser()
    return jupyter_data(environment) / "nbreason"


def jupyter_data(environment: Mapping[str, str]) -> Path:
    """Jupyter's data directory, by its own rules
    (https://docs.jupyter.org/en/latest/use/jupyter-directories.html).

    jupyter_core is not asked, because a terminal IPython comes without it.
    """
    if chosen := environment.get("JUPYTER_DATA_DIR"):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter"
    if sys.platform == "win32" and (roaming := environment.get("APPDATA")):
        return Path(roaming) / "jupyter"
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "jupyter"


def private_file(folder: Path, name: str) -> Path:
    """The path of a file that only its owner can read, in a folder of the same kind; both are made if need be.

    Raises OSError where that cannot be done, also when a symbolic link has been planted in its place.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, 0o600))
    return path

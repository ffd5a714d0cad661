"""Where state lives: the Jupyter data directory, or wherever ``NBREASON_HOME`` says."""

from __future__ import annotations

import errno
import os
import stat
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

    Raises OSError where that cannot be done, also when others could write in the folder, or have planted something
    (a symbolic link, a FIFO, a file of their own) in its place.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    insist_on_own(folder.stat(), others_write=stat.S_IWGRP | stat.S_IWOTH)
    path = folder / name
    flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags, 0o600)
    try:
        status = os.fstat(handle)
        insist_on_own(status)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, f"{name} is no regular file")
        if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
    return path


def insist_on_own(status: os.stat_result, others_write: int = 0) -> None:
    """Raise PermissionError for what belongs to another user, or can be written by others.

    others_write: the permissions that make it so; Windows has others, and no owner here
    """
    if os.name != "posix":
        return
    if status.st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "it belongs to another user")
    if status.st_mode & others_write:
        raise PermissionError(errno.EPERM, "others can write in it; chmod go-w makes it yours alone")

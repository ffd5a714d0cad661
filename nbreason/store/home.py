"""Where state lives: the Jupyter data directory, or wherever ``NBREASON_HOME`` says."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

DATABASE = "conversations.sqlite"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


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
    insist_on_own(folder.stat(), OTHERS_WRITE)
    path = folder / name
    handle = opened(path, os.O_CREAT | os.O_RDWR)
    try:
        if os.name == "posix" and stat.S_IMODE(os.fstat(handle).st_mode) & 0o077:
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
    return path


def read_private(folder: Path, name: str, largest: int) -> bytes:
    """What a file holds that nobody else can have written.  Raises OSError for any other, and for one of more bytes."""
    insist_on_own(folder.stat(), OTHERS_WRITE)
    with open(opened(folder / name, os.O_RDONLY, OTHERS_WRITE), "rb") as file:
        found = file.read(largest + 1)
    if len(found) > largest:
        raise OSError(errno.EFBIG, f"{name} is larger than it could be")
    return found


def stamp(folder: Path, name: str) -> tuple[int, ...]:
    """What is another one when a file has been written anew, or who can write there.  Raises OSError."""
    around, status = folder.stat(), (folder / name).lstat()
    return status.st_mtime_ns, status.st_ino, status.st_size, status.st_mode, around.st_mode, around.st_uid


def opened(path: Path, flags: int, others_write: int = 0) -> int:
    """A handle on a regular file of one's own.  Raises OSError, without waiting, for whatever else stands there."""
    guards = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | guards, 0o600)
    try:
        status = os.fstat(handle)
        insist_on_own(status, others_write)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is no regular file")
    except BaseException:
        os.close(handle)
        raise
    return handle


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

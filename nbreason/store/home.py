"""Where state lives: the Jupyter data directory, or wherever ``NBREASON_HOME`` says."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from nbreason.store.files import check_regular, read_regular

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
    """The path of a file that only its owner can read, in a folder of the same kind; both are created if need be.

    An existing file is not opened (see `database`).  Raises OSError where that cannot be done, also when others could
    write in the folder, or something else (a symbolic link, a FIFO, a file of another user) has its name.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_owner(folder.stat(), OTHERS_WRITE)
    path = folder / name
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    status = path.lstat()
    check_owner(status)
    check_regular(status)
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        path.chmod(0o600)
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, "it cannot be written")
    return path


def read_private(folder: Path, name: str, largest: int) -> bytes:
    """What a file holds that nobody else can have written.  Raises OSError for any other, and for a larger one."""
    check_owner(folder.stat(), OTHERS_WRITE)
    no_links = getattr(os, "O_NOFOLLOW", 0)
    return read_regular(folder / name, largest, no_links, lambda status: check_owner(status, OTHERS_WRITE))


def stamp(folder: Path, name: str) -> tuple[int, ...]:
    """Changes when a file is written again, or when others can write there.  Raises OSError."""
    around, status = folder.stat(), (folder / name).lstat()
    return status.st_mtime_ns, status.st_ino, status.st_size, status.st_mode, around.st_mode, around.st_uid


def check_owner(status: os.stat_result, others_write: int = 0) -> None:
    """Raise PermissionError for what belongs to another user, or can be written by others.

    others_write: the permissions that make it so; Windows has others, and no owner here
    """
    if os.name != "posix":
        return
    if status.st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "it belongs to another user")
    if status.st_mode & others_write:
        raise PermissionError(errno.EPERM, "others can write in it; chmod go-w makes it yours alone")

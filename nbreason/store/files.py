"""Reading and writing files in folders that others may have filled."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path


def read_regular(
    path: Path, largest: int, flags: int = 0, check: Callable[[os.stat_result], None] = lambda status: None
) -> bytes:
    """What a regular file holds, read without waiting.

    largest: bytes it may have
    flags:   further flags of `os.open`
    check:   raises OSError for a file that must not be read; it gets the status of the file that is open
    Raises OSError, whose `strerror` is the reason, for anything else: a device, a FIFO, a folder, a larger file.
    """
    check_regular(path.stat())  # opening a device may do something
    flags |= getattr(os, "O_NONBLOCK", 0)  # opening a FIFO would wait for whoever writes into it
    with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
        status = os.fstat(file.fileno())
        check_regular(status)
        check(status)
        found = file.read(largest + 1) if status.st_size <= largest else None
    if found is None or len(found) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest / 2**20:,.0f} MiB")
    return found


def check_regular(status: os.stat_result) -> None:
    """Raise OSError for anything but a regular file."""
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")


def write_whole(path: Path, data: bytes) -> None:
    """Write a whole file or nothing, and through no link or FIFO that has its name.  Raises OSError."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    with open(partial, "xb") as file:
        file.write(data)
    os.replace(partial, path)

"""The state of the file, for ``nbreason doctor``."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from nbreason.errors import StoreError
from nbreason.store.conversations import Store
from nbreason.store.processes import alive


def health(store: Store) -> list[tuple[str, str]]:
    """Names and values; nothing of what people have asked."""
    found = [("SQLite", sqlite3.sqlite_version), ("saved", "on disk" if store.on_disk else store.place_in_words)]
    if store.warning:
        found.append(("warning", store.warning))
    try:
        with store.database.read() as db:
            found += [
                ("integrity", ", ".join(row[0] for row in db.execute("PRAGMA integrity_check(3)"))),
                ("journal", db.execute("PRAGMA journal_mode").fetchone()[0]),
                ("turns", f"{db.execute('SELECT count(*) FROM turn').fetchone()[0]:,}"),
            ]
            pending = db.execute("SELECT process FROM turn WHERE state = 'pending' AND removed_at IS NULL").fetchall()
    except StoreError as error:
        return [*found, ("integrity", str(error))]
    found.append(("unknown outcomes", str(sum(not alive(process) for (process,) in pending))))
    if store.on_disk:
        path = Path(store.location)
        found.append(("size", f"{path.stat().st_size / 2**20:.1f} MiB"))
        if os.name == "posix":
            modes = [f"{stat.S_IMODE(place.stat().st_mode):o}" for place in (path.parent, path)]
            found.append(("permissions", f"folder {modes[0]}, file {modes[1]}"))
    return found

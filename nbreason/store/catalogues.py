"""What servers said of their models, one small file for each address."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from nbreason.core.catalogue import Catalogue, merged
from nbreason.core.usage import amount
from nbreason.store.files import write_whole
from nbreason.store.home import private_file, read_private

LARGEST = 8 * 1024 * 1024


class CatalogueFiles:
    """Catalogues by address.

    folder: where the files are; None keeps them in memory.  A file that cannot be written is no problem of anyone.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "catalogues" if folder else None
        self._read: dict[str, Catalogue | None] = {}

    def load(self, address: str) -> Catalogue | None:
        """What is saved for an address; None if nothing is, or if nobody can have written that."""
        if address not in self._read:
            self._read[address] = self._load(address)
        return self._read[address]

    def save(self, address: str, catalogue: Catalogue) -> None:
        """Keep a catalogue."""
        self._read[address] = catalogue
        if self._folder is None:
            return
        content = {"address": address, "at": catalogue.at, "etag": catalogue.etag, "models": catalogue.models}
        with suppress(OSError):
            write_whole(private_file(self._folder, name_of(address)), json.dumps(content).encode())

    def _load(self, address: str) -> Catalogue | None:
        if self._folder is None:
            return None
        try:
            found = json.loads(read_private(self._folder, name_of(address), LARGEST))
            at, models = amount(found["at"]), merged({}, found["models"].items())
        except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
            return None
        return Catalogue(models, at or 0.0, str(found.get("etag", "")))


def name_of(address: str) -> str:
    """The name of the file for an address, which may hold any character."""
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:20] + ".json"

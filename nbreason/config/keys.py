"""Where keys are found: typed with ``%nbreason login``, in the environment, or in the keyring of the system.

They are looked for in this order.  No file of ours holds a key: beside the conversations there is only the list of the
names to ask the keyring for, so that it is asked for nothing else (a locked one would open a window in front of people
who never used it).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path

from nbreason.config.environment import Environment
from nbreason.config.keyring import Keyring, KeyringError, KeyringTimeout, result
from nbreason.config.secret import Secret
from nbreason.store.home import private_file, read_private, stamp

NAMES_FILE = "logins"
LARGEST = 64 * 1024
"""Bytes; a longer list of names was not written by this package."""


class KeySource:
    """Finds the key for the name of an environment variable.

    variables: of the environment
    folder:    where the list of names in the keyring is kept; None: logins are for this kernel only
    """

    def __init__(
        self, variables: Mapping[str, str], folder: Path | None = None, keyring: Keyring | None = None
    ) -> None:
        self._variables = variables if isinstance(variables, Environment) else Environment(variables)
        self._folder = folder
        self._keyring = keyring or Keyring()
        self._typed: dict[str, Secret] = {}
        self._looked_up: dict[str, Future[Secret]] = {}
        self._deadline = 0.0  # after it, the keyring is not waited for
        self._logged_out: set[str] = set()  # names no longer used here, though the keyring could not delete the key
        self._read: tuple[tuple[int, ...], list[str]] | None = None  # the list, and the stamp of its file

    def find(self, names: Iterable[str]) -> Secret | None:
        """The key of the first of these names that has one; may wait for the keyring for some seconds."""
        look_ups = (self._typed.get, self._in_environment, self._in_keyring)
        found = (look_up(name) for name in names for look_up in look_ups)
        return next((key for key in found if key is not None and not key.empty), None)

    def problem(self, names: Iterable[str]) -> str:
        """Why a key that the keyring should hold cannot be read, as the end of a sentence; empty if there is none."""
        for name in names:
            try:
                self._look_up(name)
            except KeyringError as error:
                return str(error)
        return ""

    def login(self, name: str, key: Secret) -> str:
        """Use a key from now on, and save it in the keyring.  Returns why it is not saved there; empty: it is."""
        self._typed[name] = Secret.cleaned(key.reveal, f"{name} (login, in this kernel)")
        self._looked_up.pop(name, None)
        if self._folder is None:
            return "nothing is saved here"
        before = self.in_keyring()
        try:
            self._write({*before, name})
            self._keyring.set(name, key)
        except OSError:
            return "its name could not be noted beside the conversations"
        except KeyringTimeout as error:
            return str(error)  # the name stays on the list: the key may still be saved
        except KeyringError as error:
            if name in before:
                return f"{error}; the previous key may still be saved there"
            self._remove(name)
            return str(error)
        self._logged_out.discard(name)
        return ""

    def logout(self, name: str) -> str:
        """Forget the key of a name, here and in the keyring.  Returns why it is still there; empty: it is not.

        This kernel stops using it either way; if it is still there, its name stays on the list for another try.
        """
        self._typed.pop(name, None)
        self._looked_up.pop(name, None)
        self._logged_out.add(name)
        if name in self.in_keyring():
            try:
                self._keyring.delete(name)
            except KeyringError as error:
                return str(error)
            self._remove(name)
        if self._folder is not None:  # without a folder it is not known what the keyring holds
            self._logged_out.discard(name)
        return ""

    def has_login(self, name: str) -> bool:
        """Whether there is a login under this name, here or in the keyring."""
        return name in self._typed or name in self.in_keyring()

    def in_keyring(self) -> list[str]:
        """The names whose keys the keyring holds; empty if others could have written the list."""
        folder, read = self._folder, self._read
        if folder is None:
            return []
        with suppress(OSError, UnicodeDecodeError):
            now = stamp(folder, NAMES_FILE)
            if read is None or read[0] != now:  # each look-up of a variable that is not set comes here
                read = self._read = now, read_private(folder, NAMES_FILE, LARGEST).decode("ascii").split()
            return list(read[1])
        return []

    def use_folder(self, folder: Path | None) -> None:
        """Keep the list of names in another folder; None: logins are for this kernel only.

        What was typed stays in use; what was looked up is looked up again.
        """
        self._folder = folder
        self._looked_up.clear()
        self._read = None

    def _in_environment(self, name: str) -> Secret:
        return Secret.cleaned(partial(self._variables.get, name), name)

    def _in_keyring(self, name: str) -> Secret | None:
        with suppress(KeyringError):
            return self._look_up(name)
        return None

    def _look_up(self, name: str) -> Secret | None:
        """Read a key from the keyring; None if its name is not on the list.  Raises KeyringError."""
        names = [each for each in self.in_keyring() if each not in self._logged_out]
        if name not in names:
            return None
        if name not in self._looked_up:  # all at once, with one deadline
            new = [each for each in names if each not in self._looked_up]
            self._looked_up |= {each: self._keyring.get(each, f"{each} (login, in the keyring)") for each in new}
            self._deadline = time.monotonic() + self._keyring.read_timeout
        return result(self._looked_up[name], max(0.0, self._deadline - time.monotonic()))

    def _write(self, names: set[str]) -> None:
        if self._folder is None:
            return
        path = private_file(self._folder, NAMES_FILE)
        fresh = private_file(self._folder, f"{NAMES_FILE}.new")
        fresh.write_text("\n".join(sorted(names)) + "\n", encoding="ascii")
        os.replace(fresh, path)

    def _remove(self, name: str) -> None:
        with suppress(OSError):
            self._write({*self.in_keyring()} - {name})

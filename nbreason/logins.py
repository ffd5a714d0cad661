"""``%nbreason login``: keys that a person has typed, for this kernel or in the keyring of the system.

A key of this kernel goes before the environment, one of the keyring behind it.  No file of ours holds a key: beside the
conversations lies only the list of the names that the keyring is asked for, so that it is asked for nothing else (a
locked one would put a window in front of people who never used it).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from nbreason.keys import Environment, Secret
from nbreason.store.home import private_file

SERVICE = "nbreason"
LIST = "logins"
T = TypeVar("T")


class RingTrouble(Exception):
    """Why the keyring cannot be used, as the end of a sentence; never what it said, which may hold a key."""


class RingSilent(RingTrouble):
    """It has not answered yet, and still may."""


def backend() -> Any:
    """The keyring in force.  Raises RingTrouble where there is none that keeps a key to itself.

    A priority below 1 means "not recommended": a plain file, or nothing at all
    (https://keyring.readthedocs.io/en/latest/#write-your-own-keyring-backend).
    """
    try:
        import keyring
    except ImportError:
        raise RingTrouble("the package keyring is not installed (pip install keyring)") from None
    found = keyring.get_keyring()
    if found.priority < 1:
        raise RingTrouble("this system has no keyring that would keep it safely")
    return found


class Ring:
    """The keyring of the system, through the package `keyring`, asked in threads of its own.

    find: gives the keyring
    look, write: seconds that it has; it may wait for a person to unlock it, who is there when a key was just typed
    """

    def __init__(self, find: Callable[[], Any] = backend, look: float = 5.0, write: float = 60.0) -> None:
        self._find = find
        self.look = look
        self._write = write

    def get(self, name: str) -> Future[str | None]:
        """Begin to look up a key."""
        return self._begin(lambda ring: ring.get_password(SERVICE, name))

    def set(self, name: str, key: Secret) -> None:
        """Keep a key.  Raises RingTrouble."""
        outcome(self._begin(lambda ring: ring.set_password(SERVICE, name, key.reveal())), self._write)

    def delete(self, name: str) -> None:
        """Forget a key.  Raises RingTrouble."""

        def forget(ring: Any) -> None:
            if ring.get_password(SERVICE, name) is not None:
                ring.delete_password(SERVICE, name)

        outcome(self._begin(forget), self._write)

    def _begin(self, work: Callable[[Any], T]) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work(self._find()))
            except RingTrouble as trouble:
                future.set_exception(trouble)
            except Exception as error:
                future.set_exception(RingTrouble(f"the keyring refused ({type(error).__name__})"))

        # No pool: Python waits for the threads of a pool before it ends, and this one may hang.
        threading.Thread(target=run, name="nbreason-keyring", daemon=True).start()
        return future


def outcome(future: Future[T], seconds: float) -> T:
    """What has come of it.  Raises RingTrouble, and RingSilent when nothing has."""
    try:
        return future.result(seconds)
    except (FutureTimeout, TimeoutError):
        raise RingSilent("the keyring has not answered yet") from None


class Logins(Environment):
    """The variables of the environment, with the keys of ``%nbreason login`` under the names of theirs.

    folder: where the list of names in the keyring is kept; None: keys live with this kernel only
    """

    __slots__ = ("_folder", "_found", "_ring", "_typed")

    def __init__(self, variables: Mapping[str, str], folder: Path | None = None, ring: Ring | None = None) -> None:
        super().__init__(variables)
        self._folder = folder
        self._ring = ring or Ring()
        self._typed: dict[str, Secret] = {}
        self._found: dict[str, Future[str | None]] = {}

    def __getitem__(self, name: str) -> str:
        if name in self._typed:
            return self._typed[name].reveal()
        return self._variables.get(name) or self._kept(name) or self._variables[name]  # empty, or a KeyError

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._typed, *self._variables, *self.listed()]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in self._typed or name in self._variables or name in self.listed()

    def origin(self, name: str) -> str:
        """Where the value of a name comes from, in words."""
        if name in self._typed:
            return f"{name} (login, in this kernel)"
        return name if self._variables.get(name) else f"{name} (login, in the keyring)"

    def login(self, name: str, key: Secret) -> str:
        """Use a key from now on, and keep it in the keyring.  Gives why it is not kept there; empty: it is."""
        self._typed[name] = key
        self._found.pop(name, None)
        if self._folder is None:
            return "nothing is saved here"
        try:
            self._list({*self.listed(), name})
            self._ring.set(name, key)
        except OSError:
            return "its name could not be noted beside the conversations"
        except RingSilent as silence:
            return str(silence)  # the name stays on the list: it may still come to that
        except RingTrouble as trouble:
            self._unlist(name)
            return str(trouble)
        return ""

    def logout(self, name: str) -> str:
        """Forget the key of a name, here and in the keyring.  Gives why it is still there; empty: it is not."""
        self._typed.pop(name, None)
        self._found.pop(name, None)
        if name not in self.listed():
            return ""
        try:
            self._ring.delete(name)
        except RingTrouble as trouble:
            return str(trouble)
        finally:
            self._unlist(name)
        return ""

    def trouble(self, names: tuple[str, ...]) -> str:
        """Why a key that the keyring should hold is not there, as the end of a sentence; empty: there is no reason."""
        for name in names:
            try:
                self._look_up(name)
            except RingTrouble as trouble:
                return str(trouble)
        return ""

    def known(self, name: str) -> bool:
        """Whether there is a login under this name, here or in the keyring."""
        return name in self._typed or name in self.listed()

    def listed(self) -> list[str]:
        """The names under which the keyring holds keys."""
        if self._folder is None:
            return []
        with suppress(OSError, UnicodeDecodeError):
            return (self._folder / LIST).read_text(encoding="ascii").split()
        return []

    def _kept(self, name: str) -> str:
        """The key that the keyring holds, or nothing."""
        with suppress(RingTrouble):
            return self._look_up(name)
        return ""

    def _look_up(self, name: str) -> str:
        if name not in self.listed():
            return ""
        if name in self._found:  # it is waited for once
            return outcome(self._found[name], 0) or ""
        self._found[name] = self._ring.get(name)
        return outcome(self._found[name], self._ring.look) or ""

    def _list(self, names: set[str]) -> None:
        if self._folder is None:
            return
        path = private_file(self._folder, LIST)
        fresh = private_file(self._folder, f"{LIST}.new")
        fresh.write_text("\n".join(sorted(names)) + "\n", encoding="ascii")
        os.replace(fresh, path)

    def _unlist(self, name: str) -> None:
        with suppress(OSError):
            self._list({*self.listed()} - {name})

"""``%nbreason login``: keys that a person has typed, for this kernel or in the keyring of the system.

A key of this kernel goes before the environment, one of the keyring behind it.  No file of ours holds a key: beside the
conversations lies only the list of the names that the keyring is asked for, so that it is asked for nothing else (a
locked one would put a window in front of people who never used it).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from nbreason.config.keys import Environment, Secret
from nbreason.store.home import private_file, read_private, stamp

SERVICE = "nbreason"
LIST = "logins"
LARGEST = 64 * 1024
"""Bytes of the list beyond which it is none of ours."""
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

    def get(self, name: str) -> Future[Secret]:
        """Begin to look up a key; an empty one when there is none."""
        return self._begin(lambda ring: Secret(ring.get_password(SERVICE, name) or ""))

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
            except BaseException as error:  # a panic in Rust is no Exception; its words would be printed
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

    __slots__ = ("_ended", "_folder", "_found", "_read", "_ring", "_typed", "_until")

    def __init__(self, variables: Mapping[str, str], folder: Path | None = None, ring: Ring | None = None) -> None:
        super().__init__(variables)
        self._folder = folder
        self._ring = ring or Ring()
        self._typed: dict[str, Secret] = {}
        self._found: dict[str, Future[Secret]] = {}
        self._until = 0.0  # when the keyring is waited for no more
        self._ended: set[str] = set()  # names whose keys this kernel leaves in the keyring, where it could not delete
        self._read: tuple[tuple[int, ...], list[str]] | None = None  # the list, and the stamp of its file

    def keep_in(self, folder: Path | None) -> None:
        """From now on the list of names is kept in this folder; None: logins are for this kernel only.

        What was typed stays in use; what was looked up is looked up anew.
        """
        self._folder = folder
        self._found.clear()
        self._read = None

    def __getitem__(self, name: str) -> str:
        if name in self._typed:
            return self._typed[name].reveal()
        # At the end: what is empty, or a KeyError.
        return self._variables().get(name) or self._kept(name).reveal() or self._variables()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._typed, *self._variables(), *self._to_look_up()]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in self._typed or name in self._variables() or name in self._to_look_up()

    def origin(self, name: str) -> str:
        """Where the value of a name comes from, in words."""
        if name in self._typed:
            return f"{name} (login, in this kernel)"
        return name if self._variables().get(name) else f"{name} (login, in the keyring)"

    def login(self, name: str, key: Secret) -> str:
        """Use a key from now on, and keep it in the keyring.  Gives why it is not kept there; empty: it is."""
        self._typed[name] = key
        self._found.pop(name, None)
        if self._folder is None:
            return "nothing is saved here"
        before = self.listed()
        try:
            self._list({*before, name})
            self._ring.set(name, key)
        except OSError:
            return "its name could not be noted beside the conversations"
        except RingSilent as silence:
            return str(silence)  # the name stays on the list: it may still come to that
        except RingTrouble as trouble:
            if name in before:
                return f"{trouble}; the one before may still be kept there"
            self._unlist(name)
            return str(trouble)
        self._ended.discard(name)
        return ""

    def logout(self, name: str) -> str:
        """Forget the key of a name, here and in the keyring.  Gives why it is still there; empty: it is not.

        This kernel uses it no more, also where it is still there; its name stays on the list then, for another try.
        """
        self._typed.pop(name, None)
        self._found.pop(name, None)
        self._ended.add(name)
        if name in self.listed():
            try:
                self._ring.delete(name)
            except RingTrouble as trouble:
                return str(trouble)
            self._unlist(name)
        if self._folder is not None:  # without a folder nobody knows what the keyring holds
            self._ended.discard(name)
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
        """The names under which the keyring holds keys; none where others could have written the list."""
        folder, read = self._folder, self._read
        if folder is None:
            return []
        with suppress(OSError, UnicodeDecodeError):
            now = stamp(folder, LIST)
            if read is None or read[0] != now:  # each look at a variable that is not set comes here
                read = self._read = now, read_private(folder, LIST, LARGEST).decode("ascii").split()
            return list(read[1])
        return []

    def _to_look_up(self) -> list[str]:
        """The names that this kernel asks the keyring for."""
        return [name for name in self.listed() if name not in self._ended]

    def _kept(self, name: str) -> Secret:
        """The key that the keyring holds, or an empty one."""
        with suppress(RingTrouble):
            return self._look_up(name)
        return Secret("")

    def _look_up(self, name: str) -> Secret:
        names = self._to_look_up()
        if name not in names:
            return Secret("")
        if name not in self._found:  # all at once, and they are waited for once
            self._found |= {each: self._ring.get(each) for each in names if each not in self._found}
            self._until = time.monotonic() + self._ring.look
        return outcome(self._found[name], max(0.0, self._until - time.monotonic()))

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

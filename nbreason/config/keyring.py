"""The keyring of the system, through the package `keyring`, which may block until a person unlocks it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from nbreason.config.secret import Secret

SERVICE = "nbreason"
T = TypeVar("T")


class KeyringError(Exception):
    """Why the keyring cannot be used, as the end of a sentence; never its own message, which may hold a key."""


class KeyringTimeout(KeyringError):
    """It has not answered yet, and still may."""


def backend() -> Any:
    """The keyring in use.  Raises KeyringError if there is none that keeps a key safe.

    A priority below 1 means "not recommended": a plain file, or nothing at all
    (https://keyring.readthedocs.io/en/latest/#write-your-own-keyring-backend).
    """
    try:
        import keyring
    except ImportError:
        raise KeyringError("the package keyring is not installed (pip install keyring)") from None
    found = keyring.get_keyring()
    if found.priority < 1:
        raise KeyringError("this system has no safe keyring")
    return found


class Keyring:
    """Runs each call in a thread of its own, so that a locked keyring blocks nobody.

    backend: returns the keyring
    read_timeout, write_timeout: in seconds; a write may wait for a person to unlock it, who has just typed a key
    """

    def __init__(
        self, backend: Callable[[], Any] = backend, read_timeout: float = 5.0, write_timeout: float = 60.0
    ) -> None:
        self._backend = backend
        self.read_timeout = read_timeout
        self._write_timeout = write_timeout

    def get(self, name: str, source: str) -> Future[Secret]:
        """Begin to look up a key; the result is an empty one if there is none.

        source: where it comes from, in words
        """
        return self._submit(lambda ring: Secret.cleaned(lambda: ring.get_password(SERVICE, name), source))

    def set(self, name: str, key: Secret) -> None:
        """Save a key.  Raises KeyringError."""
        result(self._submit(lambda ring: ring.set_password(SERVICE, name, key.reveal())), self._write_timeout)

    def delete(self, name: str) -> None:
        """Delete a key, if there is one.  Raises KeyringError."""

        def delete(ring: Any) -> None:
            if ring.get_password(SERVICE, name) is not None:
                ring.delete_password(SERVICE, name)

        result(self._submit(delete), self._write_timeout)

    def _submit(self, work: Callable[[Any], T]) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work(self._backend()))
            except KeyringError as error:
                future.set_exception(error)
            except BaseException as error:  # a panic in Rust is no Exception; its message would be printed
                future.set_exception(KeyringError(f"the keyring failed ({type(error).__name__})"))

        # No pool: Python waits for the threads of a pool before it ends, and this one may hang.
        threading.Thread(target=run, name="nbreason-keyring", daemon=True).start()
        return future


def result(future: Future[T], seconds: float) -> T:
    """The result of a call.  Raises KeyringError, and KeyringTimeout if there is none in time."""
    try:
        return future.result(seconds)
    except TimeoutError:
        raise KeyringTimeout("the keyring has not answered yet") from None

"""Every error of this package.

    NBReasonError
    ├── UsageError                  the line or an option is wrong; nothing was sent
    ├── Refused                     the question cannot be sent as it is; nothing was sent
    │   ├── UnknownModel            no provider or model of that name
    │   ├── MissingKey              the provider requires an API key, and there is none
    │   └── NoSavedAnswer           nothing is to be sent, and there is no saved answer
    ├── ProviderError               the provider answered with an error
    │   ├── AuthenticationFailed    401, 403: the key is wrong or lacks a permission
    │   ├── OutOfCredits            402, 406, and 403 or 429 that speak of credits or quota
    │   ├── NotFound                404, 405, 410: no such model or address
    │   ├── RequestRejected         400, 413, 422: the request is invalid or too large
    │   ├── RateLimited             429
    │   └── ServerError             500 and above
    ├── NoResponse                  no usable response
    │   ├── ConnectionFailed        the request certainly did not run: no such host, connection refused
    │   ├── ResponseLost            the request was sent and its outcome is unknown: it may have been billed
    │   ├── StillRunning            the provider still works on the answer, which can be collected later
    │   └── InvalidResponse         a response came, but not one of this API
    └── StoreError                  the conversation could not be read or written

    Interrupted (a KeyboardInterrupt): the person stopped an ask; a loop around it ends as well

Each is one line for people: what happened, what it may have cost, what to do.  IPython shows that line and no
traceback of ours (``_render_traceback_``).  An error that ends an answer half-way has what had arrived in `partial`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbreason.core.events import Answer


style: Callable[[str], str] = str
"""Applied to the line of an error before IPython prints it; set when the magics are loaded."""


class NBReasonError(Exception):
    """Base of all errors of this package; ``str(error)`` is one line for people.

    partial: what had arrived, or None
    free:    whether no model can have worked on the question, so that nothing was spent
    """

    partial: Answer | None = None
    free = False

    def _render_traceback_(self) -> list[str]:
        """What IPython prints instead of a traceback."""
        return [style(str(self))]


class UsageError(NBReasonError):
    """The line or an option is wrong; nothing was sent."""


class Refused(NBReasonError):
    """The question cannot be sent as it is; nothing was sent."""


class UnknownModel(Refused):
    """No provider or model of that name."""


class MissingKey(Refused):
    """The chosen provider requires an API key, and there is none."""


class NoSavedAnswer(Refused):
    """The setting `replay` says that nothing is to be sent, and there is no saved answer to replay."""


class ProviderError(NBReasonError):
    """The provider answered with an error.

    status: HTTP status, or None when the error came inside a stream
    request_id: the provider's id of this request, if it gave one
    """

    def __init__(self, line: str, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(f"{line} (request {request_id})" if request_id else line)
        self.status = status
        self.request_id = request_id


class AuthenticationFailed(ProviderError):
    """401 or 403: the key is wrong, or not allowed to do this."""

    free = True


class OutOfCredits(ProviderError):
    """The account has too few credits."""

    free = True


class NotFound(ProviderError):
    """404, 405 or 410: no such model or address."""

    free = True


class RequestRejected(ProviderError):
    """400, 413 or 422: the request is invalid or too large."""

    free = True


class RateLimited(ProviderError):
    """429: too many requests."""

    free = True


class ServerError(ProviderError):
    """500 and above."""


class NoResponse(NBReasonError):
    """No usable response."""


class ConnectionFailed(NoResponse):
    """The request certainly did not run."""

    free = True


class ResponseLost(NoResponse):
    """The request was sent and its outcome is unknown: it may have been billed."""


class StillRunning(NoResponse):
    """The provider still works on the answer, which can be collected later."""


class InvalidResponse(NoResponse):
    """A response came, but not one of this API."""


class StoreError(NBReasonError):
    """The conversation could not be read or written."""


class Interrupted(KeyboardInterrupt):
    """The person stopped an ask; what had arrived is saved."""

    def __init__(self) -> None:
        super().__init__("Stopped. What had arrived is saved.")

    def _render_traceback_(self) -> list[str]:
        """What IPython prints instead of a traceback through this package."""
        return [style(str(self))]


Interrupted.__name__ = "KeyboardInterrupt"  # the name under which front ends are told of it

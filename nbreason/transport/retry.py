"""When a request may be sent again: a pure rule.

No provider here has idempotency keys, so a request whose outcome is unknown could be paid for twice.  Only
what certainly did not run is repeated, at most twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

MAX_REPEATS = 2
LONGEST_WAIT = 60.0
NOT_NOW = (429, 503)


def wait_before_repeat(
    attempt: int, *, reached: bool, status: int | None, headers: Mapping[str, str], now: float
) -> float | None:
    """Seconds to wait before sending again, or None: do not send again.

    attempt: repeats made so far; reached: whether the request may have got to the provider
    status:  HTTP status of the reply, or None when there was none; now: seconds since 1970
    """
    if attempt >= MAX_REPEATS:
        return None
    if not reached:
        return float(0.25 * 2**attempt)
    if status not in NOT_NOW:
        return None
    requested = requested_wait(headers, now)
    if requested is None:
        # A 503 without Retry-After may come from a proxy behind which the request went on.
        return float(2**attempt) if status == 429 else None
    return requested if requested <= LONGEST_WAIT else None


def requested_wait(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that a reply asks to wait, or None; header names in lower case.

    ``retry-after-ms`` is what Azure and OpenAI add, and more exact.
    """
    exact = retry_after(headers.get("retry-after-ms"), now)
    return exact / 1000 if exact is not None else retry_after(headers.get("retry-after"), now)


def retry_after(value: str | None, now: float) -> float | None:
    """The header ``Retry-After`` in seconds from now: a number, or a date (RFC 9110, 10.2.3).

    Negative and past values count as none to wait; what is no number and no date counts as absent.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
            if date.tzinfo is None:
                date = date.replace(tzinfo=UTC)
            seconds = date.timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    if seconds != seconds:  # nan
        return None
    return max(0.0, seconds)

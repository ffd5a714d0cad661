"""When a request may be sent again: a pure rule.

No provider here has idempotency keys, so a request whose outcome is unknown could be paid for twice.  Only
what certainly did not run is repeated, at most twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_REPEATS = 2
LONGEST_WAIT = 60.0
NOT_NOW = (429, 503)
RESET = re.compile(r"(.*rate-?limit-.*)reset(.*)")
DURATION = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9}(?:\.\d*)?)(ms|s))?")


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
    requested = requested_wait(headers, now, status)
    if requested is None:
        # A 503 without Retry-After may come from a proxy behind which the request went on.
        return float(2**attempt) if status == 429 else None
    return requested if requested <= LONGEST_WAIT else None


def requested_wait(headers: Mapping[str, str], now: float, status: int = 429) -> float | None:
    """The seconds that a reply asks to wait, or None; header names in lower case.

    ``retry-after-ms`` is what Azure and OpenAI add, and more exact.  Without either, a 429 is over when the limits
    that are used up are reset.
    """
    exact = retry_after(headers.get("retry-after-ms"), now)
    requested = exact / 1000 if exact is not None else retry_after(headers.get("retry-after"), now)
    return reset_after(headers, now) if requested is None and status == 429 else requested


def reset_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds until the last of the limits that are used up is reset, by the headers, or None.

    Seen: OpenAI's ``x-ratelimit-reset-tokens: 6m0s`` beside ``x-ratelimit-remaining-tokens``, Anthropic's
    ``anthropic-ratelimit-requests-reset`` with a date, OpenRouter's ``x-ratelimit-reset`` in milliseconds since 1970,
    Segmind's ``x-rate-limit-reset-at-utc``.  A limit of which some is left is not the one in the way.
    """
    waits = []
    for name, value in headers.items():
        if found := RESET.fullmatch(name):
            left = headers.get(f"{found[1]}remaining{found[2].removesuffix('-at-utc')}", "0")
            wait = seconds_until(value.strip(), now)
            if left.strip() in ("0", "0.0") and wait is not None:
                waits.append(wait)
    return max(waits, default=None)


def seconds_until(value: str, now: float) -> float | None:
    """A time as such headers write it, in seconds from now: ``6m0s``, a number of seconds, seconds or milliseconds
    since 1970, or a date (without a zone it is UTC); None for anything else."""
    if value and (found := DURATION.fullmatch(value)):
        hours, minutes, amount, unit = found.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(amount or 0) / (1000 if unit == "ms" else 1)
    try:
        float(value)
    except ValueError:
        try:
            date = datetime.fromisoformat(value)
            return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)
        except (ValueError, OverflowError):
            return retry_after(value, now)
    seconds = retry_after(value, now)
    if seconds is not None and seconds > 1e9:
        return max(0.0, (seconds / 1000 if seconds > 1e11 else seconds) - now)
    return seconds


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

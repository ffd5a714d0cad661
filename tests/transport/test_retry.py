"""When a request may be sent again: the money rule as a table."""

from __future__ import annotations

import time

import pytest

from nbreason.transport.retry import requested_wait, retry_after, wait_before_repeat

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


def wait(attempt: int, reached: bool, status: int | None = None, after: str | None = None) -> float | None:
    headers = {} if after is None else {"retry-after": after}
    return wait_before_repeat(attempt, reached=reached, status=status, headers=headers, now=NOW)


@pytest.mark.parametrize(
    ("attempt", "reached", "status", "after", "seconds"),
    [
        # What certainly did not run is sent again, at most twice, a little later each time.
        (0, False, None, None, 0.25),
        (1, False, None, None, 0.5),
        (2, False, None, None, None),
        (0, True, 429, None, 1),
        (1, True, 429, None, 2),
        (2, True, 429, None, None),
        (0, True, 429, "7", 7),
        (1, True, 429, "7", 7),
        (2, True, 429, "7", None),
        (0, True, 503, "1", 1),
        (1, True, 503, "0", 0),
        (2, True, 503, "0", None),
        # A longer wait than a minute is the person's to decide.
        (0, True, 429, "60", 60),
        (0, True, 429, "61", None),
        (0, True, 503, "3600", None),
        (0, True, 503, "inf", None),
        # A 503 that names no time may come from a proxy behind which the request went on.
        (0, True, 503, None, None),
        (0, True, 503, "soon", None),
        (0, True, 429, "soon", 1),
        (0, True, 429, "nan", 1),
        # Whatever may have been run and billed is never sent again.
        (0, True, None, None, None),
        *[(0, True, status, "1", None) for status in (200, 204, 301, 307, 400, 401, 402, 403, 404, 406, 408, 409)],
        *[(0, True, status, "1", None) for status in (410, 413, 422, 425, 500, 501, 502, 504, 520, 524, 599)],
    ],
)
def test_only_what_certainly_did_not_run_is_sent_again(
    attempt: int, reached: bool, status: int | None, after: str | None, seconds: float | None
) -> None:
    assert seconds == wait(attempt, reached, status, after)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("1", 1),
        (" 2 ", 2),
        ("0.5", 0.5),
        ("250", 250),
        ("250ms", None),
        ("-3", 0),
        ("-inf", 0),
        ("nan", None),
        ("inf", float("inf")),
        ("3600", 3600),
        ("9" * 400, float("inf")),
        ("soon", None),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Tue, 14 Nov 2023 23:14:20 +0100", 60),
        ("Tue, 99 Nov 2023 22:13:50 GMT", None),
        ("Tue, 14 Nov 99999 22:13:50 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_odd_values_count_as_absent(
    value: str | None, seconds: float | None
) -> None:
    assert seconds == retry_after(value, NOW)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be set here")
def test_a_date_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9110 dates are UTC; ``-0000`` and a missing zone must not be read as local time."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert retry_after("Tue, 14 Nov 2023 22:13:50 -0000", NOW) == 30
        assert retry_after("Tue, 14 Nov 2023 22:13:50", NOW) == 30
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "6m0s"}, 360),
        ({"x-ratelimit-reset-requests": "20ms", "x-ratelimit-remaining-requests": "0"}, 0.02),
        # Only a limit that is used up is in the way.
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "59"}, None),
        (
            {
                "x-ratelimit-reset-requests": "6m0s",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-tokens": "1.5s",
                "x-ratelimit-remaining-tokens": "0",
            },
            1.5,
        ),
        ({"x-ratelimit-reset": "1700000090000", "x-ratelimit-remaining": "0"}, 90),
        ({"x-ratelimit-reset": "1700000090"}, 90),
        ({"ratelimit-reset": "30"}, 30),
        ({"anthropic-ratelimit-requests-reset": "2023-11-14T23:13:20Z"}, 3600),
        ({"x-rate-limit-reset-at-utc": "2023-11-14 22:14:20", "x-rate-limit-remaining": "0"}, 60),
        ({"x-rate-limit-reset-at-utc": "2023-11-14T22:14:20"}, 60),
        ({"x-rate-limit-reset-at-utc": "Tue, 14 Nov 2023 22:13:10 GMT"}, 0),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": ""}, None),
        ({"x-ratelimit-reset": "9" * 400 + "h"}, None),
        # What the provider asks for is more exact.
        ({"retry-after": "2", "x-ratelimit-reset": "6m0s"}, 2),
    ],
)
def test_without_a_time_to_wait_a_429_is_over_when_the_limits_are_reset(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert seconds == requested_wait(headers, NOW)
    assert requested_wait({name: value for name, value in headers.items() if name != "retry-after"}, NOW, 503) is None
    expected = 1 if seconds is None else seconds if seconds <= 60 else None
    assert expected == wait_before_repeat(0, reached=True, status=429, headers=headers, now=NOW)

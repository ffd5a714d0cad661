"""From an error reply to the error that people see: one line with the provider, the cause and a way on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbreason.errors import (
    KeyRejected,
    NotThere,
    OutOfCredits,
    ProviderError,
    ProviderTrouble,
    RateLimited,
    RequestRejected,
)
from nbreason.wire.envelope import Envelope

KEPT = "Your question is kept: run the cell again to ask once more."
CREDITS = re.compile(r"credit|quota|balance|funds|billing|top.?up|insufficient_quota", re.IGNORECASE)
CONTENT_TYPE = re.compile(r"content.?type|acceptable media", re.IGNORECASE)
LENGTH = re.compile(r"context.?length|too (long|large|many tokens)|maximum context", re.IGNORECASE)


def problem(
    status: int,
    envelope: Envelope,
    *,
    title: str,
    asked: str,
    key_source: str = "",
    request_id: str | None = None,
    last_balance: str = "",
) -> ProviderError:
    """The error for an HTTP status of 300 or more.

    title: the provider's name; asked: ``provider:model``; key_source: the variable the key came from
    last_balance: what was left at the last answer, in words, or empty
    """
    kind, what, advice = _line(status, envelope, title, asked, key_source, last_balance)
    said = f': "{envelope.message}"' if envelope.message else ""
    return kind(f"{what} ({status}){said}. {advice}", status, request_id)


def _line(
    status: int, envelope: Envelope, title: str, asked: str, key_source: str, last_balance: str
) -> tuple[type[ProviderError], str, str]:
    """The class, what happened, and what it cost and what to do."""
    words = f"{envelope.message} {envelope.code}"
    about_credits = status in (403, 429) and CREDITS.search(words)
    if status == 402 or about_credits or (status == 406 and not CONTENT_TYPE.search(words)):
        left = f" {last_balance} were left at the last answer." if last_balance else ""
        return (
            OutOfCredits,
            f"{title} says the account has too few credits",
            f"Nothing was spent.{left} {KEPT}",
        )
    if status in (401, 403):
        source = f" from {key_source}" if key_source else ""
        what = f"did not accept the key{source}" if status == 401 else f"does not let the key{source} do that"
        return KeyRejected, f"{title} {what}", f"Nothing was spent. {KEPT}"
    if 300 <= status < 400:
        return (
            NotThere,
            f"{title} sent the request on to another address",
            ("It is not followed, because the key would go along. Check the base URL. Nothing was spent."),
        )
    if status in (404, 405, 410):
        gone = "has been retired" if status == 410 else "is not there"
        return (
            NotThere,
            f"{title} says that {asked} {gone}",
            "Nothing was spent. %nbreason models shows what there is.",
        )
    if status == 413 or (status == 400 and LENGTH.search(words)):
        return (
            RequestRejected,
            f"The question is too long for {asked}",
            "Nothing was spent. Attach less, or use --alone.",
        )
    if status == 429:
        return RateLimited, f"{title} asks to slow down", f"Nothing was spent. Wait a little. {KEPT}"
    if status == 503:
        return ProviderTrouble, f"{title} is overloaded", f"Nothing was spent. {KEPT}"
    if status >= 500:
        sooner = " A lower effort answers sooner." if status in (504, 524) else ""
        return (
            ProviderTrouble,
            f"{title} had trouble of its own",
            (f"It may have been billed; nothing is resent by itself.{sooner} {KEPT}"),
        )
    return RequestRejected, f"{title} did not take the request", f"Nothing was spent. {KEPT}"


def header(headers: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these headers that is there; names in lower case."""
    return next((headers[name] for name in names if headers.get(name)), None)

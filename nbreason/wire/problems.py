"""From an error reply to the error that people see: one line with the provider, the cause and a way on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbreason.errors import (
    AuthenticationFailed,
    NotFound,
    OutOfCredits,
    ProviderError,
    RateLimited,
    RequestRejected,
    ServerError,
)
from nbreason.wire.envelope import MAYBE_BILLED, Envelope

KEPT = "Your question is kept: run the cell again to ask once more."
CREDITS = re.compile(r"credit|quota|balance|funds|billing|top.?up|budget.?exceeded", re.IGNORECASE)
CONTENT_TYPE = re.compile(r"content.?type|acceptable media", re.IGNORECASE)
LENGTH = re.compile(r"context.?(length|window)|too (long|large|many tokens)|maximum context", re.IGNORECASE)
CODES = {"insufficient_quota": 402, "rate_limit_exceeded": 429, "rate_limit_error": 429, "invalid_api_key": 401}
"""What OpenAI's words for an error inside a stream would have been as a status."""


@dataclass(frozen=True)
class ErrorContext:
    """What is known around an error.

    title: the provider's name; asked: ``provider:model``
    key_source: the variable the key came from, empty when none was needed; keys: those that may hold one
    request_id: from the headers; last_balance: what was left at the last answer, in words, or empty
    retry_after: seconds that the provider asks to wait, or None
    size: how large the request is and what makes it so, in a sentence, or empty
    """

    title: str
    asked: str
    key_source: str = ""
    keys: tuple[str, ...] = ()
    request_id: str | None = None
    last_balance: str = ""
    retry_after: float | None = None
    size: str = ""


Line = tuple[type[ProviderError], str, str]
"""The class, what happened, and what it cost and what to do."""


def problem(status: int, envelope: Envelope, case: ErrorContext) -> ProviderError:
    """The error for an HTTP status of 300 or more."""
    kind, what, advice = _line(status, envelope, case)
    said = f': "{envelope.message}"' if envelope.message else ""
    return kind(f"{what} ({status}){said}. {advice}", status, case.request_id or envelope.request_id or None)


def problem_inside(envelope: Envelope, case: ErrorContext) -> ProviderError:
    """The error for one that came inside a reply of status 200, where the cost is not known.

    OpenRouter puts the status into ``code``.
    """
    code = envelope.code
    status = int(code) if re.fullmatch(r"[45]\d\d", code) else CODES.get(code, 500)
    kind, _, _ = _line(status, envelope, case)
    said = f': "{envelope.message or code}"' if envelope.message or code else ""
    line = f"{case.title} reported an error inside the answer{said}. {MAYBE_BILLED} {KEPT}"
    return kind(line, None, case.request_id or envelope.request_id or None)


def _line(status: int, envelope: Envelope, case: ErrorContext) -> Line:
    words = f"{envelope.message} {envelope.code}"
    if status == 402 or (status in (403, 429) and CREDITS.search(words)):
        return _no_credits(case)
    if status == 406 and not CONTENT_TYPE.search(words):
        return _no_credits(case)  # Segmind's; it also says 406 for a wrong content type
    if status in (401, 403):
        return _no_entry(status, case)
    if 300 <= status < 400:
        return (
            NotFound,
            f"{case.title} sent the request on to another address",
            "It is not followed, because the key would go along. Check the base URL. Nothing was spent.",
        )
    if status in (404, 405, 410):
        gone = "has been retired" if status == 410 else "is not there"
        return (
            NotFound,
            f"{case.title} says that {case.asked} {gone}",
            "Nothing was spent. %nbreason models shows what there is, %nbreason status the address that was asked.",
        )
    if status == 413 or (status in (400, 422) and LENGTH.search(words)):
        size = f"{case.size} " if case.size else ""
        advice = f"{size}Nothing was spent. Attach less, or use --alone."
        return RequestRejected, f"The question is too long for {case.asked}", advice
    if status == 429:
        return RateLimited, f"{case.title} asks to slow down", f"Nothing was spent. {_wait(case)} {KEPT}"
    if status == 503:
        wait = f" {_wait(case)}" if case.retry_after else ""
        return ServerError, f"{case.title} is overloaded", f"Nothing was spent.{wait} {KEPT}"
    if status >= 500 or status in (408, 409):
        sooner = " A lower effort answers sooner." if status in (408, 504, 524) else ""
        return ServerError, f"{case.title} had trouble of its own", f"{MAYBE_BILLED}{sooner} {KEPT}"
    return RequestRejected, f"{case.title} did not take the request", f"Nothing was spent. {KEPT}"


def no_credits(text: str) -> bool:
    """Whether the body of a 429 speaks of credits or quota, so that asking again is of no use."""
    envelope = Envelope.read(text)
    return bool(CREDITS.search(f"{envelope.message} {envelope.code}"))


def _no_credits(case: ErrorContext) -> Line:
    left = f" {case.last_balance} were left at the last answer." if case.last_balance else ""
    advice = f"Nothing was spent.{left} %nbreason credits asks the account. {KEPT}"
    return OutOfCredits, f"{case.title} says the account has too few credits", advice


def _no_entry(status: int, case: ErrorContext) -> Line:
    if not case.key_source and case.keys:
        advice = f"Set {' or '.join(case.keys)} in the environment that Jupyter starts from. Nothing was spent. {KEPT}"
        return AuthenticationFailed, f"{case.title} wants a key", advice
    source = f" from {case.key_source}" if case.key_source else ""
    what = f"did not accept the key{source}" if status == 401 else f"does not let the key{source} do that"
    return AuthenticationFailed, f"{case.title} {what}", f"Nothing was spent. {KEPT}"


def _wait(case: ErrorContext) -> str:
    if case.retry_after is None:
        return "Wait a little."
    return f"It asks to wait {case.retry_after:,.0f} s."


def header(headers: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these headers that is there; names in lower case."""
    return next((headers[name] for name in names if headers.get(name)), None)

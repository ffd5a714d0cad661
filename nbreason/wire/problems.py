"""From an error reply to the error that people see: one line with the provider, the cause and what to do."""

from __future__ import annotations

import re
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

SAVED = "Your question is saved: run the cell again to send it again."
CREDITS = re.compile(r"credit|quota|balance|funds|billing|top.?up|budget.?exceeded|spend(?:ing)? limit", re.IGNORECASE)
LENGTH = re.compile(r"context.?(length|window)|too (long|large|many tokens)|maximum context", re.IGNORECASE)
CODES = {"insufficient_quota": 402, "rate_limit_exceeded": 429, "rate_limit_error": 429, "invalid_api_key": 401}
"""OpenAI's code of an error inside a stream -> the HTTP status for it."""


@dataclass(frozen=True)
class ErrorContext:
    """What is known around an error.

    title: the provider's name; asked: ``provider:model``
    key_source: where the key came from, empty if none was needed; keys: the variables that may hold one
    request_id: from the headers; left: what is left on the account, as a sentence, or empty
    retry_after: seconds that the provider asks to wait, or None
    size: how large the request is and which parts are the largest, as a sentence, or empty
    """

    title: str
    asked: str
    key_source: str = ""
    keys: tuple[str, ...] = ()
    request_id: str | None = None
    left: str = ""
    retry_after: float | None = None
    size: str = ""


Line = tuple[type[ProviderError], str, str]
"""The class, what happened, and what it cost and what to do."""


def problem(status: int, envelope: Envelope, case: ErrorContext) -> ProviderError:
    """The error for an HTTP status of 300 or more."""
    kind, what, advice = _line(status, envelope, case)
    message = f': "{envelope.message}"' if envelope.message else ""
    return kind(f"{what} ({status}){message}. {advice}", status, case.request_id or envelope.request_id or None)


def problem_inside(envelope: Envelope, case: ErrorContext) -> ProviderError:
    """The error for one inside a reply of status 200, where the cost is unknown.

    OpenRouter puts the status into ``code``.
    """
    code = envelope.code
    status = int(code) if re.fullmatch(r"[45]\d\d", code) else CODES.get(code, 500)
    kind, _, _ = _line(status, envelope, case)
    message = f': "{envelope.message or code}"' if envelope.message or code else ""
    line = f"{case.title} reported an error inside the answer{message}. {MAYBE_BILLED} {SAVED}"
    return kind(line, None, case.request_id or envelope.request_id or None)


def _line(status: int, envelope: Envelope, case: ErrorContext) -> Line:
    words = f"{envelope.message} {envelope.code}"
    if status == 402 or (status in (403, 429) and CREDITS.search(words)):
        return _no_credits(case)
    if status == 406 and (CREDITS.search(words) or not words.strip()):
        return _no_credits(case)  # Segmind's; it also says 406 for a wrong content type or an invalid parameter
    if status in (401, 403):
        return _not_authorized(status, case)
    if 300 <= status < 400:
        return (
            NotFound,
            f"{case.title} redirected the request to another address",
            "Redirects are not followed, because the key would be sent along. Check the base URL. Nothing was spent.",
        )
    if status in (404, 405, 410):
        gone = "has been retired" if status == 410 else "was not found"
        return (
            NotFound,
            f"{case.title} reports that {case.asked} {gone}",
            "Nothing was spent. %nbreason models lists the models, %nbreason status shows the address that was used.",
        )
    if status == 413 or (status in (400, 422) and LENGTH.search(words)):
        size = f"{case.size} " if case.size else ""
        advice = f"{size}Nothing was spent. Attach less, or use --alone."
        return RequestRejected, f"The question is too long for {case.asked}", advice
    if status == 429:
        return RateLimited, f"Rate limit reached at {case.title}", f"Nothing was spent. {_wait(case)} {SAVED}"
    if status == 503:
        wait = f" {_wait(case)}" if case.retry_after else ""
        return ServerError, f"{case.title} is overloaded", f"Nothing was spent.{wait} {SAVED}"
    if status >= 500 or status in (408, 409):
        sooner = " A lower effort gives an answer sooner." if status in (408, 504, 524) else ""
        return ServerError, f"{case.title} reported a server error", f"{MAYBE_BILLED}{sooner} {SAVED}"
    return RequestRejected, f"{case.title} rejected the request", f"Nothing was spent. {SAVED}"


def no_credits(text: str) -> bool:
    """Whether the body of a 429 is about credits or quota, so that a retry does not help."""
    envelope = Envelope.read(text)
    return bool(CREDITS.search(f"{envelope.message} {envelope.code}"))


def _no_credits(case: ErrorContext) -> Line:
    left = f" {case.left}" if case.left else ""
    advice = f"Nothing was spent.{left} %nbreason credits shows the account. {SAVED}"
    return OutOfCredits, f"{case.title} reports that the account has too few credits", advice


def _not_authorized(status: int, case: ErrorContext) -> Line:
    if not case.key_source and case.keys:
        advice = f"Set {' or '.join(case.keys)} in the environment that Jupyter starts from. Nothing was spent. {SAVED}"
        return AuthenticationFailed, f"{case.title} requires an API key", advice
    source = f" from {case.key_source}" if case.key_source else ""
    what = f"did not accept the key{source}" if status == 401 else f"does not permit this with the key{source}"
    return AuthenticationFailed, f"{case.title} {what}", f"Nothing was spent. {SAVED}"


def _wait(case: ErrorContext) -> str:
    if case.retry_after is None:
        return "Wait a moment."
    hours = case.retry_after / 3600
    about = f" (about {hours:,.0f} hours)" if 1.5 <= hours < 1e5 else ""
    return f"It asks you to wait {case.retry_after:,.0f} s{about}."

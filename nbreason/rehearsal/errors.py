"""Error replies in the envelopes that the providers use.

Segmind: ``{"error": …}``, HTML for 405, 502 and 504. AI/ML API: a flat object for most, RFC 9457 problem+json
for some. OpenAI: ``{"error": {message, type, param, code}}``.
"""

from __future__ import annotations

import html
import json
import time
from http import HTTPStatus

from .values import JSON, Refusal, Reply

_HTML = (405, 502, 504)
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}

_REHEARSED = {
    400: "Invalid message format or parameters",
    401: "User authentication failed: missing or invalid API key",
    402: "Payment required: insufficient credits",
    403: "Forbidden: insufficient permissions or no credits left",
    404: "The requested model or endpoint does not exist",
    405: "The requested HTTP method is not allowed",
    406: "Not enough credits",
    410: "This model has been retired",
    429: "Too many requests",
    500: "Internal server error",
    502: "Bad gateway",
    503: "The service is temporarily unavailable",
    504: "Gateway timeout",
}


def rehearsed(status: int) -> Refusal:
    """The error that a directive asks for."""
    return Refusal(status, f"{_REHEARSED[status]} (rehearsed on request)")


def reply(refusal: Refusal, wire: str, path: str, request_id: str, envelope: str = "") -> Reply:
    """``refusal`` as ``wire`` (segmind, chat, responses) says it, or in ``envelope`` (problem, openai)."""
    status = refusal.status
    headers = [("x-request-id", request_id)]
    if status == 503:
        headers.append(("Retry-After", "1"))
    if not envelope and status in _HTML:
        return page(status, refusal.message, tuple(headers))
    media = "application/json"
    if envelope == "openai":
        body = openai(refusal)
    elif envelope == "problem":
        media = "application/problem+json"
        body = _problem(refusal, path, request_id)
    elif wire == "segmind":
        body = _segmind(refusal)
    else:
        body = _aimlapi(refusal, path, request_id)
    headers.insert(0, ("Content-Type", media))
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Reply(status, tuple(headers), data)


def openai(refusal: Refusal) -> JSON:
    """OpenAI's envelope, also what stands inside a stream or under a 200."""
    kind = _TYPES.get(refusal.status, "invalid_request_error" if refusal.status < 500 else "server_error")
    code = refusal.code if refusal.code or refusal.status < 500 else "server_error"
    return {"error": {"message": refusal.message, "type": kind, "param": refusal.param, "code": code}}


def page(status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An HTML error page, as gateways in front of the providers send them."""
    title = f"{status} {HTTPStatus(status).phrase}"
    text = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n"
        f"<body><h1>{title}</h1><p>{html.escape(message)}</p></body></html>\n"
    )
    return Reply(status, (("Content-Type", "text/html; charset=utf-8"), *headers), text.encode())


def login_page() -> Reply:
    """What a captive portal or an institute's proxy puts in place of the answer."""
    text = (
        "<!DOCTYPE html>\n<html><head><title>Log in to the network</title></head>\n"
        '<body><form method="post"><input name="user"><button>Log in</button></form></body></html>\n'
    )
    return Reply(200, (("Content-Type", "text/html; charset=utf-8"),), text.encode())


def _segmind(refusal: Refusal) -> JSON:
    if refusal.status in (401, 403):
        phrase = HTTPStatus(refusal.status).phrase
        return {"error": phrase, "error_description": refusal.message, "status_code": refusal.status}
    return {"error": refusal.message}


def _aimlapi(refusal: Refusal, path: str, request_id: str) -> JSON:
    return {
        "message": refusal.message,
        "path": path,
        "requestId": request_id,
        "statusCode": refusal.status,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
    }


def _problem(refusal: Refusal, path: str, request_id: str) -> JSON:
    title = HTTPStatus(refusal.status).phrase
    return {
        "title": title,
        "status": refusal.status,
        "message": refusal.message,
        "instance": path,
        "requestId": request_id,
        "error": {"name": title.replace(" ", ""), "message": refusal.message},
    }

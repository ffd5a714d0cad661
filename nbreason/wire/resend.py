"""The one request that is sent again in another form: a stream, or the tokens at its end, was refused.

A server that says so with status 400 (``param: "stream"``, ``code: "unsupported_value"``) has run nothing, so this
costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from nbreason.core.request import Request
from nbreason.wire.envelope import Envelope

STREAM, USAGE = "stream", "stream_options"
UNSUPPORTED = re.compile(
    r"unsupported|not supported|unknown|unrecogni[sz]ed|not permitted|invalid|extra", re.IGNORECASE
)


def refused(request: Request, status: int, envelope: Envelope) -> str:
    """What of a streamed request was refused: ``stream_options``, ``stream``, or nothing (empty)."""
    if status not in (400, 422) or not request.stream:
        return ""
    named = envelope.param.partition(".")[0]
    if named in (STREAM, USAGE):
        return named if named == STREAM or request.stream_usage else ""
    words = f"{envelope.code} {envelope.message}"
    if named or not UNSUPPORTED.search(words):
        return ""
    if USAGE in words:
        return USAGE if request.stream_usage else ""
    return STREAM if re.search(r"\bstream(ing)?\b", words, re.IGNORECASE) else ""


def without(request: Request, names: Collection[str]) -> Request:
    """The request without what an endpoint has refused before."""
    return replace(
        request,
        stream=request.stream and STREAM not in names,
        stream_usage=request.stream_usage and USAGE not in names,
    )

"""Providers that work on a request without an open connection: what is sent, and what their replies mean.

Sources: OpenAI's guide to background mode; Segmind's page on asynchronous inference (v2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbreason.wire import WireName
from nbreason.wire.envelope import Envelope
from nbreason.wire.reply import StreamError
from nbreason.wire.values import mapping, string

PENDING = ("queued", "in_progress", "processing")
JOB = re.compile(r"[A-Za-z0-9_-]{1,200}")
"""Names of work that can be part of a path as they are."""


class Unfinished(Exception):
    """There is no answer in this reply.

    job:  the provider's name of the work; empty: it gives none that can be part of a path
    done: whether the answer is ready, at another path
    """

    def __init__(self, job: str, done: bool = False) -> None:
        super().__init__(job)
        self.job = job
        self.done = done


@dataclass(frozen=True)
class Polling:
    """How to send a request that is worked on without a connection, and to ask for its answer.

    wire:   of the request and of the answer; submit: path of the request, empty: that of the wire
    fields: what is added to the body
    job:    the field of the reply that names the work
    status, result, cancel: paths, in which ``{job}`` is replaced; empty: the answer comes with the status, and the work
            cannot be stopped
    opened: the reply of the wire inside a reply
    keeps:  for how long an answer can be collected, for people
    """

    wire: WireName
    status: str
    keeps: str
    submit: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    job: str = "id"
    result: str = ""
    cancel: str = ""
    opened: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda body: body

    def body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body of the request, without `store: false`, which OpenAI once refused here: such an answer is stored
        until it can no longer be collected, whether that is said or not."""
        return {**{name: value for name, value in body.items() if (name, value) != ("store", False)}, **self.fields}

    def answer(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The reply of the wire.  Raises Unfinished while there is none, StreamError when the work has failed."""
        state = string(body.get("status")).lower()
        if state == "failed":
            raise StreamError(Envelope.of(body))
        if state in PENDING:
            job = string(body.get(self.job))
            raise Unfinished(job if JOB.fullmatch(job) else "")
        return self.opened(body)

    def state(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same for the reply about the state, if the answer is at another path: raises Unfinished in any case."""
        found = self.answer(body)
        raise Unfinished(string(found.get(self.job)), done=True)


RESPONSES = Polling(
    wire="responses",
    status="/v1/responses/{job}",
    cancel="/v1/responses/{job}/cancel",
    fields={"background": True},
    keeps="about 10 minutes",
)
"""OpenAI's background mode."""


def segmind_output(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The chat completion in a result of Segmind, whose page shows ``output`` for media only: it may be an object, JSON
    as text, or the text of the answer."""
    output, metrics = body.get("output"), {"metrics": mapping(body.get("metrics"))}
    if "choices" in body:
        return body
    if isinstance(output, str):
        try:
            output = json.loads(output)
        except (ValueError, RecursionError):
            return {"choices": [{"message": {"content": body["output"]}, "finish_reason": "stop"}], **metrics}
    return {**output, **metrics} if isinstance(output, Mapping) else body


SEGMIND = Polling(
    wire="chat",
    submit="/v2/{model}",
    job="request_id",
    status="/v2/requests/{job}/status",
    result="/v2/requests/{job}",
    opened=segmind_output,
    keeps="an hour",
)

"""Requests that are worked on without a connection: OpenAI's background mode, and Segmind's asynchronous inference."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass

from .values import JSON, Asked, Refusal

_MOST = 100


def wanted(asked: Asked) -> bool:
    """Whether a request is to be worked on without a connection."""
    return asked.path.startswith("/v2/") or (asked.fields.get("background") is True and not asked.stream)


@dataclass
class _Job:
    segmind: bool
    answer: JSON
    ready: float
    cancelled: bool = False


class Jobs:
    """The last hundred of them; safe to use from many threads."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, asked: Asked, answer: bytes, seconds: float) -> JSON:
        """Keep an answer, which is ready after so many seconds; gives the first reply."""
        body: JSON = json.loads(answer)
        segmind = asked.path.startswith("/v2/")
        name = str(uuid.uuid4()) if segmind else str(body["id"])
        with self._lock:
            self._jobs[name] = _Job(segmind, body, time.monotonic() + seconds)
            while len(self._jobs) > _MOST:
                self._jobs.popitem(last=False)
        if segmind:
            places = {"status_url": f"/v2/requests/{name}/status", "response_url": f"/v2/requests/{name}"}
            return {"request_id": name, "status": "QUEUED", **places}
        return _unfinished(body, "queued")

    def reply(self, path: str) -> JSON:
        """The reply to a question for the state or the answer."""
        status_only = path.endswith("/status")
        name = path.removesuffix("/status").rpartition("/")[2]
        job = self._find(name)
        done = time.monotonic() >= job.ready
        if not job.segmind:
            if job.cancelled:
                return _unfinished(job.answer, "cancelled")
            return {"status": "completed", **job.answer} if done else _unfinished(job.answer, "in_progress")
        state = {"status": "COMPLETED" if done else "PROCESSING", "request_id": name}
        if status_only or not done:
            return state
        return {**state, "output": job.answer, "metrics": {"cost": 0.5, "inference_time": 0.3}}

    def cancel(self, path: str) -> JSON:
        """The reply to a request to stop."""
        job = self._find(path.removesuffix("/cancel").rpartition("/")[2])
        job.cancelled = True
        return _unfinished(job.answer, "cancelled")

    def _find(self, name: str) -> _Job:
        with self._lock:
            if name not in self._jobs:
                raise Refusal(404, f"Response with id '{name}' not found.")
            return self._jobs[name]


def _unfinished(answer: JSON, state: str) -> JSON:
    kept: JSON = {name: answer[name] for name in ("id", "object", "created_at", "model") if name in answer}
    return {**kept, "background": True, "status": state, "output": [], "usage": None, "error": None}

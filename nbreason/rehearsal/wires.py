"""Whole JSON answers of each API: Segmind, chat completions, responses."""

from __future__ import annotations

import time
import uuid

from .ledger import USD_PER_CREDIT
from .values import JSON, Asked, Outcome


def segmind(asked: Asked, outcome: Outcome, *, usage: bool = True, reasoning_field: str = "") -> JSON:
    """OpenAI's ``chat.completion``, as on Segmind's page of o1-preview."""
    body = {
        "id": f"chat_{uuid.uuid4().hex[:24]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked.model,
        "choices": [_choice(outcome, reasoning_field)],
    }
    if usage:
        body["usage"] = chat_usage(outcome)
    return body


def chat(asked: Asked, outcome: Outcome, model: str, *, usage: bool = True, reasoning_field: str = "") -> JSON:
    """``chat.completion`` with AI/ML API's ``meta``; ``model`` is the dated name of the model."""
    body = {
        "id": f"chatcmpl-{uuid.uuid4().hex[:29]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [_choice(outcome, reasoning_field)],
        "system_fingerprint": None,
        "meta": meta(outcome, usage),
    }
    if usage:
        body["usage"] = chat_usage(outcome, _openrouter(asked))
    return body


def chat_usage(outcome: Outcome, with_cost: bool = False) -> JSON:
    """``usage`` of chat completions, in tokens; ``cost`` (USD) is OpenRouter's addition."""
    usage: JSON = {
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "total_tokens": outcome.prompt_tokens + outcome.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": outcome.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    if with_cost:
        usage["cost"] = usd(outcome.cost)
    return usage


def meta(outcome: Outcome, usage: bool = True) -> JSON:
    """AI/ML API's ``meta``: credits and USD of this answer; ``usage`` may be null."""
    if not usage:
        return {"usage": None}
    return {"usage": {"credits_used": outcome.cost, "usd_spent": usd(outcome.cost)}}


def usd(credits: float) -> float:
    """Play dollars for play credits."""
    return round(credits * USD_PER_CREDIT, 8)


def openrouter_path(path: str) -> bool:
    """Whether the request came by OpenRouter's base path."""
    return path.startswith("/api/")


def _openrouter(asked: Asked) -> bool:
    return openrouter_path(asked.path)


def _choice(outcome: Outcome, reasoning_field: str) -> JSON:
    message: JSON = {
        "role": "assistant",
        "content": None if outcome.refusal else outcome.text,
        "refusal": outcome.refusal,
        "annotations": [],
    }
    if reasoning_field:
        message[reasoning_field] = outcome.thinking
    return {"index": 0, "finish_reason": outcome.finish, "message": message}


def response(asked: Asked, outcome: Outcome, model: str, *, usage: bool = True, openai: bool = False) -> JSON:
    """A finished ``response`` object.

    By default as AI/ML API's samples have it: no top-level ``status`` when all is well, and a message item
    that still says ``in_progress``; with ``openai`` as OpenAI sends it. Truncation says ``incomplete``.
    """
    body = skeleton(asked, model)
    reason = incomplete_reason(outcome)
    body["output"] = [reasoning_item(outcome), message_item(outcome, openai)]
    body["output_text"] = outcome.text
    body["usage"] = response_usage(outcome) if usage else None
    body["meta"] = meta(outcome, usage)
    if reason:
        body["status"] = "incomplete"
        body["incomplete_details"] = {"reason": reason}
    elif openai:
        body["status"] = "completed"
    else:
        del body["status"]
    return body


def skeleton(asked: Asked, model: str) -> JSON:
    """A ``response`` object that has no output yet."""
    fields = asked.fields
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": fields.get("instructions"),
        "max_output_tokens": asked.cap,
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": asked.effort or "medium", "summary": asked.summary},
        "store": fields.get("store") is True,
        "temperature": 1,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1,
        "truncation": "disabled",
        "usage": None,
        "metadata": {},
    }


def incomplete_reason(outcome: Outcome) -> str:
    """Why a response is incomplete, in the Responses API's words, or nothing."""
    return {"length": "max_output_tokens", "content_filter": "content_filter"}.get(outcome.finish, "")


def reasoning_item(outcome: Outcome) -> JSON:
    """The output item that stands for the reasoning; its summary is empty unless one was asked for."""
    summary = [{"type": "summary_text", "text": outcome.thinking}] if outcome.thinking else []
    return {"id": f"rs_{uuid.uuid4().hex}", "type": "reasoning", "summary": summary}


def message_item(outcome: Outcome, openai: bool) -> JSON:
    """The output item with the text or the refusal."""
    finished = "incomplete" if incomplete_reason(outcome) else "completed"
    return {
        "id": f"msg_{uuid.uuid4().hex}",
        "type": "message",
        "status": finished if openai else "in_progress",
        "content": [content_part(outcome)],
        "role": "assistant",
    }


def content_part(outcome: Outcome) -> JSON:
    """The one content part of the message item."""
    if outcome.refusal:
        return {"type": "refusal", "refusal": outcome.refusal}
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": outcome.text}


def response_usage(outcome: Outcome) -> JSON:
    """``usage`` of the Responses API, in tokens."""
    return {
        "input_tokens": outcome.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": outcome.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": outcome.reasoning_tokens},
        "total_tokens": outcome.prompt_tokens + outcome.completion_tokens,
    }

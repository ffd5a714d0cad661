"""The lists of models, as the documents of each server show them.

Several servers share a path; there one body has the fields of all of them.
"""

from __future__ import annotations

from .models import Model, Models
from .values import JSON, Refusal

# Path (without the /api of OpenRouter, LM Studio and Ollama) -> its method, and whether it is for those with a key.
ENDPOINTS = {
    "/v1/models": ("GET", False),
    "/v1/language-models": ("GET", True),
    "/model_group/info": ("GET", True),
    "/props": ("GET", False),
    "/tags": ("GET", False),
    "/ps": ("GET", False),
    "/show": ("POST", False),
}
PRICE_IN, PRICE_OUT = 2e-6, 8e-6  # USD a token
LOADED = 65_536  # tokens of context with which a local server runs a model


def answer(name: str, models: Models, asked: str) -> JSON:
    """The body for the path ``name``; ``asked`` is the model that the request names, if it names one."""
    every = list(models.by_name.values())
    if name == "/model_group/info":
        return {"data": [_litellm(model) for model in every]}
    if name == "/v1/language-models":
        return {"models": [_xai(model) for model in every]}
    if name == "/props":
        return {
            "default_generation_settings": {"id": 0, "n_ctx": LOADED, "params": {}},
            "total_slots": 1,
            "model_alias": "rehearsal",
            "modalities": {"vision": True, "audio": False},
        }
    if name == "/tags":
        return {"models": [{"name": _ollama(model), "model": _ollama(model), "details": {}} for model in every]}
    if name == "/ps":
        return {"models": [{"name": _ollama(every[0]), "model": _ollama(every[0]), "context_length": LOADED}]}
    if name == "/show":
        return _show(models.find(asked), asked)
    return {
        "object": "list",
        "data": [_model(model) for model in every],
        "models": [_lmstudio(model) for model in every],
    }


def _kinds(model: Model) -> list[str]:
    return ["text", "image"] if model.images else ["text"]


def _model(model: Model) -> JSON:
    """An entry of ``/v1/models``: OpenAI's, and what AI/ML API, OpenRouter, vLLM, Groq and llama.cpp add."""
    name, dated = model.name, model.dated
    return {
        "id": name,
        "object": "model",
        "created": 1745000000,
        "owned_by": "rehearsal",
        # AI/ML API
        "aliases": sorted({dated, f"openai/{dated}"} - {name}),
        "type": "openai/chat-completions",
        "info": {"name": name, "developer": "rehearsal", "contextLength": model.window, "outputMax": model.most},
        "tags": [],
        "modalities": {"input": _kinds(model), "output": ["text"]},
        # OpenRouter
        "context_length": model.window,
        "architecture": {"input_modalities": _kinds(model), "output_modalities": ["text"]},
        "top_provider": {"context_length": model.window, "max_completion_tokens": model.most},
        "pricing": {"prompt": f"{PRICE_IN:.7f}", "completion": f"{PRICE_OUT:.7f}", "image": "0", "request": "0"},
        "supported_parameters": ["max_tokens", *(["reasoning", "include_reasoning"] if model.efforts else [])],
        "reasoning": {"supported_efforts": list(model.efforts)} if model.efforts else None,
        # vLLM, Groq, llama.cpp
        "max_model_len": model.window,
        "context_window": model.window,
        "max_completion_tokens": model.most,
        "meta": {"n_ctx_train": model.window},
    }


def _litellm(model: Model) -> JSON:
    return {
        "model_group": model.name,
        "providers": ["openai"],
        "max_input_tokens": float(model.window),
        "max_output_tokens": float(model.most),
        "input_cost_per_token": PRICE_IN,
        "output_cost_per_token": PRICE_OUT,
        "mode": "chat",
        "supports_vision": model.images,
        "supports_reasoning": bool(model.efforts),
        "supported_reasoning_efforts": None,
        "supported_openai_params": ["stream", "max_completion_tokens"],
    }


def _xai(model: Model) -> JSON:
    """Prices are in USD cents for a hundred million tokens."""
    return {
        "id": model.name,
        "aliases": [],
        "input_modalities": _kinds(model),
        "output_modalities": ["text"],
        "prompt_text_token_price": round(PRICE_IN * 1e10),
        "cached_prompt_text_token_price": 0,
        "completion_text_token_price": round(PRICE_OUT * 1e10),
    }


def _lmstudio(model: Model) -> JSON:
    return {
        "type": "llm",
        "key": model.name,
        "loaded_instances": [{"id": model.name, "config": {"context_length": LOADED}}] if model.images else [],
        "max_context_length": model.window,
        "capabilities": {"vision": model.images, "trained_for_tool_use": True},
    }


def _ollama(model: Model) -> str:
    return model.name if ":" in model.name else f"{model.name}:latest"


def _show(model: Model | None, asked: str) -> JSON:
    if model is None:
        raise Refusal(404, f"model '{asked}' not found")
    return {
        "capabilities": ["completion", *(["vision"] if model.images else []), *(["thinking"] if model.efforts else [])],
        "details": {"family": "rehearsal"},
        "model_info": {"general.architecture": "rehearsal", "rehearsal.context_length": model.window},
    }

"""What a model or a provider refuses although the request is well formed."""

from __future__ import annotations

from .models import Model
from .values import Asked, Refusal

_SAMPLING = (
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "logit_bias",
)
# Segmind's page of o3: "up to 5 files, 10MB each".
SEGMIND_IMAGES = 5
SEGMIND_IMAGE_BYTES = 10 * 1000 * 1000


def check(asked: Asked, model: Model, *, strict_openai: bool) -> None:
    """Raises Refusal for the first thing that ``model`` does not take at this endpoint."""
    _endpoint(asked, model)
    _parameters(asked, model, strict_openai)
    _roles(asked, model)
    _images(asked, model)
    if asked.wire == "segmind":
        _segmind_limits(asked)


def _endpoint(asked: Asked, model: Model) -> None:
    if asked.wire != "responses":
        return
    if not model.responses:
        raise Refusal(400, f"The model '{asked.model}' is not supported by the Responses endpoint.", "model")
    previous = asked.fields.get("previous_response_id")
    if previous is not None:
        # Nothing is stored here, as with AI/ML API's default ``store: false``.
        text = f"Previous response with id '{previous}' not found."
        raise Refusal(400, text, "previous_response_id", "previous_response_not_found")


def _parameters(asked: Asked, model: Model, strict_openai: bool) -> None:
    for name in _SAMPLING:
        if asked.fields.get(name) is not None:
            raise _unsupported(name, f"'{name}' is not supported with this model.")
    if asked.wire != "responses" and (number := asked.fields.get("n")) not in (None, 1):
        text = f"Unsupported value: 'n' does not support {number!r} with this model. Only the default (1) is supported."
        raise Refusal(400, text, "n", "unsupported_value")
    if asked.effort is not None and asked.effort not in model.efforts:
        name = "reasoning.effort" if asked.wire == "responses" else "reasoning_effort"
        if not model.efforts:
            raise _unsupported(name, f"'{name}' is not supported with this model.")
        allowed = ", ".join(repr(effort) for effort in model.efforts)
        text = f"Unsupported value: '{name}' does not support '{asked.effort}'. Supported values: {allowed}."
        raise Refusal(400, text, name, "unsupported_value")
    if strict_openai and asked.wire == "chat" and asked.fields.get("max_tokens") is not None:
        raise _unsupported(
            "max_tokens",
            "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        )


def _unsupported(name: str, text: str) -> Refusal:
    return Refusal(400, f"Unsupported parameter: {text}", name, "unsupported_parameter")


def _roles(asked: Asked, model: Model) -> None:
    roles = {message.role for message in asked.messages}
    for role in ("system", "developer"):
        if role in roles and not model.system:
            text = f"Unsupported value: 'messages[0].role' does not support '{role}' with this model."
            raise Refusal(400, text, "messages[0].role", "unsupported_value")
    if asked.wire == "chat" and {"system", "developer"} <= roles:
        raise Refusal(400, "A request may hold a system or a developer message, not both.", "messages")


def _images(asked: Asked, model: Model) -> None:
    # Segmind's page of o1-preview documents images, against OpenAI's own page: believed there only.
    if asked.wire == "segmind" and model.name == "o1-preview":
        return
    if not model.images and any(message.pictures for message in asked.messages):
        text = f"Invalid content type. image_url is only supported by certain models, not by '{asked.model}'."
        raise Refusal(400, text, "messages", "invalid_content_type")
    if asked.wire == "chat" and not model.parts:
        for index, message in enumerate(asked.fields["messages"]):
            if isinstance(message.get("content"), list):
                text = f"Invalid type for 'messages[{index}].content': '{asked.model}' takes a string."
                raise Refusal(400, text, f"messages[{index}].content", "invalid_type")


def _segmind_limits(asked: Asked) -> None:
    pictures = [picture for message in asked.messages for picture in message.pictures]
    if len(pictures) > SEGMIND_IMAGES:
        raise Refusal(400, f"Too many images: {len(pictures)}, at most {SEGMIND_IMAGES} are allowed.")
    for picture in pictures:
        if picture.size > SEGMIND_IMAGE_BYTES:
            raise Refusal(400, f"Image too large: {picture.size:,} bytes, at most 10 MB are allowed.")

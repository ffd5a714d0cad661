"""What a model takes and refuses, as data, and the one check before anything is sent.

Sources: the providers' published pages and OpenAPI files; each provider's file adds its own limits.  Every
fact can be overridden in the settings (``NBReason.models``), because providers change faster than packages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from nbreason.core.parts import Image
from nbreason.core.phrases import counted, did_you_mean
from nbreason.core.turns import Message
from nbreason.errors import Refused

ImageLimit = int | Literal["any"] | None
"""How many images one request may hold: 0 none, ``any`` any number as far as is known; None: unknown."""
SystemRole = Literal["system", "developer", "fold"]
"""How instructions are sent: as a message of that role, or as part of the first user message."""

EFFORTS = ("low", "medium", "high")
JSON = ("object", "schema")
SAMPLING = (
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "logit_bias",
)
"""Parameters that OpenAI's reasoning models do not have, according to its guide to reasoning and to AI/ML API's
OpenAPI files."""
RESERVED = {
    "model": "use --model",
    "messages": "the cell is the question",
    "input": "the cell is the question",
    "instructions": "use --system",
    "reasoning_effort": "use --effort",
    "max_tokens": "use --max-tokens",
    "max_completion_tokens": "use --max-tokens",
    "max_output_tokens": "use --max-tokens",
    "response_format": "use --format json or --schema",
    "stream": "nbreason streams where it can",
    "stream_options": "nbreason streams where it can",
    "n": "nbreason asks for one answer",
    "background": "use --poll",
}
"""Parameters that nbreason sets itself, and how."""


LEARNED = ("images", "efforts", "window", "max_input", "max_output", "price_in", "price_out", "price_cached")
"""The facts that catalogues and the snapshot may add; None always means unknown."""


@dataclass(frozen=True)
class Source:
    """Who says a fact, in words and in one word, and when (ISO 8601, a day or a minute; empty: not dated)."""

    name: str
    short: str
    as_of: str = ""


SETTINGS = Source("NBReason.models", "settings")
DESCRIBED = Source("the provider's documents", "documents")


@dataclass(frozen=True)
class ModelFacts:
    """What is known of one model at one provider.

    images:      how many images one request may hold
    image_bytes: largest image, in bytes
    image_extras: what is documented of images besides their bytes: ``url`` (an https address), ``detail``
    efforts:     reasoning efforts that it supports; empty: none; None: unknown, so any is passed on
    system:      how instructions are sent
    window:      question and answer together, in tokens; max_input, max_output: either alone; None: unknown
    price_in, price_out, price_cached: list prices in USD per token; 0 means free, None unknown
    cap:         the name of the parameter that limits the answer's tokens
    id:          the name on the wire, when it differs from the name people type
    json:        which JSON it can be made to write by a parameter: any ``object``, or one of a ``schema``
    refuses:     parameters that it does not take although its wire has them
    params:      parameters that it takes although its wire does not have them; None: unknown, so any is passed on
    auth:        how the key is sent, where this model differs from its provider: ``bearer``, or the name of a header
    summary:     ``auto``, ``concise`` or ``detailed``: a summary of its reasoning is asked for (Responses only)
    sources:     where facts come from that are not of the provider's file
    """

    images: ImageLimit = None
    image_bytes: int | None = None
    image_extras: tuple[str, ...] = ()
    efforts: tuple[str, ...] | None = None
    system: SystemRole = "system"
    window: int | None = None
    max_input: int | None = None
    max_output: int | None = None
    price_in: float | None = None
    price_out: float | None = None
    price_cached: float | None = None
    cap: str = "max_completion_tokens"
    id: str | None = None
    json: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    params: tuple[str, ...] | None = None
    auth: str = ""
    summary: str | None = None
    sources: Mapping[str, Source] = field(default_factory=dict, compare=False)

    @property
    def context(self) -> int | None:
        """The tokens of which an answer's line tells the share that was used."""
        return self.window or self.max_input

    @property
    def input_limit(self) -> int | None:
        """The longest question, in tokens."""
        return min(filter(None, (self.max_input, self.window)), default=None)

    @property
    def history_limit(self) -> int | None:
        """How long question and history may be so that there is room for an answer, in tokens."""
        if self.context is None:
            return None
        return min(self.context - min(self.max_output or 0, self.context // 4), self.max_input or self.context)

    def source(self, fact: str) -> Source:
        """Who says a fact, if it is known."""
        return self.sources.get(fact, DESCRIBED)

    def override(self, facts: Mapping[str, Any]) -> ModelFacts:
        """These facts with those of the settings.  Raises Refused for an unknown name, or an impossible value."""
        if not facts:
            return self
        known = sorted({item.name for item in fields(self)} - {"sources"})
        for name in facts:
            if name not in known:
                raise Refused(
                    f"The setting NBReason.models has no fact {name!r}; there are: {', '.join(known)}."
                    " Nothing was sent."
                )
        clean: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
        }
        if "images" in clean:
            clean["images"] = image_limit(clean["images"])
        return replace(self, **clean, sources={**self.sources, **dict.fromkeys(clean, SETTINGS)})

    def completed(self, found: Mapping[str, Any], source: Source) -> ModelFacts:
        """These facts, and of those in `found` the ones that are still unknown."""
        new = {name: found[name] for name in LEARNED if getattr(self, name) is None and found.get(name) is not None}
        return replace(self, **new, sources={**self.sources, **dict.fromkeys(new, source)}) if new else self


def image_limit(value: object) -> ImageLimit:
    """A value of the settings: a number, True or None for any number, or False.  Raises Refused for others."""
    if value is True or value is None:
        return "any"
    if isinstance(value, int) and value >= 0:
        return int(value)
    raise Refused(
        f"The fact images in NBReason.models is True, False or a number of images, not {value!r}. Nothing was sent."
    )


UNKNOWN = ModelFacts()

IMAGE_EXTRAS = ("url", "detail")
_LARGE = ModelFacts(
    images="any",
    image_extras=IMAGE_EXTRAS,
    efforts=EFFORTS,
    window=200_000,
    max_output=100_000,
    json=JSON,
    refuses=SAMPLING,
    params=(),
)
# `stop` is missing in AI/ML API's files for o3 and o4-mini, and there for o1 and o3-mini.
_LATER = replace(_LARGE, refuses=(*SAMPLING, "stop"))
OPENAI_MODELS: Mapping[str, ModelFacts] = {
    "o3": _LATER,
    "o4-mini": _LATER,
    "o1": _LARGE,
    "o3-mini": replace(_LARGE, images=0),
    "o1-preview": ModelFacts(
        images=0, efforts=(), system="fold", window=128_000, max_output=32_768, refuses=SAMPLING, params=()
    ),
}
GPT5 = replace(
    _LATER, efforts=("minimal", *EFFORTS), window=400_000, max_input=272_000, max_output=128_000, params=("verbosity",)
)
"""OpenAI's reasoning models, whoever serves them.  o1-preview is text only here: the page of one provider
says vision, those of OpenAI and AI/ML API say text."""


@dataclass(frozen=True)
class Options:
    """Options of one request that the provider gets."""

    effort: str | None = None
    max_tokens: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    detail: str | None = None


def check(
    asked: str,
    facts: ModelFacts,
    messages: Sequence[Message],
    options: Options,
    hint: str = "",
    params: Collection[str] | None = None,
    least_tokens: int = 1,
    only_known: bool = False,
) -> None:
    """Refuse what the model does not support, before anything is sent.

    asked:  the model as people name it, ``"segmind:o3-mini"``
    hint:   a model that reads images, to suggest
    params: the parameters that the wire has, or None to pass on any; least_tokens: its smallest limit of an answer
    only_known: whether to refuse other parameters also for a model without a description: some name another model
    Raises Refused with one line that names the model, the problem and what to do.
    """
    _check_images(asked, facts, messages, hint)
    if options.effort is not None and facts.efforts is not None and options.effort not in facts.efforts:
        supported = f"Use {', '.join(facts.efforts)}." if facts.efforts else "It has no effort levels: drop --effort."
        raise Refused(f"{asked} does not support the effort {options.effort!r}. {supported} Nothing was sent.")
    _check_length(asked, facts, options.max_tokens, least_tokens)
    for name in options.params:
        _check_parameter(asked, facts, name, params, only_known)


def _check_images(asked: str, facts: ModelFacts, messages: Sequence[Message], hint: str) -> None:
    images = [part for message in messages for part in message.parts if isinstance(part, Image)]
    if images and not facts.images:
        raise images_refused(asked, facts, len(images), hint)
    if isinstance(facts.images, int) and len(images) > facts.images:
        raise Refused(
            f"{asked} reads at most {facts.images} images, and {len(images)} are attached."
            " Attach fewer. Nothing was sent."
        )
    for image in images:
        if facts.image_bytes is not None and len(image.data) > facts.image_bytes:
            raise Refused(
                f"{asked} reads images of at most {facts.image_bytes / 1e6:.0f} MB, and"
                f" {image.source or 'one'} has {len(image.data) / 1e6:.1f} MB. Save it smaller. Nothing was sent."
            )


def images_refused(asked: str, facts: ModelFacts, images: int, hint: str = "") -> Refused:
    """The error for images that a model does not read, or of which nobody knows whether it does.

    images: how many; hint: a model that reads them
    """
    count = "one figure is" if images == 1 else f"{images} figures are"
    way = f"Use {hint}, or drop the figure." if hint else "Use a model that reads images, or drop the figure."
    reads, source = "reads text only", facts.source("images")
    if facts.images is None or source not in (SETTINGS, DESCRIBED):
        reads = "is not known to read images" if facts.images is None else f"reads text only, says {source.name}"
        way = (
            f'If it does: %config NBReason.models = {{"{asked}": {{"images": True}}}}. %nbreason models'
            f" {asked.partition(':')[0]} --refresh asks its server. {way}"
        )
    return Refused(f"{asked} {reads}, and {count} attached. {way} Nothing was sent.")


def _check_length(asked: str, facts: ModelFacts, tokens: int | None, least: int) -> None:
    if tokens is None:
        return
    if facts.max_output is not None and tokens > facts.max_output:
        raise Refused(
            f"{asked} can return at most {counted(facts.max_output, 'token')}, and --max-tokens is {tokens:,}."
            " Nothing was sent."
        )
    if tokens < least:
        raise Refused(
            f"{asked} does not accept a limit below {counted(least, 'token')}: raise --max-tokens {tokens}."
            " Nothing was sent."
        )


def _check_parameter(
    asked: str, facts: ModelFacts, name: str, params: Collection[str] | None, only_known: bool
) -> None:
    if name in RESERVED:
        raise Refused(f"--param cannot set {name!r}: {RESERVED[name]}. Nothing was sent.")
    if name in facts.refuses:
        raise Refused(f"{asked} has no parameter {name!r}. Drop --param {name}. Nothing was sent.")
    own = facts.params
    if params is None or name in params or name in (own or ()) or (own is None and not only_known):
        return
    takes = sorted({*params, *(own or ())} - {*facts.refuses})
    way = did_you_mean(name, takes, 0.7, "The setting NBReason.models can add it (params).")
    raise Refused(f"{asked} has no parameter {name!r} as far as nbreason knows. {way} Nothing was sent.")


def fold_system(messages: Sequence[Message]) -> list[Message]:
    """Put the instructions before the first user message, for models without system messages."""
    system = [message for message in messages if message.role == "system"]
    rest = [message for message in messages if message.role != "system"]
    if not system or not rest:
        return list(rest)
    parts = tuple(part for message in system for part in message.parts)
    return [Message(rest[0].role, (*parts, *rest[0].parts)), *rest[1:]]

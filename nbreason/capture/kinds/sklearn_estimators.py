"""scikit-learn: estimators and pipelines, by parameters and by what they learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_repr, without_addresses
from nbreason.core.characters import cut_middle, one_line
from nbreason.core.parts import Part

SENT = (
    Sent(
        "objects",
        "scikit-learn estimators and pipelines",
        "their repr, and what they learned (attributes that end in `_`): arrays of up to 24 values, of longer rows one "
        "number for each feature, the 24 largest of them; of a pipeline the same of each step",
    ),
)

_REPR = 1_500  # characters
_SHOWN = 24  # attributes, and features of one attribute
_DEEPEST = 2  # steps of steps
_COMPUTED = ("coef_", "feature_importances_")  # from what is stored, when they are asked for


def matches(value: object) -> bool:
    """Everything that can be fitted."""
    return is_a(value, "sklearn", "BaseEstimator")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    learned = list(_learned(value)) or ["It is not fitted."]
    return text_block(value, name, "model", "\n".join([_parameters(value), *learned]), limits)


def _parameters(estimator: Any) -> str:
    """Its repr, without the spaces that align it."""
    return cut_middle(" ".join(without_addresses(repr(estimator)).split()), _REPR)


def _learned(estimator: Any, inputs: Sequence[str] = (), depth: int = 0) -> Iterator[str]:
    """The fitted attributes, line by line; of each step of a pipeline likewise.

    inputs: names of the features that another estimator passes to this one
    """
    stored = {key: value for key, value in vars(estimator).items() if key.endswith("_") and not key.startswith("_")}
    stored |= {key: value for key in _COMPUTED if (value := _computed(estimator, key)) is not None}
    features = [str(feature) for feature in stored.pop("feature_names_in_", inputs)]
    for key, value in list(stored.items())[:_SHOWN]:
        if is_a(value, "sklearn", "BaseEstimator"):
            yield f"- {key}: {_parameters(value)}"
            yield from _inside(value, features, depth)
        else:
            yield f"- {key}: {_by_feature(value, features) or short_repr(value, 300)}"
    if features != list(inputs) and not any(_length(value) == len(features) for value in stored.values()):
        yield f"- features: {one_line(', '.join(features), 1_000)}"
    for index, (step, inner) in enumerate(estimator.steps if is_a(estimator, "sklearn", "Pipeline") else ()):
        names = value_or_none(lambda index=index: list(estimator[:index].get_feature_names_out())) if index else None  # type: ignore[misc]
        if lines := list(_inside(inner, names or features, depth)):
            yield from [f"Step {short_repr(step)}:", *lines]


def _inside(estimator: Any, inputs: Sequence[str], depth: int) -> Iterator[str]:
    """What an estimator inside another one learned, indented."""
    if depth < _DEEPEST and is_a(estimator, "sklearn", "BaseEstimator"):
        yield from (f"  {line}" for line in _learned(estimator, inputs, depth + 1))


def _computed(estimator: Any, key: str) -> Any:
    """The value of a property of scikit-learn itself; None for all others."""
    owner = next((cls for cls in type(estimator).__mro__ if key in vars(cls)), None)
    is_own = owner is not None and str(owner.__module__).startswith("sklearn.")
    return value_or_none(lambda: getattr(estimator, key)) if is_own else None


def _length(value: Any) -> int:
    """How many numbers an array has for one output; 0 for anything else."""
    if not is_a(value, "numpy", "ndarray") or not value.ndim:
        return 0
    return int(value.shape[-1]) if value.size == value.shape[-1] else 0


def _by_feature(value: Any, features: list[str]) -> str:
    """Numbers beside the names of their features; the largest first where they are many."""
    if not features or _length(value) != len(features) or value.dtype.kind not in "iuf":
        return ""
    pairs = list(zip(features, value.reshape(-1).tolist(), strict=True))
    if more := len(pairs) > _SHOWN:
        pairs = sorted(pairs, key=lambda pair: -abs(pair[1]))[:_SHOWN]
    listed = ", ".join(f"{one_line(feature, 60)} {format_number(number)}" for feature, number in pairs)
    return f"{listed} (the {_SHOWN} largest of {len(features):,})" if more else listed

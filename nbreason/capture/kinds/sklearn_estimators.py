"""scikit-learn: estimators and pipelines, by parameters and by what they learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.columns import csv_line
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_number, short_repr, without_addresses
from nbreason.core.characters import cut_middle, one_line
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "objects",
        "scikit-learn estimators and pipelines",
        "their repr, and what they learned (attributes that end in `_`): arrays of up to 24 values, of longer rows one "
        "number for each feature, the 24 largest; matrices of up to 120; how many of each label; parameters and "
        "scores of a search, the best 24; the rules of a small tree; of a pipeline or column transformer the same of "
        "each step",
    ),
)

_REPR = 1_500  # characters
_SHOWN = 24  # attributes, features of one attribute, combinations of a search
_CELLS = 120  # numbers of a matrix
_NODES = 31  # of a tree that is written out
_DEEPEST = 2  # steps of steps
_COMPUTED = ("coef_", "feature_importances_")  # from what is stored, when they are asked for
_FIRST = (
    "best_params_",
    "best_score_",
    "classes_",
    "coef_",
    "intercept_",
    "feature_importances_",
    "explained_variance_ratio_",
    "components_",
    "cluster_centers_",
    "labels_",
)


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
    stored.pop("refit_time_", None)  # would make every description a new one
    steps = list(_steps(estimator, stored, features))
    classes = _labels(stored.get("classes_"))
    keys = sorted(stored, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST))
    for key in keys[:_SHOWN]:
        if is_a(stored[key], "sklearn", "BaseEstimator"):
            yield f"- {key}: {_parameters(stored[key])}"
            yield from _inside(stored[key], features, depth)
        else:
            yield f"- {key}: {_value(key, stored[key], features, classes)}"
    if features != list(inputs) and not any(_width(value) == len(features) for value in stored.values()):
        yield f"- features: {one_line(', '.join(features), 1_000)}"
    if "tree_" in stored and stored["tree_"].node_count <= _NODES:
        yield value_or_none(lambda: _tree(estimator, features)) or ""
    for step, inner, names in steps:
        if lines := list(_inside(inner, names, depth)):
            yield from [f"Step {short_repr(step)}:", *lines]


def _steps(estimator: Any, stored: dict[str, Any], features: list[str]) -> Iterator[tuple[str, Any, list[str]]]:
    """Name, estimator and features of each step of a pipeline or a column transformer."""
    for index, (step, inner) in enumerate(estimator.steps if is_a(estimator, "sklearn", "Pipeline") else ()):
        names = value_or_none(lambda index=index: list(estimator[:index].get_feature_names_out())) if index else None  # type: ignore[misc]
        yield step, inner, names or features
    if is_a(estimator, "sklearn", "ColumnTransformer"):
        for step, inner, columns in stored.pop("transformers_", ()):
            yield step, inner, [str(name) for name in columns] if isinstance(columns, (list, tuple)) else []


def _inside(estimator: Any, inputs: Sequence[str], depth: int) -> Iterator[str]:
    """What an estimator inside another one learned, indented."""
    if depth < _DEEPEST and is_a(estimator, "sklearn", "BaseEstimator"):
        yield from (f"  {line}".replace("\n", "\n  ") for line in _learned(estimator, inputs, depth + 1))


def _computed(estimator: Any, key: str) -> Any:
    """The value of a property of scikit-learn itself; None for all others."""
    owner = next((cls for cls in type(estimator).__mro__ if key in vars(cls)), None)
    is_own = owner is not None and str(owner.__module__).startswith("sklearn.")
    return value_or_none(lambda: getattr(estimator, key)) if is_own else None


def _value(key: str, value: Any, features: list[str], classes: list[str]) -> str:
    """One attribute; in the way that answers most if there is one."""
    if is_a(value, "sklearn", "Tree"):
        said: str | None = f"depth {value.max_depth}, {counted(value.n_leaves, 'leaf', 'leaves')}"
    elif key == "cv_results_" and isinstance(value, dict):
        said = value_or_none(lambda: _search(value))
    elif key == "labels_" and is_a(value, "numpy", "ndarray") and value.dtype.kind in "iu":
        pairs = sorted(Counter(value.reshape(-1).tolist()).items())[:_SHOWN]
        said = f"{counted(value.size, 'value')}: {', '.join(f'{label} ×{count}' for label, count in pairs)}"
    else:
        said = _many(value) or _by_feature(value, features) or _matrix(value, features, classes)
    return said or short_repr(value, 300)


def _search(results: dict[str, Any]) -> str:
    """Parameters and scores of a search as CSV, the best first."""
    ranks = [key for key in results if key.startswith("rank_test_")][:1]
    scores = [key for key in results if key.startswith(("mean_test_", "std_test_"))]
    parameters = [key for key in results if key.startswith("param_")]
    size = len(results["params"])
    order = sorted(range(size), key=lambda at: results[ranks[0]][at] if ranks else at)[:_SHOWN]
    names = [*parameters, *scores]
    rows = [[_text(results[name][at]) for name in names] for at in order]
    shown = f"the best {_SHOWN} of {size:,}" if size > _SHOWN else counted(size, "combination")
    return "\n  ".join([f"{shown}, the best first, in rows:", csv_line(names), *map(csv_line, rows)])


def _text(value: Any) -> str:
    value = value.item() if is_a(value, "numpy", "generic") else value
    return format_number(value) if isinstance(value, float) else short_repr(value, 60).strip("'")


def _tree(estimator: Any, features: list[str]) -> str:
    """The rules of a small tree."""
    from importlib import import_module

    rules: str = import_module("sklearn.tree").export_text(estimator, feature_names=features or None)
    return "Rules:\n" + rules.rstrip()


def _many(value: Any) -> str:
    """How many estimators of what type are in a list or an array."""
    inner = value.reshape(-1).tolist() if is_a(value, "numpy", "ndarray") and value.dtype.kind == "O" else value
    if not isinstance(inner, (list, tuple)) or not inner:
        return ""
    if not all(is_a(one, "sklearn", "BaseEstimator") for one in inner):
        return ""
    return ", ".join(f"{count} {kind}" for kind, count in Counter(type(one).__name__ for one in inner).items())


def _labels(classes: Any) -> list[str]:
    """The classes of a classifier as names of rows."""
    is_list = is_a(classes, "numpy", "ndarray") and classes.ndim == 1 and classes.size <= _SHOWN
    return [short_repr(label, 40) for label in classes.tolist()] if is_list else []


def _width(value: Any) -> int:
    """How many numbers a row of an array has that is shown beside the features; 0 for anything else."""
    if not is_a(value, "numpy", "ndarray") or not value.ndim or value.dtype.kind not in "iuf":
        return 0
    is_matrix = value.ndim == 2 and 1 < len(value) and value.size <= _CELLS and value.shape[1] <= _SHOWN
    return int(value.shape[-1]) if value.size == value.shape[-1] or is_matrix else 0


def _by_feature(value: Any, features: list[str]) -> str:
    """Numbers beside the names of their features; the largest first where they are many."""
    if not features or _width(value) != len(features) or value.size != len(features):
        return ""
    pairs = list(zip(features, value.reshape(-1).tolist(), strict=True))
    if more := len(pairs) > _SHOWN:
        pairs = sorted(pairs, key=lambda pair: -abs(pair[1]))[:_SHOWN]
    listed = ", ".join(f"{one_line(feature, 60)} {format_number(number)}" for feature, number in pairs)
    return f"{listed} (the {_SHOWN} largest of {len(features):,})" if more else listed


def _matrix(value: Any, features: list[str], classes: list[str]) -> str:
    """A matrix as CSV, a row for each class, cluster or component and a column for each feature."""
    if not _width(value) or value.ndim != 2 or len(value) < 2:
        return ""
    header = [one_line(feature, 60) for feature in features] if len(features) == value.shape[1] else []
    labels = classes if len(classes) == len(value) else [str(row) for row in range(len(value))]
    rows = [[label, *map(short_number, row)] for label, row in zip(labels, value.tolist(), strict=True)]
    shape = f"{value.shape[0]} x {value.shape[1]}"
    if not header:
        return "\n  ".join([shape, *(f"{row[0]}: {', '.join(row[1:])}" for row in rows)])
    return "\n  ".join([f"{shape}, in rows:", *map(csv_line, [["", *header], *rows])])

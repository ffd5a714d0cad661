"""A value of a notebook in a few words: its type and its shape, without a request, a computation or its repr."""

from __future__ import annotations

from nbreason.capture.attempt import value_or_none
from nbreason.capture.object_types import type_name

# Where the shape is stored. That of a lazy table (dask, ibis, Spark) would have to be computed.
_STORED = frozenset({"geopandas", "jax", "numpy", "pandas", "polars", "pyarrow", "scipy", "torch", "xarray"})
_BUILT_IN = frozenset({bytes, bytearray, dict, frozenset, list, range, set, str, tuple})


def type_and_shape(value: object) -> str:
    """``pandas.DataFrame, 240 × 7``; ``list, 3``; ``int``."""
    name = type_name(value)
    if type(value) in _BUILT_IN:
        return f"{name}, {len(value):,}"  # type: ignore[arg-type]
    shape = value_or_none(lambda: _shape(value))
    return f"{name}, {shape}" if shape else name


def _shape(value: object) -> str:
    """``240 × 7``; empty where no known library has stored it: a property of any other class may do anything."""
    owner = next((cls for cls in type(value).__mro__ if "shape" in vars(cls)), None)
    if owner is None or str(owner.__module__).partition(".")[0] not in _STORED:
        return ""
    sides = vars(owner)["shape"].__get__(value)
    return " × ".join(f"{side:,}" for side in sides if type(side) is int)

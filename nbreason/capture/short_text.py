"""One short line for any value, however long, hostile or broken it is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import islice
from types import ModuleType
from typing import Any

from nbreason.capture.attempt import attempt
from nbreason.capture.object_types import is_a, type_name
from nbreason.core.characters import one_line
from nbreason.core.phrases import counted

# Addresses change with every run; the same data must have the same description, or no answer could be replayed.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

_DEEPEST = 4
_SMALL = 24  # values up to which an array is written out
_ROWS = 9  # of a table that is written out


def message_of(error: BaseException, limit: int = 200) -> str:
    """The message of an exception on one line, or a note that its message raises an error itself."""
    return attempt(
        lambda: one_line(str(error), limit),
        lambda broken: f"(its message raises {type(broken).__name__})",
    )


def without_addresses(text: str) -> str:
    """The repr without memory addresses."""
    return _ADDRESS.sub("", text)


def format_number(value: object) -> str:
    """A number with about six significant digits; integers stay exact, they may be identifiers."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 200 else f"an integer of {value.bit_length():,} bits"
    if isinstance(value, float):
        if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
            return str(int(value))
        return f"{value:.6g}"
    if isinstance(value, complex):
        return f"{value.real:.6g}{value.imag:+.6g}j"
    return one_line(str(value), 60)


def short_number(value: float) -> str:
    """A computed number with four significant digits; digits before the point stay."""
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e15 else f"{value:.4g}"


def short_repr(value: object, limit: int = 80, depth: int = 0) -> str:
    """One line for one value, at most `limit` characters; never raises, consumes or recurses for ever.

    Plain values are written as in Python, containers element by element, small arrays as type, shape and values,
    larger ones and tables as type and shape, and everything else by its repr when that works.
    """
    return attempt(
        lambda: one_line(_repr(value, limit, depth), limit),
        lambda error: one_line(f"<{type_name(value)}, whose repr raises {type(error).__name__}>", limit),
    )


def _repr(value: Any, limit: int, depth: int) -> str:
    kind = type(value)
    if kind is str:
        return repr(value[: limit + 1])
    if kind in (int, float, complex):
        return format_number(value)
    if value is None or kind is bool:
        return repr(value)
    if kind in (bytes, bytearray):
        return repr(bytes(value[:limit]))
    if kind in (list, tuple, set, frozenset, dict):
        return _container(value, limit, depth)
    shape = _shape(value)
    if shape:
        values = _values(value, limit - len(shape) - 24)
        return f"<{type_name(value)} {shape}{values and ': ' + values}>"
    if is_a(value, "pandas", "Interval", "Period"):
        return str(value)
    if kind is ModuleType:  # whose repr tells its path
        return f"<module {vars(value).get('__name__')}>"
    if getattr(kind, "__repr__", None) is object.__repr__:  # all that it would say is the name of the type
        return f"<{type_name(value)}>"
    if is_a(value, "numpy", "generic", "ndarray"):
        item = value.item()
        return str(value) if type(item) is kind or kind.__name__ == "datetime64" else _repr(item, limit, depth)
    return without_addresses(repr(value))


def _values(value: Any, limit: int) -> str:
    """The values of a small array, table or pandas Series, if they fit; of a larger table the names of its columns."""
    text = _container(items, 4 * limit, 0) if (items := _items(value)) is not None else ""
    if text and len(text) <= limit and "…" not in text:
        return text
    if limit > 40 and (is_a(value, "pandas", "DataFrame") or is_a(value, "polars", "DataFrame")):
        return "columns " + one_line(", ".join(short_repr(name, 40) for name in list(value.columns)[:100]), limit - 8)
    return ""


def _items(value: Any) -> object:
    """The values of a small array, table or Series as built-in containers; None of others."""
    if is_a(value, "pandas", "Series") and len(value) <= _SMALL:
        pairs = list(zip(value.index.tolist(), value.tolist(), strict=True))
        return dict(pairs) if value.index.is_unique else pairs
    if is_a(value, "pandas", "DataFrame") and len(value) <= _ROWS and value.size <= 2 * _SMALL:
        columns = {label: value.iloc[:, at].tolist() for at, label in enumerate(value.columns)}
        if len(columns) < value.shape[1]:  # two of one name
            return None
        labels = value.index.tolist()
        return columns if labels == list(range(len(labels))) else {value.index.name or "": labels, **columns}
    if is_a(value, "polars", "DataFrame") and value.height <= _ROWS and value.height * value.width <= 2 * _SMALL:
        return value.to_dict(as_series=False)
    if is_a(value, "numpy", "ndarray") and value.size <= _SMALL and value.dtype.kind in "biufcmMUSOT":
        return (value.astype(str) if value.dtype.kind in "mM" else value).tolist()
    return None


def _container(value: Any, limit: int, depth: int) -> str:
    opening, closing = "[]" if type(value) is list else "()" if type(value) is tuple else "{}"
    if type(value) is frozenset:
        opening, closing = "frozenset({", "})"
    size = len(value)
    if not size:
        return "set()" if type(value) is set else opening + closing
    if depth >= _DEEPEST:
        return f"{opening}… {counted(size, 'item')}{closing}"
    room = max(limit // 2, 16)
    pieces: list[str] = []
    used = 0
    for piece in _pieces(value, room, depth + 1):
        pieces.append(piece)
        used += len(piece) + 2
        if used > limit:
            break
    if len(pieces) < size:
        pieces.append(f"… {counted(size, 'item')}")
    return opening + ", ".join(pieces) + closing


def _pieces(value: Any, room: int, depth: int) -> Iterable[str]:
    """The elements of a built-in container, each on one line; sets in a fixed order."""
    if isinstance(value, dict):
        return (f"{short_repr(k, room, depth)}: {short_repr(v, room, depth)}" for k, v in islice(value.items(), 1000))
    if isinstance(value, (set, frozenset)):
        # The order of a set of strings changes with every kernel.
        return sorted(short_repr(v, room, depth) for v in islice(value, 10_000))
    return (short_repr(v, room, depth) for v in islice(value, 1000))


def _shape(value: object) -> str:
    """``"272 x 2"`` of a library's array or table, else nothing; asks only classes known to be harmless."""
    root = str(type(value).__module__).partition(".")[0]
    if root not in ("numpy", "pandas", "polars", "torch", "jax", "jaxlib", "scipy", "tensorflow", "cupy"):
        return ""
    shape: object = getattr(value, "shape", None)
    if not isinstance(shape, tuple) or not shape:
        return ""
    return " x ".join(str(side) for side in shape)

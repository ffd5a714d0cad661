"""Short text out of values that may be long, hostile or broken."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeVar

from nbreason.core.characters import sendable
from nbreason.core.phrases import counted

# Escape sequences of terminals: CSI (colours), OSC (titles, links) and the two-character ones.
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)|\x1b[@-Z\\-_]", re.DOTALL)

# What a reader cannot see but a model can: control characters, direction overrides, and the "tag" characters
# that spell invisible ASCII.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

# Addresses differ from run to run; the same data has to give the same description, or no answer is ever kept.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

_DEEPEST = 4

_T = TypeVar("_T")


def attempt(fact: Callable[[], _T], otherwise: Callable[[Exception], _T]) -> _T:
    """What `fact` gives, or what `otherwise` makes of its error.

    The one place where every error is caught: an object may raise anything, its description goes on.
    """
    try:
        return fact()
    except Exception as error:  # noqa: BLE001
        return otherwise(error)
    except BaseException as error:
        # A panic inside a Rust library (polars) is a BaseException, but it is an error like others.
        if type(error).__name__ != "PanicException":
            raise
        return otherwise(RuntimeError("panic"))


def known(fact: Callable[[], _T]) -> _T | None:
    """What `fact` gives, or None: a fact that cannot be had is left out."""
    return attempt(fact, lambda error: None)


def message_of(error: BaseException, limit: int = 200) -> str:
    """The message of an exception on one line, or that even its message raises."""
    return attempt(
        lambda: one_line(str(error), limit),
        lambda broken: f"(its message raises {type(broken).__name__})",
    )


def without_addresses(text: str) -> str:
    """The repr without memory addresses."""
    return _ADDRESS.sub("", text)


def clean(text: str) -> str:
    """The text without terminal escapes and invisible characters; line ends become ``\\n``."""
    if text.isprintable():  # most of it is, and that is quickly seen
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return _UNSEEN.sub("", sendable(text))


def clip(text: str, limit: int) -> str:
    """The text if it has at most `limit` characters, else its beginning and end and how much is between."""
    if len(text) <= limit:
        return text
    note = f"\n[… {len(text):,} characters in all, the middle left out …]\n"
    room = limit - len(note)
    if room < 40:
        return text[: max(limit - 1, 0)] + "…" if limit > 0 else ""
    tail = room // 4
    return text[: room - tail] + note + text[len(text) - tail :]


def one_line(text: str, limit: int) -> str:
    """The text on one line, line ends shown as ``\\n``, at most `limit` characters."""
    line = clean(text[: 4 * limit + 100]).replace("\n", "\\n").replace("\t", " ")
    return line if len(line) <= limit else line[: max(limit - 1, 0)] + "…"


def number(value: object) -> str:
    """A number in at most about six significant digits; whole numbers stay exact, they may be identifiers."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 200 else f"a whole number of {value.bit_length():,} bits"
    if isinstance(value, float):
        if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
            return str(int(value))
        return f"{value:.6g}"
    if isinstance(value, complex):
        return f"{value.real:.6g}{value.imag:+.6g}j"
    return one_line(str(value), 60)


def type_name(value: object) -> str:
    """The type as its users know it: ``pandas.DataFrame``, ``list``, ``Volcano``."""
    return class_name(type(value))


def class_name(cls: type) -> str:
    """A class as its users know it: the shortest public place it can be found under."""
    # A metaclass may do anything, also here.
    module, name = attempt(lambda: (str(cls.__module__), str(cls.__qualname__)), lambda error: ("", "object"))
    if not module or module in ("builtins", "__main__"):
        return one_line(name, 80)
    root = module.partition(".")[0]
    exported = vars(sys.modules[root]).get(name) if root in sys.modules else None
    if exported is cls:
        return f"{root}.{name}"
    public = []
    for step in module.split("."):
        if step.startswith("_"):
            break
        public.append(step)
    return one_line(".".join([*public, name]), 120)


def brief(value: object, limit: int = 80, depth: int = 0) -> str:
    """One line for one value, at most `limit` characters; never raises, consumes or recurses for ever.

    Plain values are written as in Python, containers element by element, arrays and tables as type and
    shape, and everything else by its repr when that works.
    """
    return attempt(
        lambda: one_line(_brief(value, limit, depth), limit),
        lambda error: one_line(f"<{type_name(value)}, whose repr raises {type(error).__name__}>", limit),
    )


def _brief(value: Any, limit: int, depth: int) -> str:
    kind = type(value)
    if kind is str:
        return repr(value[: limit + 1])
    if kind in (int, float, complex):
        return number(value)
    if value is None or kind is bool:
        return repr(value)
    if kind in (bytes, bytearray):
        return repr(bytes(value[:limit]))
    if kind in (list, tuple, set, frozenset, dict):
        return _brief_container(value, limit, depth)
    shape = _shape(value)
    if shape:
        return f"<{type_name(value)} {shape}>"
    if _has_plain_repr(kind):
        return f"<{type_name(value)}>"
    if callable(getattr(kind, "item", None)) and str(kind.__module__) == "numpy":
        return _brief(value.item(), limit, depth) if kind.__mro__[-2].__name__ == "generic" else str(value)
    return without_addresses(repr(value))


def _has_plain_repr(kind: Any) -> bool:
    """Whether a class has no repr of its own: then the name of the type is all it would say."""
    return kind.__repr__ is object.__repr__


def _brief_container(value: Any, limit: int, depth: int) -> str:
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
        return (f"{brief(k, room, depth)}: {brief(v, room, depth)}" for k, v in islice(value.items(), 1000))
    if isinstance(value, (set, frozenset)):
        # The order of a set of strings changes with every kernel.
        return sorted(brief(v, room, depth) for v in islice(value, 10_000))
    return (brief(v, room, depth) for v in islice(value, 1000))


def _shape(value: object) -> str:
    """``"272 x 2"`` of a library's array or table, else nothing; asks only classes known to be harmless."""
    root = str(type(value).__module__).partition(".")[0]
    if root not in ("numpy", "pandas", "polars", "torch", "jax", "jaxlib", "scipy", "tensorflow", "cupy"):
        return ""
    shape: object = getattr(value, "shape", None)
    if not isinstance(shape, tuple) or not shape:
        return ""
    return " x ".join(str(side) for side in shape)

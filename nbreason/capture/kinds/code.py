"""Functions, classes and modules: signature and documentation, and the source of one's own."""

from __future__ import annotations

import inspect
import sys
import types
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.errors import is_library
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import class_name, is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr, without_addresses
from nbreason.core.characters import cut_middle, one_line
from nbreason.core.parts import Part

SENT = (
    Sent("code", "functions and methods", "signature and source; of a library's the first paragraph of its docstring"),
    Sent(
        "code",
        "classes",
        "signature, base classes, names of methods, source; of a library's the first paragraph of its docstring",
    ),
    Sent("code", "modules", "name, version, docstring, names inside; no source and no path"),
)

_DOC = 1_500
_NAMES = 60  # members of a class or module that are listed
_CACHED = "_lru_cache_wrapper"
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
)


def matches(value: object) -> bool:
    """Functions, methods, classes, modules."""
    is_wrapped = is_a(value, "numpy", "_ArrayFunctionDispatcher", "ufunc") or is_a(value, "functools", _CACHED)
    return is_wrapped or isinstance(value, (*_FUNCTIONS, types.ModuleType, type))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    if isinstance(value, types.ModuleType):
        return text_block(value, name, "module", "\n".join(filter(None, _module(value))), limits)
    kind, lines = ("class", _class(value)) if isinstance(value, type) else ("function", _function(value))
    body = "\n".join(filter(None, lines))
    source = "" if _is_of_a_library(value) else _source(value)
    room = max(limits.characters - len(body) - 400, 200)
    body += f"\nSource:\n{cut_middle(source, room)}" if source else f"\n{_first_paragraph(value)}"
    return text_block(value, name, kind, body, limits)


def _function(function: Any) -> list[str]:
    qualified = one_line(str(getattr(function, "__qualname__", None) or short_repr(function)), 200)
    return [f"{qualified}{_signature(function)}"]


def _class(cls: type) -> list[str]:
    bases = [class_name(base) for base in cls.__mro__[1:-1]]
    methods = [key for key, member in vars(cls).items() if callable(member) and not key.startswith("_")]
    return [
        f"{class_name(cls)}{_signature(cls)}",
        f"Inherits from: {', '.join(bases[:8])}" if bases else "",
        f"Methods: {', '.join(sorted(methods)[:_NAMES])}" if methods else "",
    ]


def _is_of_a_library(value: Any) -> bool:
    """Whether something is defined in Python or in an installed package, not in the notebook or a file beside it."""
    name = getattr(value, "__module__", None) or "builtins"
    file = getattr(sys.modules.get(name), "__file__", None)
    return name != "__main__" and (file is None or is_library(file))


def _first_paragraph(value: Any) -> str:
    """Of the docstring, the summary and the paragraph after it where the summary is one line."""
    paragraphs = _documentation(value.__doc__).split("\n\n")
    return "\n".join(paragraphs[: 2 if "\n" not in paragraphs[0] else 1]).strip() or "It has no docstring."


def _module(module: types.ModuleType) -> list[str]:
    # Through the dict: asking a module for a name may import half a library.
    held = vars(module)
    names = [key for key in held if not key.startswith("_")]
    version = held.get("__version__")
    more = f" … {len(names):,} in all" if len(names) > _NAMES else ""
    return [
        f"Module {one_line(str(held.get('__name__', '')), 200)}",
        f"Version: {one_line(version, 60)}" if isinstance(version, str) else "",
        f"Names: {', '.join(sorted(names)[:_NAMES])}{more}" if names else "",
        _documentation(held.get("__doc__")),
    ]


def _signature(value: Any) -> str:
    return (
        value_or_none(lambda: one_line(without_addresses(str(inspect.signature(value))), 600)) or "(…)"
    )  # many built-ins have none


def _documentation(doc: object) -> str:
    return cut_middle(inspect.cleandoc(doc), _DOC) if isinstance(doc, str) else ""


def _source(value: Any) -> str:
    """The source, also of what was defined in a cell; "" for what was compiled elsewhere."""
    written = value if isinstance(value, type) else inspect.unwrap(value)
    return value_or_none(lambda: inspect.getsource(written)) or ""

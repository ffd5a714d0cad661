"""Functions, classes and modules: signature, documentation, and source where it is available."""

from __future__ import annotations

import inspect
import types
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import class_name
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import short_repr
from nbreason.core.characters import cut_middle, one_line
from nbreason.core.parts import Part

SENT = (
    Sent("code", "functions and methods", "signature, docstring, source where it is available"),
    Sent("code", "classes", "signature, base classes, names of methods, docstring, source where it is available"),
    Sent("code", "modules", "name, version, docstring, names inside; no source and no path"),
)

_DOC = 1_500
_NAMES = 60  # members of a class or module that are listed
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
    return isinstance(value, (*_FUNCTIONS, types.ModuleType, type))


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    if isinstance(value, types.ModuleType):
        return text_block(value, name, "module", "\n".join(filter(None, _module(value))), limits)
    kind, lines = ("class", _class(value)) if isinstance(value, type) else ("function", _function(value))
    body = "\n".join(filter(None, lines))
    source = _source(value)
    room = max(limits.characters - len(body) - 400, 200)
    body += f"\nSource:\n{cut_middle(source, room)}" if source else "\nIts source is not available."
    return text_block(value, name, kind, body, limits)


def _function(function: Any) -> list[str]:
    qualified = one_line(str(getattr(function, "__qualname__", None) or short_repr(function)), 200)
    return [f"{qualified}{_signature(function)}", _documentation(function.__doc__)]


def _class(cls: type) -> list[str]:
    bases = [class_name(base) for base in cls.__mro__[1:-1]]
    methods = [key for key, member in vars(cls).items() if callable(member) and not key.startswith("_")]
    return [
        f"{class_name(cls)}{_signature(cls)}",
        f"Inherits from: {', '.join(bases[:8])}" if bases else "",
        f"Methods: {', '.join(sorted(methods)[:_NAMES])}" if methods else "",
        _documentation(cls.__doc__),
    ]


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
    return value_or_none(lambda: one_line(str(inspect.signature(value)), 600)) or "(…)"  # many built-ins have none


def _documentation(doc: object) -> str:
    return cut_middle(inspect.cleandoc(doc), _DOC) if isinstance(doc, str) else ""


def _source(value: Any) -> str:
    """The source, also of what was defined in a cell; "" for what was compiled elsewhere."""
    written = value if isinstance(value, type) else inspect.unwrap(value)
    return value_or_none(lambda: inspect.getsource(written)) or ""

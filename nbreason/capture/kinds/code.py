"""Functions, classes and modules: signature, documentation, and source where it is to be had."""

from __future__ import annotations

import inspect
import types
from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.safe import brief, class_name, clip, known, one_line, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text

SENT = (
    Sent(
        "code",
        "functions and methods",
        "signature, docstring, source where it is to be had",
    ),
    Sent(
        "code",
        "classes",
        "signature, base classes, names of methods, docstring, source where it is to be had",
    ),
    Sent(
        "code",
        "modules",
        "name, version, docstring, names inside; no source and no path",
    ),
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
        kind, lines = "module", _module(value)
    elif isinstance(value, type):
        kind, lines = "class", _class(value)
    else:
        kind, lines = "function", _function(value)
    source = "" if kind == "module" else _source(value)
    body = "\n".join(line for line in lines if line)
    if source:
        room = max(limits.characters - len(body) - 400, 200)
        body += "\nSource:\n" + clip(source, room)
    elif kind != "module":
        body += "\nIts source is not to be had."
    block = data_block(body, name=name, kind=kind, type=type_name(value), characters=limits.characters)
    return [Text(block, name)]


def _function(function: Any) -> list[str]:
    return [f"{_called(function)}{_signature(function)}", _documentation(function)]


def _class(cls: type) -> list[str]:
    bases = [class_name(base) for base in cls.__mro__[1:-1]]
    methods = [key for key, member in vars(cls).items() if callable(member) and not key.startswith("_")]
    return [
        f"{class_name(cls)}{_signature(cls)}",
        f"Inherits from: {', '.join(bases[:8])}" if bases else "",
        f"Methods: {', '.join(sorted(methods)[:_NAMES])}" if methods else "",
        _documentation(cls),
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
        clip(inspect.cleandoc(str(held.get("__doc__") or "")), _DOC),
    ]


def _called(function: Any) -> str:
    return one_line(str(getattr(function, "__qualname__", None) or brief(function)), 200)


def _signature(value: Any) -> str:
    return known(lambda: one_line(str(inspect.signature(value)), 600)) or "(…)"  # many built-ins have none


def _documentation(value: Any) -> str:
    doc = value.__doc__
    return clip(inspect.cleandoc(doc), _DOC) if isinstance(doc, str) else ""


def _source(value: Any) -> str:
    """The source, also of what was defined in a cell; "" for what was compiled elsewhere."""
    written = value if isinstance(value, type) else inspect.unwrap(value)
    return known(lambda: inspect.getsource(written)) or ""

"""Dataclasses as JSON Schema, and JSON back as their objects, without any library.

Of type hints this knows what JSON has: str, int, float, bool, None, Any, Literal, Enum, Optional and Union, list, dict
with names for keys, and other dataclasses, also such that hold themselves.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, InitVar, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Literal, Union

JSON_TYPES: Mapping[type, tuple[str, str]] = {
    str: ("string", "string"),
    int: ("integer", "integer"),
    float: ("number", "number"),
    bool: ("boolean", "boolean"),
    list: ("array", "list"),
    dict: ("object", "dictionary"),
    type(None): ("null", "null"),
}
"""Python's type -> its name in JSON Schema, and in a message."""

Make = Callable[[Any, str], Any]
"""From a JSON value and its place (``"peaks.0.at"``) to the object.  Raises ValueError in one line."""


class UnsupportedType(Exception):
    """A type hint that is not known here.  The message is its place and the hint."""


@dataclass(frozen=True)
class Form:
    """What JSON a type hint asks for, and what is made of it."""

    schema: dict[str, Any]
    make: Make


def form_of(root: type) -> Form:
    """The form of a dataclass.  Raises UnsupportedType for a type hint that is not known here."""
    return _Forms(root).root()


class _Forms:
    """The forms of one dataclass and of those that it holds; each is described once, under a name."""

    def __init__(self, root: type) -> None:
        self._root = root
        self._names: dict[type, str] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self._makes: dict[type, Make] = {}

    def root(self) -> Form:
        schema = self._record(self._root)
        return Form(schema | ({"$defs": self._schemas} if self._schemas else {}), self._makes[self._root])

    def of(self, hint: Any, place: str) -> Form:
        """The form of one type hint."""
        hint = type(None) if hint is None else hint
        origin, inside = typing.get_origin(hint), typing.get_args(hint)
        if hint is Any or hint is object:
            return Form({}, lambda value, place: value)
        if origin in (Union, types.UnionType):
            return _any_of([self.of(option, place) for option in inside])
        if origin is Literal:
            return _one_of([(value, value) for value in inside], hint, place)
        if (origin or hint) is list:
            return _list_of(self.of(inside[0] if inside else Any, place))
        if (origin or hint) is dict and (not inside or inside[0] is str):
            return _dict_of(self.of(inside[1] if inside else Any, place))
        if origin is None and isinstance(hint, type):
            if hint in JSON_TYPES:
                return _plain(hint)
            if issubclass(hint, Enum):
                return _one_of([(member.value, member) for member in hint], hint, place)
            if is_dataclass(hint) and not hasattr(hint, "__pydantic_validator__"):
                return self._nested(hint)
        raise _beyond(hint, place)

    def _nested(self, record: type) -> Form:
        """A dataclass inside another, by its name: it may hold itself."""
        reference = "#"
        if record is not self._root:
            if record not in self._names:
                self._names[record] = name = _free(record.__name__, self._schemas)
                self._schemas[name] = {}
                self._schemas[name] = self._record(record)
            reference = f"#/$defs/{self._names[record]}"
        return Form({"$ref": reference}, lambda value, place: self._makes[record](value, place))

    def _record(self, record: type) -> dict[str, Any]:
        """The schema of a dataclass; how its objects are made is noted."""
        hints = _hints(record)
        held = [field for field in fields(record) if field.init]
        forms = {field.name: self.of(hints[field.name], f"{record.__name__}.{field.name}") for field in held}
        required = [field.name for field in held if _is_required(field)]
        self._makes[record] = lambda value, place: _made(record, forms, required, value, place)
        return {
            "type": "object",
            **_description(record),
            "properties": {name: form.schema for name, form in forms.items()},
            "required": required,
            "additionalProperties": False,
        }


def _hints(record: type) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(record)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:  # written as text, and about nothing here
        raise UnsupportedType(f"a type hint of {record.__name__} cannot be looked up ({error})") from None
    if any(isinstance(hint, InitVar) for hint in hints.values()):
        raise UnsupportedType(f"{record.__name__} has an InitVar")
    return hints


def _beyond(hint: Any, place: str) -> UnsupportedType:
    plain = isinstance(hint, type) and typing.get_origin(hint) is None
    return UnsupportedType(f"{place} is {hint.__name__ if plain else hint}")


def _description(record: type) -> dict[str, str]:
    """What the person has written about a class; by itself a dataclass gets its signature."""
    words = inspect.cleandoc(record.__doc__ or "")
    return {"description": words} if words and not words.startswith(f"{record.__name__}(") else {}


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _free(name: str, taken: Mapping[str, object]) -> str:
    """The name, with a number where another class has it."""
    return next(free for free in (name, *(f"{name}{n}" for n in range(2, len(taken) + 3))) if free not in taken)


def _made(record: type, forms: Mapping[str, Form], required: Sequence[str], value: Any, place: str) -> Any:
    """The object; what its class has no field for is passed over."""
    if not isinstance(value, dict):
        raise _misfit(place, "Input should be an object")
    if missing := [name for name in required if name not in value]:
        raise _misfit(_within(place, missing[0]), "Field required")
    given = {name: form.make(value[name], _within(place, name)) for name, form in forms.items() if name in value}
    try:
        return record(**given)
    # What a class refuses when it is made, by whatever error, does not fit.
    except Exception as error:  # noqa: BLE001
        said = " ".join(str(error).split()) or type(error).__name__
        raise _misfit(place, said) from None


def _plain(kind: type) -> Form:
    """A value that JSON has; a whole number is a float as well, and 2.0 a whole number."""
    name, noun = JSON_TYPES[kind]

    def make(value: Any, place: str) -> Any:
        if kind is float and type(value) is int:
            return _as_float(value, place)
        if kind is int and type(value) is float and value.is_integer():
            return int(value)
        if type(value) is not kind:
            raise _misfit(place, f"Input should be a valid {noun}")
        return value

    return Form({"type": name}, make)


def _as_float(value: int, place: str) -> float:
    try:
        return float(value)
    except OverflowError:  # JSON has numbers of any size
        raise _misfit(place, "Input should be a valid number") from None


def _list_of(item: Form) -> Form:
    check = _plain(list).make

    def make(value: Any, place: str) -> Any:
        return [item.make(entry, _within(place, number)) for number, entry in enumerate(check(value, place))]

    return Form({"type": "array", "items": item.schema} if item.schema else {"type": "array"}, make)


def _dict_of(item: Form) -> Form:
    check = _plain(dict).make

    def make(value: Any, place: str) -> Any:
        return {name: item.make(entry, _within(place, name)) for name, entry in check(value, place).items()}

    return Form({"type": "object", "additionalProperties": item.schema or True}, make)


def _one_of(values: Sequence[tuple[Any, Any]], hint: Any, place: str) -> Form:
    """One of a few values, and what each stands for."""
    kinds = {type(value) for value, _ in values}
    if not kinds <= {str, int, bool, type(None)}:
        raise _beyond(hint, place)

    def make(value: Any, place: str) -> Any:
        for known, meant in values:
            if type(known) is type(value) and known == value:  # 1 is not True
                return meant
        raise _misfit(place, f"Input should be {' or '.join(repr(known) for known, _ in values)}")

    named = {"type": JSON_TYPES[kinds.pop()][0]} if len(kinds) == 1 else {}
    return Form({**named, "enum": [value for value, _ in values]}, make)


def _any_of(forms: Sequence[Form]) -> Form:
    """The first of several forms that fits."""

    def make(value: Any, place: str) -> Any:
        problems = []
        for form in forms:
            try:
                return form.make(value, place)
            except ValueError as problem:
                problems.append(problem)
        telling = [problem for form, problem in zip(forms, problems, strict=True) if form.schema != {"type": "null"}]
        raise telling[0] if len(telling) == 1 else _misfit(place, "Input fits none of the types it may have")

    return Form({"anyOf": [form.schema for form in forms]}, make)


def _within(place: str, step: object) -> str:
    return f"{place}.{step}" if place else str(step)


def _misfit(place: str, why: str) -> ValueError:
    return ValueError(f"{place}: {why}" if place else why)

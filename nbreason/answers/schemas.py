"""Schemas: from a class or a dict of the notebook to JSON Schema, and back from JSON to an object."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any

from nbreason.core.shape import Shape
from nbreason.errors import UsageError

TELLING = {"type", "properties", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "items"}
"""Keywords of which every JSON Schema that says anything has one."""


def by_schema(schema: object, name: str) -> Shape:
    """A shape for a pydantic model, a dataclass or a JSON Schema (a dict).

    name: its name in the notebook.  Raises UsageError, one line, for anything else.
    """
    if isinstance(schema, type) and hasattr(schema, "model_json_schema"):
        model: Any = schema
        return _with_pydantic(schema, model.model_json_schema, model.model_validate)
    if isinstance(schema, type) and is_dataclass(schema):
        return _by_dataclass(schema)
    if isinstance(schema, Mapping):
        return _plain(dict(schema), name)
    raise UsageError(
        f"{name or 'The schema'} is not a pydantic model, a dataclass or a JSON Schema (a dict). Nothing was sent."
    )


def _by_dataclass(record: type) -> Shape:
    try:
        from pydantic import TypeAdapter
    except ImportError:
        raise UsageError(
            f"{record.__name__} is a dataclass, for which pydantic is required: pip install pydantic, or give a JSON"
            " Schema. Nothing was sent."
        ) from None

    def describe() -> dict[str, Any]:
        return _closed(TypeAdapter(record).json_schema())

    return _with_pydantic(record, describe, lambda value: TypeAdapter(record).validate_python(value))


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a dataclass as an object, also where it holds itself, and with its own fields only."""
    definitions = schema.get("$defs", {})
    if reference := schema.pop("$ref", ""):
        schema |= definitions[reference.rpartition("/")[2]]
    for part in (schema, *definitions.values()):
        if "properties" in part:
            part.setdefault("additionalProperties", False)
    return schema


def _with_pydantic(kind: type, describe: Callable[[], dict[str, Any]], make: Callable[[Any], Any]) -> Shape:
    """A shape whose value is an object of `kind`."""
    try:
        made = describe()
    # pydantic raises errors of several families for a field that has no JSON Schema.
    except Exception as error:  # noqa: BLE001
        raise UsageError(f"{kind.__name__} has no JSON Schema: {_first_line(error)}. Nothing was sent.") from None

    def build(value: Any) -> Any:
        from pydantic import ValidationError

        try:
            return make(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise ValueError(f"{place}: {first['msg']}" if place else str(first["msg"])) from None

    return Shape("json", safe_name(kind.__name__), made, is_strict(made), build)


def _plain(schema: dict[str, Any], name: str) -> Shape:
    """A shape for a JSON Schema; the value is the JSON itself, checked where jsonschema is installed."""
    try:
        json.dumps(schema, allow_nan=False)
        if not schema.keys() & TELLING:
            raise _no_schema(name, "it has no 'type'")
        if not isinstance(schema.get("$schema", ""), str):
            raise _no_schema(name, "its '$schema' is not text")
        check = _checker(schema, name)  # first, so that the rest can rely on its form
        return Shape("json", safe_name(name), schema, is_strict(schema), check)
    except (TypeError, ValueError) as error:
        raise _no_schema(name, str(error)) from None
    except RecursionError:
        raise _no_schema(name, "it is nested too deeply") from None


def _no_schema(name: str, why: str) -> UsageError:
    return UsageError(f"{name or 'The schema'} is not a JSON Schema: {why}. Nothing was sent.")


def _checker(schema: Mapping[str, Any], name: str) -> Callable[[Any], Any] | None:
    """Returns a value that fits the schema; None where jsonschema, which Jupyter brings along, is not installed."""
    try:
        import jsonschema
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    except ImportError:
        return None
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise _no_schema(name, error.message) from None
    # A registry of its own: the default one fetches references from the web.
    validator = kind(schema, registry=Registry())

    def build(value: Any) -> Any:
        try:
            error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        except Unresolvable as missing:
            raise ValueError(f"the schema refers to {missing.ref!r}, which is not in it") from None
        except RecursionError:
            raise ValueError("it, or its schema, is nested too deeply") from None
        if error is not None:
            place = ".".join(str(step) for step in error.absolute_path)
            raise ValueError(f"{place}: {error.message}" if place else error.message)
        return value

    return build


def is_strict(schema: object) -> bool:
    """Whether OpenAI's strict mode takes a schema: every object lists all of its properties as required and
    allows no others, and every value has a type."""
    if isinstance(schema, list):
        return all(is_strict(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    if "properties" in schema or schema.get("type") == "object":
        names = schema.get("properties", {})
        closed = schema.get("additionalProperties") is False
        if not closed or set(names) != set(schema.get("required", ())) or {} in names.values():
            return False
    if schema.get("type") == "array" and not schema.get("items"):
        return False
    return all(is_strict(value) for key, value in schema.items() if key not in ("required", "enum", "const", "default"))


def safe_name(name: str) -> str:
    """A name as `response_format` takes it: letters, digits, ``_`` and ``-``, at most 64."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "answer"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")

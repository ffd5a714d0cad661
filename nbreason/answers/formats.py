"""Answers in a form that a program can use: JSON, objects of a class, code, a dataframe, plain text.

An answer that does not fit is never lost: it keeps its text and gets a line that says what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nbreason.answers.schemas import by_schema
from nbreason.core.events import Answer
from nbreason.core.options import FORMATS, Format
from nbreason.core.phrases import did_you_mean
from nbreason.core.shape import Shape
from nbreason.errors import UsageError

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)\n(.*?)^ {0,3}\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)


def wanted(format: str, schema: object = None, name: str = "") -> Shape | None:
    """The requested form; None for Markdown.

    schema: a pydantic model, a dataclass or a JSON Schema, or None; name: its name in the notebook, for messages
    Raises UsageError in one line.
    """
    if format and format not in FORMATS:
        raise UsageError(f"There is no format {format!r}. {did_you_mean(format, FORMATS)} Nothing was sent.")
    if schema is not None:
        if format not in ("", "json"):
            raise UsageError(f"A schema requires the format json, not {format}. Drop one of them. Nothing was sent.")
        return by_schema(schema, name)
    match format:
        case "text" | "code" | "json" | "table":
            return Shape(format)
        case _:
            return None


def shaped(answer: Answer, shape: Shape | None) -> Answer:
    """The answer with its `value`, or with a line that says why there is none."""
    if shape is None or answer.finish not in ("stop", "length"):
        return answer
    try:
        return replace(answer, format=shape.kind, value=READERS[shape.kind](answer.text, shape))
    # The person's own class runs here.  Nothing that it raises must cost the answer, exceptions outside of Exception
    # included: sys.exit() would end the loop, and code in Rust panics.
    except BaseException as error:
        line = f"The answer is not the requested {NOUNS[shape.kind]}: {reason_of(error)}. Its text is unchanged."
        notices = answer.notices if line in answer.notices else (*answer.notices, line)
        return replace(answer, format=shape.kind, notices=notices)


def reason_of(error: BaseException) -> str:
    """Why there is no value, in one line: the words of a ValueError, or what was raised."""
    said = ""
    if isinstance(error, ValueError):
        with suppress(Exception):  # an error of the person's own may fail even here
            said = " ".join(str(error).split())
    return said or f"making its value raised {type(error).__name__}"


def read_json(text: str, shape: Shape) -> Any:
    """The JSON of an answer, alone or in a code block, as an object of the schema.  Raises ValueError."""
    try:
        value = json.loads(_unfenced(text), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error) or "nested too deeply"
        raise ValueError(f"it cannot be read as JSON ({reason})") from None
    return shape.build(value) if shape.build else value


def code_blocks(text: str) -> list[str]:
    """The code blocks of an answer."""
    return [found[3].rstrip("\n") for found in FENCE.finditer(text)]


def read_code(text: str, shape: Shape) -> Any:
    """The code of an answer, or what the shape makes of it.  Raises ValueError."""
    blocks = code_blocks(text)
    if not blocks:
        raise ValueError("there is no code block in it")
    code = "\n\n".join(blocks)
    return shape.build(code) if shape.build else code


def read_table(text: str, shape: Shape) -> Any:
    """The first Markdown table of an answer as a dataframe (a list of dicts where pandas is not installed)."""
    rows = table_rows(text)
    try:
        import pandas
    except ImportError:
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    frame = pandas.DataFrame(rows[1:], columns=rows[0])
    for name in dict.fromkeys(frame.columns):
        if list(frame.columns).count(name) == 1:
            frame[name] = _numbers(frame[name], pandas)
    return frame


def table_rows(text: str) -> list[list[str]]:
    """The cells of the first Markdown table, its head first, without the line of dashes.  Raises ValueError."""
    lines = text.splitlines()
    for number, line in enumerate(lines[1:], 1):
        if re.fullmatch(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*", line) and "|" in lines[number - 1]:
            head = _cells(lines[number - 1])
            rows = []
            for row in lines[number + 1 :]:
                if "|" not in row:
                    break
                cells = _cells(row)[: len(head)]
                rows.append([*cells, *[""] * (len(head) - len(cells))])
            return [head, *rows]
    raise ValueError("there is no table in it")


def _cells(line: str) -> list[str]:
    """The cells of one row; a bar after a backslash is text."""
    inner = re.sub(r"^\s*\||(?<!\\)\|\s*$", "", line)
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def _numbers(column: Any, pandas: Any) -> Any:
    """The column as numbers, if each of its cells is one or empty."""
    filled = column.str.strip().replace("", None)
    try:
        return pandas.to_numeric(filled) if filled.notna().any() else column
    except (ValueError, TypeError):
        return column


def read_text(text: str, shape: Shape) -> str:
    """The text."""
    return text


def _unfenced(text: str) -> str:
    found = FENCE.search(text)
    return found[3] if found and not text.lstrip().startswith(("{", "[")) else text.strip()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not valid JSON")


READERS: Mapping[Format, Callable[[str, Shape], Any]] = {
    "text": read_text,
    "code": read_code,
    "json": read_json,
    "table": read_table,
}
NOUNS: Mapping[Format, str] = {"text": "text", "code": "code", "json": "JSON", "table": "table"}

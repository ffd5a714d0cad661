"""Answers as objects, dataframes, code and text; what does not fit is kept, and told."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from nbreason.answers.formats import shaped, table_rows, wanted
from nbreason.answers.schemas import is_strict, safe_name
from nbreason.core.events import Answer
from nbreason.core.shape import Shape
from nbreason.errors import UsageError

pydantic = pytest.importorskip("pydantic")
jsonschema = pytest.importorskip("jsonschema")


@dataclass
class Peak:
    at: float
    kind: Literal["tall", "flat"] = "tall"


@dataclass
class Peaks:
    peaks: list[Peak]
    note: str | None = None


class Person(pydantic.BaseModel):
    name: str
    age: int


PLAIN = {"type": "object", "properties": {"peaks": {"type": "integer", "minimum": 2}}, "required": ["peaks"]}


def made(text: str, format: str = "", schema: Any = None, name: str = "") -> Answer:
    """The answer with its value."""
    return shaped(Answer(text, finish="stop"), wanted(format, schema, name))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (' \n{"a": [1, null]}\n', {"a": [1, None]}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Here it is:\n\n```\n{"a": 1}\n```\nDone.', {"a": 1}),
        ('~~~json\n{"a": 1}\n~~~', {"a": 1}),
        ('{"code": "```\\nx\\n```"}', {"code": "```\nx\n```"}),
        ("[1, 2]", [1, 2]),
    ],
)
def test_json_is_found_alone_or_in_a_block(text: str, value: Any) -> None:
    answer = made(text, "json")
    assert (value, (), text, "json") == (answer.value, answer.notices, answer.text, answer.format)


@pytest.mark.parametrize("text", ["", "Two peaks.", '{"a": 1', "{'a': 1}", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_json_is_kept_with_a_line(text: str) -> None:
    answer = made(text, "json")
    assert (None, text, "stop") == (answer.value, answer.text, answer.finish)
    assert 1 == len(answer.notices)
    assert answer.notices[0].startswith("The answer is not the requested JSON: it cannot be read as JSON (")
    assert answer.notices[0].endswith("Its text is unchanged.")


def test_objects_of_the_class_are_made() -> None:
    text = '{"peaks": [{"at": 1.5}, {"at": 2, "kind": "flat"}]}'
    assert Peaks([Peak(1.5), Peak(2.0, "flat")]) == made(text, schema=Peaks).value
    assert Person(name="Ada", age=36) == made('{"name": "Ada", "age": 36}', "json", Person).value
    assert {"peaks": 2} == made('{"peaks": 2}', "json", PLAIN, "P").value


@pytest.mark.parametrize(
    ("schema", "text", "wrong"),
    [
        (Person, '{"name": "Ada"}', "age: Field required"),
        (Person, '{"name": "Ada", "age": "old"}', "age: Input should be a valid integer"),
        (Peaks, '{"peaks": [{"at": "x"}]}', "peaks.0.at: Input should be a valid number"),
        (PLAIN, '{"peaks": 1}', "peaks: 1 is less than the minimum of 2"),
        (PLAIN, "{}", "'peaks' is a required property"),
        (PLAIN, "[]", "[] is not of type 'object'"),
        ({"$ref": "https://evil.example/schema.json", "type": "object"}, "{}", "the schema refers to 'https://evil"),
    ],
)
def test_what_does_not_fit_the_schema_is_told_where(schema: Any, text: str, wrong: str) -> None:
    answer = made(text, schema=schema, name="P")
    assert (None, text) == (answer.value, answer.text)
    assert wrong in answer.notices[0]


@dataclass
class Node:
    value: int
    children: list[Node]


def test_the_schema_of_a_dataclass_is_an_object_with_its_own_fields_only() -> None:
    """As the strict mode of providers wants it, also for a class that holds itself."""
    shape, tree = wanted("", Peaks), wanted("", Node)
    assert shape is not None
    assert tree is not None
    assert shape.schema is not None
    assert tree.schema is not None
    assert (shape.name, shape.strict, tree.strict) == ("Peaks", False, True)
    peak = shape.schema["$defs"]["Peak"]
    assert [False, False] == [shape.schema["additionalProperties"], peak["additionalProperties"]]
    assert ["object", False] == [tree.schema["type"], tree.schema["additionalProperties"]]
    jsonschema.Draft202012Validator.check_schema(tree.schema)
    assert Node(1, [Node(2, [])]) == made('{"value": 1, "children": [{"value": 2, "children": []}]}', schema=Node).value


@dataclass
class Dated:
    when: datetime.date

    def __post_init__(self) -> None:
        if self.when.year < 2000:
            raise ValueError("too\nold")


def test_a_dataclass_has_the_types_and_the_rules_that_pydantic_knows() -> None:
    assert Dated(datetime.date(2026, 2, 3)) == made('{"when": "2026-02-03"}', schema=Dated).value
    notice = made('{"when": "1999-02-03"}', schema=Dated).notices[0]
    assert notice.startswith("The answer is not the requested JSON: Value error, too old.")

    @pydantic.dataclasses.dataclass
    class Bounded:
        n: int = pydantic.Field(gt=3)

    assert "n: Input should be greater than 3" in made('{"n": 1}', schema=Bounded).notices[0]


def test_without_pydantic_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)
    with pytest.raises(UsageError) as caught:
        wanted("", Peak)
    assert str(caught.value) == (
        "Peak is a dataclass, for which pydantic is required: pip install pydantic, or give a JSON Schema. Nothing was"
        " sent."
    )
    assert {"peaks": 2} == made('{"peaks": 2}', schema=PLAIN).value


class Picky(pydantic.BaseModel):
    name: str

    @pydantic.field_validator("name")
    @classmethod
    def look_up(cls, name: str) -> str:
        return {"Ada": "Lovelace"}[name]


class Wordless(ValueError):
    def __str__(self) -> str:
        raise KeyError("no words")


def refuse(value: Any) -> Any:
    raise Wordless


NODE = {"type": "object", "properties": {"child": {"$ref": "#"}}}


@pytest.mark.parametrize(
    ("schema", "text", "wrong"),
    [
        (Picky, '{"name": "Bob"}', "making its value raised KeyError"),
        (Peak, f'{{"at": 1{"0" * 400}}}', "at: Input should be a valid number"),
        (NODE, '{"child": ' * 400 + "{}" + "}" * 400, "nested too deeply"),
        ({"$ref": "#"}, "{}", "nested too deeply"),
    ],
)
def test_whatever_is_raised_while_a_value_is_made_is_one_line(schema: Any, text: str, wrong: str) -> None:
    answer = made(text, schema=schema)
    assert (None, text) == (answer.value, answer.text)
    assert wrong in answer.notices[0]
    assert "\n" not in answer.notices[0]


def test_an_error_that_cannot_be_told_is_named() -> None:
    answer = shaped(Answer("{}", finish="stop"), Shape("json", build=refuse))
    assert "making its value raised Wordless" in answer.notices[0]


def test_a_line_is_not_told_twice() -> None:
    shape = wanted("json")
    once = shaped(Answer("x", finish="stop"), shape)
    assert once == shaped(once, shape)


@pytest.mark.parametrize("finish", ["cut", "interrupted", "refusal", "content_filter", "empty"])
def test_what_was_never_an_answer_is_not_measured(finish: Any) -> None:
    answer = Answer("No.", finish=finish)
    assert answer == shaped(answer, wanted("json"))


def test_a_truncated_json_says_what_is_wrong() -> None:
    assert "cannot be read as JSON" in shaped(Answer('{"a": [1,', finish="length"), wanted("json")).notices[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\nx = 1\n```", "x = 1"),
        ("Like this:\n```\nx = 1\n\ny = 2\n```\nSo.", "x = 1\n\ny = 2"),
        ("```python\na\n```\n\n```python\nb\n```", "a\n\nb"),
        ("````md\n```\nx\n```\n````", "```\nx\n```"),
    ],
)
def test_code_is_taken_out_of_its_blocks(text: str, code: str) -> None:
    assert code == made(text, "code").value


def test_an_answer_without_code_says_so() -> None:
    assert "not the requested code: there is no code block in it" in made("x = 1", "code").notices[0]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", [["a", "b"], ["1", "2"]]),
        ("Here:\n\na | b\n--- | ---\n1 | 2\n3 | 4\n\nDone | not.", [["a", "b"], ["1", "2"], ["3", "4"]]),
        ("| a | b |\n|:-:|--:|\n| x\\|y | |", [["a", "b"], ["x|y", ""]]),
        ("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |", [["a", "b"], ["1", ""], ["1", "2"]]),
        ("| a |\n|---|\n| 1 |", [["a"], ["1"]]),
        ("| a | b |\n|---|---|", [["a", "b"]]),
    ],
)
def test_a_table_is_read_cell_by_cell(text: str, rows: list[list[str]]) -> None:
    assert rows == table_rows(text)


def test_a_table_becomes_a_dataframe_with_numbers_where_all_are_numbers() -> None:
    pandas = pytest.importorskip("pandas")
    frame = made("| x | n | m |\n|---|---|---|\n| a | 1 | 2.5 |\n| b | 2 | |\n| 3 | 3 | -1e3 |", "table").value
    assert ["x", "n", "m"] == list(frame.columns)
    assert ["a", "b", "3"] == list(frame["x"])
    assert [1, 2, 3] == list(frame["n"])
    assert (2.5, True, -1000.0) == (frame["m"][0], bool(pandas.isna(frame["m"][1])), frame["m"][2])
    assert 2 == made("| x | x |\n|---|---|\n| 1 | 2 |", "table").value.shape[1]


def test_an_answer_without_a_table_says_so() -> None:
    assert "not the requested table: there is no table in it" in made("a | b", "table").notices[0]


def test_text_is_the_text() -> None:
    assert "Two *peaks*." == made("Two *peaks*.", "text").value


# What may be asked for.


def nested(depth: int) -> list[Any]:
    """A list in a list in a list."""
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("format", "schema", "words"),
    [
        ("jsn", None, "no format 'jsn'. Did you mean json"),
        ("xyz", None, "Available: markdown, text, code, json, table"),
        ("table", PLAIN, "A schema requires the format json, not table"),
        ("", 7, "P is not a pydantic model, a dataclass or a JSON Schema"),
        ("", Peak(1.0), "P is not a pydantic model"),
        ("", {"colour": "red"}, "P is not a JSON Schema: it has no 'type'"),
        ("", {"type": "objekt"}, "P is not a JSON Schema: 'objekt' is not"),
        ("", {"type": "object", "x": {1, 2}}, "P is not a JSON Schema: Object of type set"),
        ("", {"type": "object", "x": float("nan")}, "P is not a JSON Schema"),
        ("", {"type": "object", "$schema": 5}, "P is not a JSON Schema: its '$schema' is not text"),
        ("", {"type": "object", "$schema": {}}, "P is not a JSON Schema: its '$schema' is not text"),
        ("", {"type": "object", "properties": 5, "additionalProperties": False}, "P is not a JSON Schema: 5 is not of"),
        ("", {"type": "object", "required": 5, "additionalProperties": False}, "P is not a JSON Schema: 5 is not of"),
        ("", {"type": "object", "x": nested(5_000)}, "P is not a JSON Schema: it is nested too deeply"),
    ],
)
def test_a_format_or_schema_that_cannot_be_is_one_line(format: str, schema: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        wanted(format, schema, "P")
    assert words in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")


def test_a_class_that_has_no_schema_is_one_line() -> None:
    class Odd(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        thing: Test

    class Test:
        pass

    Odd.model_rebuild(_types_namespace={"Test": Test})
    with pytest.raises(UsageError, match="Odd has no JSON Schema") as caught:
        wanted("", Odd)
    assert "\n" not in str(caught.value)


def test_markdown_is_no_shape() -> None:
    assert [None, None] == [wanted(""), wanted("markdown")]


# How the model is told.


@pytest.mark.parametrize(
    ("schema", "offered", "parameter", "in_words"),
    [
        (None, (), None, False),
        (None, ("object", "schema"), ("answer", None), False),
        (None, ("schema",), None, False),
        (PLAIN, (), None, True),
        (PLAIN, ("object",), ("answer", None), True),
        (PLAIN, ("object", "schema"), ("P", PLAIN), False),
    ],
)
def test_json_is_asked_for_by_what_the_model_has(
    schema: Any, offered: tuple[str, ...], parameter: Any, in_words: bool
) -> None:
    shape = wanted("json", schema, "P")
    assert shape is not None
    found = shape.parameter(offered)
    assert parameter == (found and (found.name, found.schema))
    assert in_words == (json.dumps(schema) in shape.instruction(offered) and schema is not None)
    assert "JSON" in shape.instruction(offered)


@pytest.mark.parametrize("kind", ["text", "code", "table"])
def test_other_forms_are_asked_for_in_words_only(kind: Any) -> None:
    assert Shape(kind).parameter(("object", "schema")) is None
    assert Shape(kind).instruction(())


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (PLAIN, False),
        ({**PLAIN, "additionalProperties": False}, True),
        ({"type": "object"}, False),
        ({"type": "array", "items": {**PLAIN, "additionalProperties": False}}, True),
        ({"type": "array", "items": PLAIN}, False),
        ({"anyOf": [PLAIN, {"type": "null"}]}, False),
        ({"type": "string", "enum": ["a"]}, True),
    ],
)
def test_strictness_is_asked_for_only_where_it_is_possible(schema: Any, strict: bool) -> None:
    assert strict == is_strict(schema)


def test_a_name_is_made_fit_for_the_wire() -> None:
    assert ["answer", "a_b_c", "x" * 64] == [safe_name(name) for name in ("", "a.b[c", "x" * 99)]

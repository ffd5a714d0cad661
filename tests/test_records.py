"""Dataclasses as schemas, with no library: the JSON Schema, the objects, and what does not fit."""

from __future__ import annotations

import datetime
import enum
import re
import subprocess
import sys
from dataclasses import InitVar, dataclass, field, make_dataclass
from typing import Any, Dict, List, Literal, Optional, Union  # noqa: UP035

import pytest

from nbreason.answers.formats import shaped, wanted
from nbreason.answers.records import UnsupportedType, form_of
from nbreason.answers.schemas import is_strict
from nbreason.core.events import Answer


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Peak:
    """One maximum of the histogram."""

    at: float
    colour: Colour
    kind: Literal["tall", "flat"] = "tall"


@dataclass
class Everything:
    name: str
    count: int
    share: float
    sure: bool
    nothing: None
    free: Any
    peak: Peak
    peaks: list[Peak]
    by_name: dict[str, Peak]
    plain_list: list  # type: ignore[type-arg]
    plain_dict: dict  # type: ignore[type-arg]
    old: List[Optional[int]]  # noqa: UP006, UP045
    older: Dict[str, Union[int, str]]  # noqa: UP006, UP007
    level: Level
    either: Peak | str | None = None
    many: list[list[int]] = field(default_factory=lambda: [[1]])
    made: int = field(default=3, init=False)


@dataclass
class Node:
    value: int
    children: list[Node]


@dataclass
class Forest:
    trees: list[Node]


FULL = {
    "name": "x",
    "count": 2.0,
    "share": 1,
    "sure": True,
    "nothing": None,
    "free": {"a": [1]},
    "peak": {"at": 1, "colour": "red"},
    "peaks": [{"at": 1.5, "colour": "blue", "kind": "flat"}],
    "by_name": {"a": {"at": 2, "colour": "red"}},
    "plain_list": [1, "a"],
    "plain_dict": {"a": None},
    "old": [1, None],
    "older": {"a": 1, "b": "c"},
    "level": 2,
    "unknown": "is passed over",
}


def test_every_kind_of_field_becomes_what_the_hint_says() -> None:
    made = form_of(Everything).make(FULL, "")
    first, second = Peak(1.0, Colour.RED), Peak(1.5, Colour.BLUE, "flat")
    assert Everything(
        "x", 2, 1.0, True, None, {"a": [1]}, first, [second], {"a": Peak(2.0, Colour.RED)}, [1, "a"], {"a": None},
        [1, None], {"a": 1, "b": "c"}, Level.HIGH,
    ) == made  # fmt: skip
    assert [int, float, Level] == [type(made.count), type(made.share), type(made.level)]
    assert "why" == form_of(Everything).make({**FULL, "either": "why"}, "").either
    assert first == form_of(Everything).make({**FULL, "either": FULL["peak"]}, "").either


def test_the_schema_says_the_same() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = form_of(Everything).schema
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    assert [] == list(check.iter_errors({name: value for name, value in FULL.items() if name != "unknown"}))
    assert "'unknown' was unexpected" in str(next(check.iter_errors(FULL)).message)
    assert {
        "type": "object",
        "description": "One maximum of the histogram.",
        "properties": {
            "at": {"type": "number"},
            "colour": {"type": "string", "enum": ["red", "blue"]},
            "kind": {"type": "string", "enum": ["tall", "flat"]},
        },
        "required": ["at", "colour"],
        "additionalProperties": False,
    } == schema["$defs"]["Peak"]
    assert {"$ref": "#/$defs/Peak"} == schema["properties"]["peak"]
    assert "made" not in schema["properties"]
    assert "description" not in schema, "its signature says nothing new"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"name": None}, "name: Input should be a valid string"),
        ({"count": True}, "count: Input should be a valid integer"),
        ({"count": 1.5}, "count: Input should be a valid integer"),
        ({"share": "1"}, "share: Input should be a valid number"),
        ({"share": 10**400}, "share: Input should be a valid number"),
        ({"sure": 1}, "sure: Input should be a valid boolean"),
        ({"nothing": 0}, "nothing: Input should be a valid null"),
        ({"peak": {"at": 1}}, "peak.colour: Field required"),
        ({"peak": []}, "peak: Input should be an object"),
        ({"peaks": {}}, "peaks: Input should be a valid list"),
        ({"peaks": [FULL["peak"], {"at": 1, "colour": "green"}]}, "peaks.1.colour: Input should be 'red' or 'blue'"),
        ({"by_name": {"a": {"at": "x", "colour": "red"}}}, "by_name.a.at: Input should be a valid number"),
        ({"old": ["x"]}, "old.0: Input should be a valid integer"),
        ({"older": {"a": []}}, "older.a: Input fits none of the types it may have"),
        ({"level": True}, "level: Input should be 1 or 2"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(changed: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(wrong)}$"):
        form_of(Everything).make({**FULL, **changed}, "")


def test_a_class_that_holds_itself() -> None:
    tree = {"value": 1, "children": [{"value": 2, "children": []}]}
    assert Node(1, [Node(2, [])]) == form_of(Node).make(tree, "")
    assert Forest([Node(1, [Node(2, [])])]) == form_of(Forest).make({"trees": [tree]}, "")
    assert {"$ref": "#"} == form_of(Node).schema["properties"]["children"]["items"]
    assert is_strict(form_of(Node).schema)
    assert is_strict(form_of(Forest).schema)
    deep: dict[str, Any] = {"value": 0, "children": []}
    for _ in range(sys.getrecursionlimit()):
        deep = {"value": 0, "children": [deep]}
    shape = wanted("", Node)
    assert shape is not None
    assert shape.build is not None
    with pytest.raises(ValueError, match="nested too deeply"):
        shape.build(deep)


def test_what_the_class_itself_refuses_does_not_fit() -> None:
    @dataclass
    class Positive:
        n: int

        def __post_init__(self) -> None:
            if self.n < 0:
                raise RuntimeError("n is\nnegative")

    answer = shaped(Answer('{"n": -1}', finish="stop"), wanted("", Positive))
    assert "asked for: n is negative. It is kept" in answer.notices[0]


def test_two_classes_of_one_name_are_told_apart() -> None:
    first, second = make_dataclass("Item", [("held", int)]), make_dataclass("Item", [("held", str)])
    Both = make_dataclass("Both", [("a", first), ("b", second)])  # noqa: N806
    form = form_of(Both)
    assert {"Item", "Item2"} == set(form.schema["$defs"])
    assert Both(first(1), second("x")) == form.make({"a": {"held": 1}, "b": {"held": "x"}}, "")


@dataclass
class Dated:
    when: datetime.date


@dataclass
class Keyed:
    by_number: dict[int, str]


@dataclass
class Paired:
    pair: tuple[int, str]


@dataclass
class Lost:
    what: NotFound  # type: ignore[name-defined] # noqa: F821


@dataclass
class Started:
    n: int
    seed: InitVar[int]


@dataclass
class Odd:
    kind: Literal[b"x"]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Dated, "Dated.when is date"),
        (Keyed, r"Keyed.by_number is dict\[int, str\]"),
        (Paired, r"Paired.pair is tuple\[int, str\]"),
        (Lost, "a type hint of Lost cannot be looked up"),
        (Started, "Started.*InitVar"),
        (Odd, "Odd.kind is typing.Literal"),
    ],
)
def test_a_hint_beyond_json_is_named(record: type, words: str) -> None:
    with pytest.raises(UnsupportedType, match=words):
        form_of(record)


def test_what_only_pydantic_knows_is_left_to_it() -> None:
    pytest.importorskip("pydantic")
    answer = shaped(Answer('{"when": "2026-02-03"}', finish="stop"), wanted("", Dated))
    assert Dated(datetime.date(2026, 2, 3)) == answer.value


def test_a_dataclass_of_pydantic_keeps_its_own_rules() -> None:
    pydantic = pytest.importorskip("pydantic")

    @pydantic.dataclasses.dataclass
    class Bounded:
        n: int = pydantic.Field(gt=3)

    Holder = make_dataclass("Holder", [("held", Bounded)])  # noqa: N806
    for record, text, place in ((Bounded, '{"n": 1}', "n"), (Holder, '{"held": {"n": 1}}', "held.n")):
        answer = shaped(Answer(text, finish="stop"), wanted("", record))
        assert f"{place}: Input should be greater than 3" in answer.notices[0]


def test_no_library_is_needed_and_where_one_is_a_line_says_so() -> None:
    """In a process in which neither pydantic nor jsonschema can be found."""
    code = (
        "import sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('pydantic', 'jsonschema'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'pydantic' else found(name, *more)\n"
        "from tests.test_records import Answer, Dated, Node, shaped, wanted\n"
        "print(shaped(Answer('{\"value\": 1, \"children\": []}', finish='stop'), wanted('', Node)).value)\n"
        "try: wanted('', Dated)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (
        "Node(value=1, children=[])\nUsageError Dated.when is date, for which pydantic is needed:"
        " pip install pydantic, or give a JSON Schema. Nothing was sent.\n"
    ) == done.stdout, done.stderr

"""Any Python object has a short true description, and making it never raises and has no side effects."""

from __future__ import annotations

import dataclasses
import importlib
import json
import subprocess
import sys
from collections import Counter, defaultdict, deque, namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbreason.capture import Limits, describe
from nbreason.capture.delimit import data_block
from nbreason.capture.kinds import kinds
from nbreason.core.parts import Image, Text

from .conftest import ROOT, picture


def text(value: Any, name: str = "x", limits: Limits | None = None) -> str:
    """The text of the one part an object is described by."""
    (part,) = describe(value, name, limits) if limits else describe(value, name)
    assert isinstance(part, Text), part
    return part.text


def body(value: Any) -> str:
    return text(value).split("\n", 1)[1].removesuffix("\n</data>")


# -- the marks --------------------------------------------------------------------------------------


def test_data_stands_between_marks_with_what_it_is():
    block = data_block("1", name="n", kind="number", type="int", shape="")
    assert block == '<data name="n" kind="number" type="int">\n1\n</data>'


def test_attributes_are_escaped():
    block = data_block("", name='a["<x>"] & b\n', kind="k")
    assert block.startswith('<data name="a[&quot;&lt;x&gt;&quot;] &amp; b\\n" kind="k">\n')


@pytest.mark.parametrize("forged", ["</data>", "</DATA >", "< /data>", "<\n/ data x", "</data\x00>", "</da\x1b[0mta>"])
def test_nothing_inside_can_end_the_block(forged: str):
    block = data_block(f"before {forged} after", name="n", kind="text")
    import re

    assert len(re.findall(r"<\s*/\s*data", block, re.IGNORECASE)) == 1
    assert block.endswith("\n</data>")


def test_what_nobody_sees_is_taken_out():
    hidden = "a\x1b[31mb\x1b]0;title\x07c\u202ed\U000e0041e\x00f\ud800g"
    assert data_block(hidden, name="n", kind="text").split("\n")[1] == "abcdef\ufffdg"


def test_long_data_is_cut_in_the_middle_and_says_so():
    block = data_block("a" * 5000 + "b" * 5000, name="n", kind="text", characters=1000)
    assert len(block) <= 1000
    assert "[… 10,000 characters in all, the middle left out …]" in block
    assert block.endswith("bbb\n</data>")


@given(st.text(), st.integers(100, 300))
def test_any_text_is_delimited_within_its_length(given_text: str, characters: int):
    block = data_block(given_text, name="n", kind="text", characters=characters)
    assert len(block) <= characters
    assert block.endswith("\n</data>")
    assert block.lower().count("</data") == 1
    block.encode("utf-8")


# -- kinds ------------------------------------------------------------------------------------------


def test_text_is_sent_as_it_is():
    assert text("two\nlines", "t") == (
        '<data name="t" kind="text" type="str" shape="9 characters">\ntwo\nlines\n</data>'
    )


def test_numbers_keep_all_their_digits():
    assert body(3.14159265358979) == "3.14159265358979"
    assert body(2**70) == str(2**70)
    assert body(np.float64(0.1)) == "0.1"
    assert body(True) == "True"
    assert body(1 + 2j) == "1+2j"
    assert "bits" in body(10**6000)


def test_a_dict_is_described_entry_by_entry():
    assert body({"a": 1, "b": [1, 2]}) == "Values: int 1, list 1\n'a': 1\n'b': [1, 2]"
    assert 'kind="dict" type="dict" shape="2"' in text({"a": 1, "b": 2})
    assert body({}) == "Values: none"


def test_containers_tell_their_size_and_the_types_in_them():
    described = text(list(range(100_000)))
    assert 'shape="100000"' in described
    assert "Elements (of the first 10,000): int 10,000\n0\n1\n" in described
    assert "\n… 99,940 more\n" in described
    assert body((1, "a")) == "Elements: int 1, str 1\n1\n'a'"
    assert body(deque([1])) == "Elements: int 1\n1"
    assert "0\n1\n2" in body(range(10**15))
    assert "'a': 2" in body(Counter("aa"))
    assert body(defaultdict(list, x=[])).endswith("'x': []")


def test_sets_are_described_in_the_same_order_in_every_kernel():
    code = (
        "from nbreason.capture import describe\ns = {'a','b','c','dd','e'}\n"
        "print(describe(s, 's')[0].text, describe([s], 's')[0].text)"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(shown) == 1


def test_tables_and_arrays_inside_containers_are_one_line_each():
    import pandas as pd

    assert body([pd.DataFrame({"x": [1]}), np.zeros((2, 3))]).endswith(
        "<pandas.DataFrame 1 x 1>\n<numpy.ndarray 2 x 3>"
    )


@dataclasses.dataclass
class Settings:
    rate: float
    key: str = dataclasses.field(default="k-123", repr=False)


def test_a_dataclass_is_described_field_by_field_without_what_its_repr_hides():
    assert body(Settings(0.5)) == "rate: 0.5\nkey: (not shown: its class keeps it out of the repr)"


def test_a_named_tuple_is_described_by_its_names():
    assert body(namedtuple("Point", "x y")(1, 2)) == "x: 1\ny: 2"


def rate(x: int, *, fast: bool = False) -> float:
    """How fast it goes."""
    return x / 2


def test_a_function_is_described_by_signature_documentation_and_source():
    described = text(rate)
    assert "rate(x: 'int', *, fast: 'bool' = False) -> 'float'\nHow fast it goes.\nSource:\ndef rate(" in described
    assert "return x / 2" in described
    assert "Its source is not to be had." in text(len)
    assert 'kind="function"' in text([].append)


def test_a_class_is_described_by_bases_and_methods():
    class Base:
        pass

    class Volcano(Base):
        """A mountain."""

        def erupt(self, height: int = 3) -> None: ...

    described = text(Volcano)
    assert "Methods: erupt\n" in described
    assert "A mountain." in described
    assert "Base" in described
    assert "def erupt(self" in described
    assert 'kind="class"' in text(int)


def test_a_module_is_described_without_importing_more_of_it():
    described = text(json)
    assert "Module json\n" in described
    assert "JSONDecoder" in described
    assert str(Path.home()) not in described


def test_an_exception_is_described_with_its_causes():
    try:
        try:
            {}["a"]
        except KeyError as error:
            raise ValueError("no a") from error
    except ValueError as error:
        described = text(error)
    assert "ValueError: no a\n  test_describe.py, line " in described
    assert "Caused by:\nKeyError: 'a'" in described
    assert 'raise ValueError("no a")' in described


def test_an_array_is_described_by_type_range_and_values():
    assert text(np.array([1.5, np.nan, 3, np.inf]), "a") == (
        '<data name="a" kind="array" type="numpy.ndarray" shape="4">\n'
        "dtype float64; 4 values; NaN 1; infinite 1; min 1.5; mean 2.25; max 3\n"
        "Values: 1.5, nan, 3, inf\n"
        "</data>"
    )
    assert "Rows (first 4 and last 4 of 100):\n0, 1, 2, 3, …, 16, 17, 18, 19\n" in text(
        np.arange(2000).reshape(100, 20)
    )
    assert "Values (first 12 and last 12 of 30): 0, 1, 2" in text(np.arange(30))


@pytest.mark.parametrize(
    "array",
    [
        np.array(3.5),
        np.array([]),
        np.zeros((0, 3)),
        np.array(["a", "b"]),
        np.array([b"a"]),
        np.array([None, [1], {}], dtype=object),
        np.array([True, False]),
        np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
        np.array([1, 2], dtype="m8[s]"),
        np.array([(1, "a")], dtype=[("n", int), ("s", "U3")]),
        np.ma.masked_array([1.0, 2.0, np.nan], [True, False, False]),
        np.ma.masked_all(3),
        np.array([1 + 2j, np.nan]),
        np.array([np.nan, np.nan]),
        np.arange(24).reshape(2, 3, 4),
        np.float16([1e4, 6e4]),
        np.array([2**63 - 1, -(2**63)]),
        np.frombuffer(b"\x01\x02\x03\x04", dtype=">i2"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_of_every_type_and_shape_are_described(array: Any):
    assert f"dtype {array.dtype}" in text(array)
    assert 'kind="array"' in text(array)


def test_an_array_that_is_a_picture_is_sent_as_one_with_its_facts():
    red = np.zeros((40, 60, 3), dtype="uint8")
    red[..., 0] = 255
    image, facts = describe(red, "photo")
    assert isinstance(image, Image)
    assert (image.width, image.height, image.source) == (60, 40, "photo")
    assert isinstance(facts, Text)
    Pillow = pytest.importorskip("PIL.Image")
    import io

    assert Pillow.open(io.BytesIO(image.data)).getpixel((9, 9)) == (255, 0, 0)
    image, _ = describe(np.full((40, 60, 4), 0.5), "fractions")
    assert isinstance(image, Image)


def test_an_array_of_many_pixels_is_thinned_out_and_numbers_are_no_picture():
    image, _ = describe(np.zeros((1000, 2000, 3), dtype="uint8"), "x", Limits(image_pixels=100_000))
    assert isinstance(image, Image)
    assert image.width * image.height <= 100_000
    assert len(describe(np.random.randn(40, 60, 3), "x")) == 1
    assert len(describe(np.zeros((40, 60), dtype="uint8"), "x")) == 1


# -- pictures ---------------------------------------------------------------------------------------


def test_pictures_in_variables_are_sent_as_images():
    from IPython.display import SVG
    from IPython.display import Image as Shown

    for value in (picture(), bytearray(picture()), Shown(data=picture())):
        (image,) = describe(value, "p")
        assert isinstance(image, Image)
        assert (image.width, image.height, image.source) == (64, 48, "p")
    assert "was not fetched: https://example.org/p.png" in text(Shown(url="https://example.org/p.png"))
    (drawn,) = describe(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), "s")
    assert drawn


def test_pillow_images_of_every_mode_are_sent_and_stay_as_they_are():
    Pillow = pytest.importorskip("PIL.Image")
    for mode in ("RGB", "RGBA", "L", "1", "P", "CMYK", "F", "I;16", "LA"):
        value = Pillow.new(mode, (50, 40))
        (image,) = describe(value, "p")
        assert isinstance(image, Image), mode
        assert value.mode == mode
    large = Pillow.new("RGB", (3000, 2000))
    (image,) = describe(large, "p", Limits(image_pixels=60_000))
    assert isinstance(image, Image)
    assert (image.width, image.height) == (300, 200)
    assert large.size == (3000, 2000)


def test_damaged_pictures_are_described_as_bytes():
    assert 'kind="bytes"' in text(picture()[:-20])


# -- hostile objects --------------------------------------------------------------------------------


class Raises:
    """Everything that can be asked of it raises."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")

    __str__ = __len__ = __iter__ = __bool__ = __eq__ = __hash__ = __dir__ = __repr__  # type: ignore[assignment]


class Effects:
    """Counts how often its properties ran."""

    ran = 0

    @property
    def shape(self) -> tuple[int]:
        Effects.ran += 1
        return (1,)

    @property
    def figure(self) -> None:
        Effects.ran += 1

    def __getattr__(self, name: str) -> Any:
        Effects.ran += 1
        return self


class Million:
    def __init__(self) -> None:
        self.__dict__.update({f"a{n}": n for n in range(1_000_000)})


class LongRepr:
    def __repr__(self) -> str:
        return "long " * 1_000_000


class Meta(type):
    @property
    def __module__(cls) -> str:  # type: ignore[override]
        raise RuntimeError

    def __instancecheck__(cls, instance: object) -> bool:
        raise RuntimeError


class Liar:
    """Claims to be something else."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        return dict


class BadDict(dict):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError

    items = keys = values = __len__ = __iter__  # type: ignore[assignment]


class BadList(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError

    __len__ = __getitem__ = __iter__  # type: ignore[assignment]


class BadText(str):
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __len__ = splitlines = __str__  # type: ignore[assignment]


def endless() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


HOSTILE: dict[str, Any] = {
    "raises": Raises(),
    "class of raises": Raises,
    "metaclass": Meta("Odd", (), {}),
    "instance of metaclass": Meta("Odd", (), {})(),
    "liar": Liar(),
    "bad dict": BadDict(a=1),
    "bad list": BadList([1]),
    "bad text": BadText("x"),
    "endless": endless(),
    "nested": nested(100_000),
    "list of raises": [Raises(), Raises()],
    "dict of raises": {"a": Raises()},
    "set of one": {1},
    "long repr": LongRepr(),
    "long text": "x" * 10_000_000,
    "long name": type("N" * 100_000, (), {})(),
    "million": Million(),
    "not a type": object(),
    "proxy": type("P", (), {"__getattr__": lambda self, name: self})(),
    "frame": sys._getframe(),
    "open file": sys.stdin,
    "exception that raises": type("E", (Exception,), {"__str__": lambda self: 1 / 0})(),
    "surrogate": "\ud800",
    "type alias": list[int],
    "mock": __import__("unittest.mock").mock.MagicMock(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_objects_are_described_within_the_limits(name: str):
    parts = describe(HOSTILE[name], name)
    assert parts
    for part in parts:
        assert isinstance(part, Text)
        assert len(part.text) <= 12_000
        assert part.text.startswith(f'<data name="{name}" kind="')
        assert part.text.endswith("\n</data>")
        part.text.encode("utf-8")


def test_subclasses_that_raise_are_described_by_what_they_hold():
    assert body(BadDict(a=1)) == "Values: int 1\n'a': 1"
    assert body(BadText("x")) == "x"


def test_deep_nesting_is_cut():
    assert body(nested(20)).endswith("\n[[[[[… 1 items]]]]]")


def test_a_panic_in_a_rust_library_is_an_error_like_others_and_an_interrupt_is_not():
    from nbreason.capture.safe import attempt

    class PanicException(BaseException):
        """What such libraries raise."""

    def fail(error: BaseException) -> str:
        raise error

    assert attempt(lambda: fail(PanicException()), str) == "panic"
    with pytest.raises(KeyboardInterrupt):
        attempt(lambda: fail(KeyboardInterrupt()), str)


def test_a_repr_that_raises_is_reported():
    class Broken:
        def __repr__(self) -> str:
            raise ValueError("not ready\nyet")

    assert body(Broken()) == "Its repr raises ValueError: not ready\\nyet"


def test_properties_are_not_run():
    Effects.ran = 0
    assert "Effects" in text(Effects())
    assert Effects.ran == 0


def test_generators_and_iterators_are_not_consumed():
    numbers = (n for n in range(3))
    described = text(numbers)
    assert "nothing was taken from it" in described
    assert list(numbers) == [0, 1, 2]
    letters = iter("abc")
    text([letters])
    text(letters)
    assert next(letters) == "a"


def test_coroutines_are_not_awaited():
    async def later() -> None: ...

    coroutine = later()
    assert "it was not awaited" in text(coroutine)
    coroutine.close()


def test_descriptions_do_not_hold_addresses():
    """They change with every kernel, and with them every kept answer would be lost."""

    class Thing:
        def __init__(self) -> None:
            self.part = object()

        def __repr__(self) -> str:
            return f"<Thing at {id(self):#x}>"

    for value in (Thing(), [Thing()], object(), {"a": lambda: 0}, (n for n in ())):
        assert "0x" not in text(value)


def test_attributes_of_an_instance_are_listed():
    class Model:
        def __init__(self) -> None:
            self.weights = np.zeros((3, 4))
            self.fitted = True
            self._hidden = 1

    assert body(Model()) == "Attributes (2 of 3 are shown):\n- weights: <numpy.ndarray 3 x 4>\n- fitted: True"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers()) | st.tuples(inner),
    max_leaves=30,
)


@settings(max_examples=80, deadline=None)
@given(plain, st.integers(500, 3000))
def test_any_plain_value_is_described_within_the_limits(value: Any, characters: int):
    for part in describe(value, "x", Limits(characters=characters)):
        assert isinstance(part, Text)
        assert len(part.text) <= characters
        assert part.text.endswith("\n</data>")


# -- finding kinds ----------------------------------------------------------------------------------


def test_every_kind_says_no_to_what_it_does_not_know_without_raising():
    """The contract of a kind; `anything` is the one that takes all."""
    stranger = type("Stranger", (), {})()
    taken = [kind.__name__.rpartition(".")[2] for kind in kinds() if kind.matches(stranger)]  # type: ignore[attr-defined]
    assert taken == ["anything"]
    assert kinds()[-1].__name__ == "nbreason.capture.anything"  # type: ignore[attr-defined]


def test_recognising_objects_imports_no_library():
    code = (
        "import sys\nfrom nbreason.capture import describe\n"
        "for value in (1, 'a', [1], {}, len, ValueError(), object(), b'x'): describe(value, 'x')\n"
        "print([m for m in ('numpy','pandas','matplotlib','PIL','polars','IPython') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_loading_the_notes_imports_nothing_heavy():
    code = (
        "import sys\nimport nbreason.capture.figures\n"
        "print([m for m in ('numpy','pandas','matplotlib','PIL','asyncio','sqlite3','httpx','IPython') "
        "if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


PLUGIN = """
from nbreason.core.parts import Text
ORDER = 50
def matches(value):
    return type(value).__name__ == "Volcano"
def describe(value, name, limits):
    return [Text("a volcano", name)]
"""


def test_a_kind_behind_an_entry_point_is_found_and_a_broken_one_does_no_harm(tmp_path, monkeypatch):
    (tmp_path / "volcanoes.py").write_text(PLUGIN)
    info = tmp_path / "volcanoes-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: volcanoes\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[nbreason.capture]\nvolcano = volcanoes\nbroken = no_such_module_anywhere\nodd = json:dumps\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    kinds.cache_clear()
    try:
        assert describe(type("Volcano", (), {})(), "v") == [Text("a volcano", "v")]
        assert 'kind="number"' in text(3)
    finally:
        kinds.cache_clear()

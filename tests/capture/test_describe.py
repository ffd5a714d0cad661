"""Objects of Python and numpy, and pictures in variables, have a short true description."""

from __future__ import annotations

import dataclasses
import io
import json
from collections import Counter, defaultdict, deque, namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nbreason.capture import Limits, describe
from nbreason.core.parts import Image, Text

from .conftest import picture
from .texts import body, printed, text


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


@pytest.mark.parametrize(
    ("value", "described"),
    [
        ({"a": 1, "b": [1, 2]}, "{'a': 1, 'b': [1, 2]}"),
        ({}, "{}"),
        ((1035, 6), "(1035, 6)"),
        ((1, "a"), "(1, 'a')"),
        ({2, 1}, "{1, 2}"),
        (
            (np.array([1, 2]), np.array([0.5, 1, 1.5])),
            "(<numpy.ndarray 2: [1, 2]>, <numpy.ndarray 3: [0.5, 1, 1.5]>)",
        ),
        ([np.array(["x", None], dtype=object)], "[<numpy.ndarray 2: ['x', None]>]"),
        ([np.array(["2020-01-01"], dtype="M8[ns]")], "[<numpy.ndarray 1: ['2020-01-01T00:00:00.000000000']>]"),
        ([np.zeros(25)], "[<numpy.ndarray 25>]"),
        ([f"name {n}" for n in range(200)], "[" + ", ".join(f"'name {n}'" for n in range(200)) + "]"),
    ],
)
def test_a_short_container_is_one_line_with_the_values_of_small_arrays(value: Any, described: str):
    assert body(value) == described


def test_a_longer_dict_is_described_entry_by_entry():
    described = text({f"key {n}": [n] for n in range(50)})
    assert 'kind="dict" type="dict" shape="50"' in described
    assert "\nValues: list 50\n'key 0': [0]\n'key 1': [1]\n" in described
    assert body({f"key {n}": n for n in range(50)}).startswith("{'key 0': 0, 'key 1': 1, ")


def test_containers_tell_their_size_and_the_types_in_them():
    described = text(list(range(100_000)))
    assert 'shape="100000"' in described
    assert "Elements (of the first 10,000): int 10,000\n0\n1\n" in described
    assert "\n… 99,940 more\n" in described
    assert body(deque([1])) == "Elements: int 1\n1"
    assert "0\n1\n2" in body(range(10**15))
    assert "'a': 2" in body(Counter("aa"))
    assert body(defaultdict(list, x=[])).endswith("'x': []")


def test_sets_are_described_in_the_same_order_in_every_kernel():
    code = (
        "from nbreason.capture import describe\ns = {'a','b','c','dd','e'}\n"
        "print(describe(s, 's')[0].text, describe([s], 's')[0].text)"
    )
    assert len({printed(code, PYTHONHASHSEED=seed) for seed in "123"}) == 1


def test_small_tables_and_arrays_inside_containers_are_written_out():
    import pandas as pd
    import polars as pl

    assert body({"t": pd.DataFrame({"x": [1]}), "a": np.zeros((2, 3)), "s": pd.Series([7], ["k"])}) == (
        "Values: pandas.DataFrame 1, numpy.ndarray 1, pandas.Series 1\n"
        "'t': <pandas.DataFrame 1 x 1>\n  ,x\n  0,1\n"
        "'a': <numpy.ndarray 2 x 3: [[0, 0, 0], [0, 0, 0]]>\n"
        "'s': <pandas.Series 1: {'k': 7}>"
    )
    assert body([pl.DataFrame({"x": [1, 2]})]).endswith("<polars.DataFrame 2 x 1>\n  x\n  1\n  2")
    assert body([pd.DataFrame({"x": range(10)})]) == "[<pandas.DataFrame 10 x 1: columns 'x'>]"
    assert "\n  0,1" not in text([pd.DataFrame({"x": [1]})], limits=Limits(rows=0))
    small, labelled = pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"x": [1]}, index=["k"])
    assert "'a': [{'b': <pandas.DataFrame 2 x 1: {'x': [1, 2]}>}]" in text({"a": [{"b": small}], "c": small})
    assert "\n('k', <pandas.DataFrame 1 x 1: {'': ['k'], 'x': [1]}>)" in text([("k", labelled)])
    assert "- table: <polars.DataFrame 1 x 1: {'x': [3]}>" in text(SimpleNamespace(table=pl.DataFrame({"x": [3]})))
    assert "[('k', 1), ('k', 2)]" in text([pd.Series([1, 2], ["k", "k"])])
    assert "<pandas.DataFrame 1 x 2: columns 'x', 'x'>" in text(
        {"a": {"b": pd.DataFrame([[1, 2]], columns=["x", "x"])}}
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


def test_a_function_is_described_by_signature_and_source():
    described = text(rate)
    assert "rate(x: 'int', *, fast: 'bool' = False) -> 'float'\nSource:\ndef rate(" in described
    assert "return x / 2" in described
    assert described.count("How fast it goes.") == 1
    assert 'kind="function"' in text([].append)


def test_what_libraries_define_is_described_by_signature_and_first_paragraph():
    assert body(len) == "len(obj, /)\nReturn the number of items in a container."
    described = body(json.dumps)
    assert described.startswith("dumps(obj, *, skipkeys=False,")
    assert "Serialize ``obj``" in described
    assert "Source" not in described
    assert "Source" not in text(json.JSONDecoder)
    assert "0x" not in text(np.polyfit)


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
    assert body([json]) == "[<module json>]"


def test_an_exception_is_described_with_its_causes():
    try:
        try:
            {}["a"]
        except KeyError as error:
            raise ValueError("no a") from error
    except ValueError as error:
        described = text(error)
    assert "ValueError: no a\nFrames, the innermost last:\n  test_describe.py, line " in described
    assert "\nCaused by: KeyError: 'a'\n" in described
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
    described = text(np.arange(30))
    assert "min 0; mean 14.5; max 29; quartiles 7.25, 14.5, 21.75; std 8.65544\n" in described
    assert "Values (first 12 and last 12 of 30): 0, 1, 2" in described
    assert "; distinct 2: 'cat' ×20, 'dog' ×20\nValues" in text(np.array(["dog", "cat"] * 20))
    assert "dtype float64; 60 values; NaN 0; min 0; mean 1;" in text(np.asmatrix(np.array([[0.0, 1, 2]] * 20)))
    assert "max 2; distinct 3: 0 ×34, 1 ×33, 2 ×33\nValues" in text(np.arange(100) % 3)
    described = text(np.array([np.arange(60.0), np.arange(60.0) % 7, [np.nan, *range(59)]]).T)
    assert "\nColumns (all float64; nothing is missing unless said):\nname,missing,mean,std," in described
    assert "\n0,,29.5,17.5,0,14.8,29.5,44.2,59\n" in described
    assert "\n2,1,29,17.2,0,14.5,29,43.5,58\nRows" in described
    assert text(np.arange(100).reshape(10, 10)).endswith("90, 91, 92, 93, 94, 95, 96, 97, 98, 99\n</data>")


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
    assert "not fetched: https://example.org/p.png" in text(Shown(url="https://example.org/p.png"))
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

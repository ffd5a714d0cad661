"""Any Python object is described without raising, and without side effects."""

from __future__ import annotations

import sys
import unittest.mock
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbreason.capture import Limits, describe
from nbreason.core.parts import Text

from .texts import body, text


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
    "mock": unittest.mock.MagicMock(),
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
    assert body(nested(20)).endswith("\n[[[[[… 1 item]]]]]")


def test_a_panic_in_a_rust_library_is_an_error_like_others_and_an_interrupt_is_not():
    from nbreason.capture.attempt import attempt

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


def test_descriptions_do_not_hold_addresses():
    """They change with every kernel, and with them no answer could be replayed."""

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
            self.weights = np.zeros((30, 4))
            self.fitted = True
            self._hidden = 1

    assert body(Model()) == "Attributes (2 of 3 are shown):\n- weights: <numpy.ndarray 30 x 4>\n- fitted: True"


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

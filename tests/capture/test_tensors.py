"""Tensors are described by shape, type, device and values; little leaves the device, and nothing is traced."""

from __future__ import annotations

import numpy as np
import pytest

from nbreason.capture import Limits, describe
from nbreason.core.parts import Text


def text(value: object) -> str:
    (part,) = describe(value, "t")
    assert isinstance(part, Text)
    return part.text


def test_a_torch_tensor() -> None:
    torch = pytest.importorskip("torch")
    said = text(torch.tensor([[1.5, float("nan")], [2.5, 4.0]], requires_grad=True))
    assert said.startswith('<data name="t" kind="tensor" type="torch.Tensor" shape="2 x 2">')
    assert "dtype torch.float32; on cpu; requires a gradient; 4 values" in said
    assert "NaN 1; min 1.5" in said
    assert "1.5, nan\n2.5, 4" in said


@pytest.mark.parametrize("name", ["bfloat16", "float16", "int8", "bool"])
def test_torch_types_that_numpy_lacks(name: str) -> None:
    torch = pytest.importorskip("torch")
    said = text(torch.ones(3, dtype=getattr(torch, name)))
    assert f"dtype torch.{name}" in said
    assert "Values: " in said


def test_a_sparse_an_empty_and_a_parameter() -> None:
    torch = pytest.importorskip("torch")
    assert "0, 5" in text(torch.tensor([0.0, 5.0]).to_sparse())
    assert "No values." in text(torch.empty(0))
    assert "requires a gradient" in text(torch.nn.Parameter(torch.ones(2)))


def test_a_tensor_without_storage_is_described_without_its_values() -> None:
    torch = pytest.importorskip("torch")
    said = text(torch.empty(3, device="meta"))
    assert "on meta" in said
    assert "Its values are not available here." in said


def test_of_a_large_tensor_a_sample_is_taken() -> None:
    torch = pytest.importorskip("torch")
    (part,) = describe(torch.arange(1_000_000), "t", Limits(sample=1_000))
    assert isinstance(part, Text)
    assert "1,000,000 values" in part.text
    assert "The following from a sample of 1,000." in part.text
    assert "min 0" in part.text


def test_a_jax_array() -> None:
    numbers = pytest.importorskip("jax.numpy")
    said = text(numbers.asarray(np.arange(6.0).reshape(2, 3)))
    assert 'kind="tensor"' in said
    assert 'shape="2 x 3"' in said
    assert "0, 1, 2\n3, 4, 5" in said


def test_a_jax_array_that_is_being_traced_is_not_computed() -> None:
    jax = pytest.importorskip("jax")
    said: list[str] = []
    jax.jit(lambda x: said.append(text(x)) or x)(1.0)
    assert 'kind="tensor"' not in said[0]

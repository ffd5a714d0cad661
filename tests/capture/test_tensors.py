"""Tensors are described by shape, type, device and values; little leaves the device, and nothing is traced."""

from __future__ import annotations

import numpy as np
import pytest

from nbreason.capture import Limits

from .texts import text


def test_a_torch_tensor() -> None:
    torch = pytest.importorskip("torch")
    described = text(torch.tensor([[1.5, float("nan")], [2.5, 4.0]], requires_grad=True))
    assert described.startswith('<data name="x" kind="tensor" type="torch.Tensor" shape="2 x 2">')
    assert "dtype torch.float32; on cpu; requires a gradient; 4 values" in described
    assert "NaN 1; min 1.5" in described
    assert "1.5, nan\n2.5, 4" in described


@pytest.mark.parametrize("name", ["bfloat16", "float16", "int8", "bool"])
def test_torch_types_that_numpy_lacks(name: str) -> None:
    torch = pytest.importorskip("torch")
    described = text(torch.ones(3, dtype=getattr(torch, name)))
    assert f"dtype torch.{name}" in described
    assert "Values: " in described


def test_a_sparse_an_empty_and_a_parameter() -> None:
    torch = pytest.importorskip("torch")
    assert "0, 5" in text(torch.tensor([0.0, 5.0]).to_sparse())
    assert "No values." in text(torch.empty(0))
    assert "requires a gradient" in text(torch.nn.Parameter(torch.ones(2)))


def test_a_tensor_without_storage_is_described_without_its_values() -> None:
    torch = pytest.importorskip("torch")
    described = text(torch.empty(3, device="meta"))
    assert "on meta" in described
    assert "Its values are not available here." in described


def test_of_a_large_tensor_a_sample_is_taken() -> None:
    torch = pytest.importorskip("torch")
    described = text(torch.arange(1_000_000), limits=Limits(sample=1_000))
    assert "1,000,000 values\nThe following from a sample of 1,000.\n" in described
    assert "min 0" in described


def test_a_jax_array() -> None:
    numbers = pytest.importorskip("jax.numpy")
    described = text(numbers.asarray(np.arange(6.0).reshape(2, 3)))
    assert 'kind="tensor"' in described
    assert 'shape="2 x 3"' in described
    assert "0, 1, 2\n3, 4, 5" in described


def test_a_jax_array_that_is_being_traced_is_not_computed() -> None:
    jax = pytest.importorskip("jax")
    described: list[str] = []
    jax.jit(lambda x: described.append(text(x)) or x)(1.0)
    assert 'kind="tensor"' not in described[0]

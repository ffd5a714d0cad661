"""Tensors of torch and arrays of JAX: shape, type, device, range, a few values.

At most a sample leaves the device they live on; nothing is computed on tensors that are only being traced.
"""

from __future__ import annotations

from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.kinds.arrays import facts_of, values_of
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import known, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "arrays",
        "tensors of torch, arrays of JAX",
        "shape, type, device; range and some values, of more than 200,000 the range of a sample",
    ),
)


def matches(value: object) -> bool:
    """torch tensors (parameters too) and concrete JAX arrays."""
    return is_a(value, "torch", "Tensor") or is_a(value, "jaxlib", "ArrayImpl") or is_a(value, "jax", "ArrayImpl")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text."""
    shape = " x ".join(str(side) for side in value.shape) or "()"
    size = 1
    for side in value.shape:
        size *= int(side)
    lines = ["; ".join([f"dtype {value.dtype}", *_device(value), *_gradient(value), counted(size, "value")])]
    sample = known(lambda: _on_the_host(value, size, limits.sample))
    if sample is None:
        lines.append("Its values are not to be had here.")
    else:
        if size > limits.sample:
            lines.append(f"The following from a sample of {sample.size:,}.")
        lines += [line for line in (facts_of(sample), values_of(sample) if size <= limits.sample else "") if line]
    block = data_block(
        "\n".join(lines), name=name, kind="tensor", type=type_name(value), shape=shape, characters=limits.characters
    )
    return [Text(block, name)]


def _on_the_host(value: Any, size: int, most: int) -> Any:
    """The values as a numpy array; of a large tensor evenly spread ones, taken before they are copied."""
    import numpy

    if size > most:
        value = value.reshape(-1)[:: -(-size // most)]
    if is_a(value, "torch", "Tensor"):
        value = value.detach().cpu()
        # numpy knows neither bfloat16 nor sparse layouts.
        value = value.to_dense() if str(value.layout) != "torch.strided" else value
        value = value.float() if str(value.dtype) in ("torch.bfloat16", "torch.float16") else value
        return value.numpy()
    array = numpy.asarray(value)
    return array.astype("float32") if str(array.dtype) in ("bfloat16", "float16") else array


def _device(value: Any) -> list[str]:
    device = known(lambda: str(value.device))
    return [f"on {device}"] if device else []


def _gradient(value: Any) -> list[str]:
    return ["requires a gradient"] if known(lambda: value.requires_grad) else []

"""Tensors of torch and arrays of JAX: shape, type, device, range, some values.

At most a sample leaves the device they are on; nothing is computed on tensors that are only being traced.
"""

from __future__ import annotations

import math
from typing import Any

from nbreason.capture.attempt import value_or_none
from nbreason.capture.blocks import text_block
from nbreason.capture.kinds.numpy_arrays import shape_of, statistics, values_of
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part
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
    size = math.prod(int(side) for side in value.shape)
    device = value_or_none(lambda: str(value.device))
    facts = [
        f"dtype {value.dtype}",
        f"on {device}" if device else "",
        "requires a gradient" if value_or_none(lambda: value.requires_grad) else "",
        counted(size, "value"),
    ]
    lines = ["; ".join(filter(None, facts))]
    sample = value_or_none(lambda: _to_numpy(value, size, limits.sample))
    if sample is None:
        lines.append("Its values are not available here.")
    else:
        if size > limits.sample:
            lines.append(f"The following from a sample of {sample.size:,}.")
        lines += ["; ".join(statistics(sample.reshape(-1))), values_of(sample) if size <= limits.sample else ""]
    return text_block(value, name, "tensor", "\n".join(filter(None, lines)), limits, shape=shape_of(value))


def _to_numpy(value: Any, size: int, most: int) -> Any:
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
